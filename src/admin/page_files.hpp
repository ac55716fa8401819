// The operator's page as it stands in the program: its files, each as it is and compressed.
#pragma once

#include <span>
#include <string_view>

namespace weir::admin {

struct PageFile {
    std::string_view path;  ///< "/", "/app.js"
    std::string_view content_type;
    std::string_view bytes;
    std::string_view gzip;  ///< the same, compressed
};

/// Sorted by path.
std::span<const PageFile> page_files();

}  // namespace weir::admin
