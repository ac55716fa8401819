// Whether this build runs under a sanitizer.
#pragma once

namespace weir::testing {

/// Its programs take several times as long, and the memory that they hold is the sanitizer's: the address
/// sanitizer keeps back 256 MiB of what was freed.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

}  // namespace weir::testing
