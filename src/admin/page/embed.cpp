// Makes page_files.cpp at build time: the files of the page, Chart.js and its licence, as they are and
// compressed.
//
//   embed OUTPUT PATH=FILE…   "/app.js=src/admin/page/app.js"
#include <zlib.h>

#include <algorithm>
#include <array>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

struct File {
    std::string path;
    std::string bytes;
};

std::string read(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string compressed(const std::string& bytes) {
    z_stream stream{};
    constexpr int gzip_window = 15 + 16;
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_window, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("zlib does not start");
    std::string out(deflateBound(&stream, bytes.size()), '\0');
    std::string in = bytes;  // zlib wants what it reads to be writable
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int done = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (done != Z_STREAM_END) throw std::runtime_error("zlib does not finish");
    return out;
}

std::string_view content_type(std::string_view path) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> types{
        {{".js", "text/javascript; charset=utf-8"},
         {".css", "text/css; charset=utf-8"},
         {".svg", "image/svg+xml"},
         {".txt", "text/plain; charset=utf-8"}}};
    const auto* const found = std::find_if(types.begin(), types.end(),
                                           [&](const auto& type) { return path.ends_with(type.first); });
    return found == types.end() ? "text/html; charset=utf-8" : found->second;
}

/// As numbers: a string literal of any size is more than compilers have to take.
void write_array(std::ostream& out, const std::string& name, const std::string& bytes) {
    out << "constexpr unsigned char " << name << "[] = {";
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i % 32 == 0) out << '\n';
        out << static_cast<int>(static_cast<unsigned char>(bytes[i])) << ',';
    }
    out << "0};\n";
}

void write_source(std::ostream& out, const std::vector<File>& files) {
    out << "// Made by embed from src/admin/page.\n#include \"admin/page_files.hpp\"\n\n#include <array>\n\n"
           "namespace weir::admin {\n\nnamespace {\n\n";
    for (std::size_t i = 0; i < files.size(); ++i) {
        write_array(out, "bytes_" + std::to_string(i), files[i].bytes);
        write_array(out, "gzip_" + std::to_string(i), compressed(files[i].bytes));
    }
    out << "template <std::size_t size>\nstd::string_view view(const unsigned char (&bytes)[size]) {\n"
           "    return {reinterpret_cast<const char*>(bytes), size - 1};\n}\n\n}  // namespace\n\n"
           "std::span<const PageFile> page_files() {\n"
        << "    static const std::array<PageFile, " << files.size() << "> files{{\n";
    for (std::size_t i = 0; i < files.size(); ++i) {
        out << "        {\"" << files[i].path << "\", \"" << content_type(files[i].path) << "\", view(bytes_"
            << i << "), view(gzip_" << i << ")},\n";
    }
    out << "    }};\n    return files;\n}\n\n}  // namespace weir::admin\n";
}

int run(const std::vector<std::string>& arguments) {
    if (arguments.empty()) throw std::runtime_error("embed OUTPUT PATH=FILE…");
    std::vector<File> files;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        const std::size_t equals = arguments[i].find('=');
        if (equals == std::string::npos) throw std::runtime_error("expected PATH=FILE: " + arguments[i]);
        files.push_back({arguments[i].substr(0, equals), read(arguments[i].substr(equals + 1))});
    }
    std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.path < b.path; });
    std::ofstream out(arguments.front(), std::ios::binary);
    write_source(out, files);
    out.close();
    if (!out) throw std::runtime_error("cannot write " + arguments.front());
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    try {
        return run({arguments + 1, arguments + count});
    } catch (const std::exception& error) {
        std::cerr << "embed: " << error.what() << '\n';
        return 1;
    }
}
