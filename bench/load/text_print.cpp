// The variadic part, once.
#include "load/text_print.hpp"

#include <cstdarg>
#include <cstdio>

namespace weir::load {

void print(std::string& out, const char* format, ...) {
    std::va_list values;
    va_start(values, format);
    std::va_list again;
    va_copy(again, values);
    std::string text(static_cast<std::size_t>(std::vsnprintf(nullptr, 0, format, values)) + 1, '\0');
    std::vsnprintf(text.data(), text.size(), format, again);
    va_end(again);
    va_end(values);
    text.pop_back();
    out += text;
}

}  // namespace weir::load
