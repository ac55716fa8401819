// There is no page yet: `/` lists what the admin port serves.
#include "admin/page_files.hpp"

namespace weir::admin {

std::span<const PageFile> page_files() {
    return {};
}

}  // namespace weir::admin
