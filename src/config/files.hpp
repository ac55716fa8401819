// Files as a whole: read, and replaced so that either the old or the new one is there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/config.hpp"

namespace weir::config {

/// "." where the path names none.
std::string folder_of(const std::string& path);

/// Whatever it is, readable or not; true where that can't be told.
bool file_exists(const std::string& path);

/// Whatever it is, a pipe as well: waits for as long as that does not end. For the start alone, when nobody
/// else waits.
FileText read_to_the_end(const std::string& path, std::size_t bytes_max);
/// Waits for nobody: what may never end (a pipe, a device) is refused as no regular file. A link to one is
/// followed.
FileText read_regular_file(const std::string& path, std::size_t bytes_max);

/// Written beside it, synced, renamed, and the folder synced. What went wrong, empty: nothing. Readable by
/// the owner alone.
std::string replace_file(const std::string& path, std::string_view content);

/// Renamed to PATH.unreadable-20261126T180000Z; where that is there already, a number is put behind it.
/// Empty: it could not be; `why` says it then.
std::string set_file_aside(const std::string& path, std::int64_t now_us, std::string& why);

}  // namespace weir::config
