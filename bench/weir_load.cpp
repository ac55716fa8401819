// weir-load: the load generator as a program. Ends with 1 where no request was answered.
#include <cstdio>
#include <exception>

#include "load/options.hpp"
#include "load/report.hpp"
#include "load/run.hpp"

int main(int argc, char** argv) {
    using namespace weir::load;
    const ParsedOptions parsed = parse_options(argc, argv);
    if (parsed.exit_code >= 0) return parsed.exit_code;
    const LoadOptions& options = parsed.options;
    try {
        const Result result = run(options);
        const std::string report =
            options.json ? json_report(options, result, Detail::summary) : text_report(options, result);
        std::fputs(report.c_str(), stdout);
        if (!options.report_folder.empty()) {
            write_report(options, result);
            std::fprintf(stderr, "weir-load: wrote %s/report.html and report.json\n",
                         options.report_folder.c_str());
        }
        if (result.tally.total.answered() > 0) return 0;
        std::fputs("weir-load: no request was answered\n", stderr);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "weir-load: %s\n", error.what());
    }
    return 1;
}
