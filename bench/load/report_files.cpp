// report.json, and the same in a page.
#include <fstream>
#include <stdexcept>

#include "load/report.hpp"
#include "load/report_page.hpp"

namespace weir::load {
namespace {

void write_file(const std::string& name, std::string_view text) {
    std::ofstream file(name, std::ios::binary | std::ios::trunc);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    file.close();
    if (!file) throw std::runtime_error("cannot write " + name);
}

}  // namespace

std::string html_report(std::string_view json) {
    const std::size_t mark = report_page.find(report_mark);
    std::string page(report_page.substr(0, mark));
    // A "</script>" or "<!--" in a text would end or confuse the element that holds it.
    for (const char c : json) {
        if (c == '<') {
            page += "\\u003c";
        } else {
            page += c;
        }
    }
    return page.append(report_page.substr(mark + report_mark.size()));
}

void write_report(const LoadOptions& options, const Result& result) {
    const std::string json = json_report(options, result, Detail::everything);
    write_file(options.report_folder + "/report.json", json);
    write_file(options.report_folder + "/report.html", html_report(json));
}

}  // namespace weir::load
