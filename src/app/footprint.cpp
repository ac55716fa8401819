// Finds what is loaded in the dynamic linker's list.
#include "app/footprint.hpp"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cstdint>
#include <string_view>

namespace weir::app {

namespace {

/// Mapped from a file for execution, and never written to: the file has all of it.
bool is_code(const ElfW(Phdr) & segment) noexcept {
    return segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0 && (segment.p_flags & PF_W) == 0;
}

int give_back_code_of(dl_phdr_info* module, std::size_t, void* page_bytes) noexcept {
    // The kernel's own page of code is from no file, and has the only name without a folder.
    const std::string_view name(module->dlpi_name == nullptr ? "" : module->dlpi_name);
    if (!name.empty() && name.find('/') == std::string_view::npos) return 0;
    const std::uintptr_t page = *static_cast<const std::uintptr_t*>(page_bytes);
    for (int i = 0; i < module->dlpi_phnum; ++i) {
        const ElfW(Phdr)& segment = module->dlpi_phdr[i];
        if (!is_code(segment)) continue;
        const std::uintptr_t begin = (module->dlpi_addr + segment.p_vaddr) & ~(page - 1);
        const std::uintptr_t end = module->dlpi_addr + segment.p_vaddr + segment.p_memsz;
        (void)::madvise(std::bit_cast<void*>(begin), end - begin, MADV_DONTNEED);
    }
    return 0;
}

}  // namespace

void give_back_code() noexcept {
    auto page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    ::dl_iterate_phdr(give_back_code_of, &page_bytes);
}

}  // namespace weir::app
