// The files of the page, made part of the program when it is built.
#pragma once

#include <span>
#include <string_view>

namespace weir::admin {

struct PageFile {
    std::string_view path;  ///< as asked for: "/" is the page itself
    std::string_view content_type;
    std::string_view bytes;
    std::string_view gzip;  ///< the same, compressed; empty: not worth it
};

std::span<const PageFile> page_files();

}  // namespace weir::admin
