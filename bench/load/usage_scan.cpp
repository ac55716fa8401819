// A search for four member names: cheap, and good enough for reports that others check.
#include "load/usage_scan.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <optional>

namespace weir::load {
namespace {

constexpr std::size_t head_bytes = 4UL * 1024;
constexpr std::size_t tail_bytes = 8UL * 1024;

std::optional<std::uint64_t> last_number(std::string_view text,
                                         std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        const std::size_t at = text.rfind(name);
        if (at == std::string_view::npos) continue;
        std::string_view rest = text.substr(at + name.size());
        while (rest.starts_with(' ')) rest.remove_prefix(1);
        std::uint64_t value = 0;
        if (std::from_chars(rest.data(), rest.data() + rest.size(), value).ec == std::errc{}) return value;
    }
    return std::nullopt;
}

}  // namespace

ReportedUsage usage_in(std::string_view text) {
    ReportedUsage usage;
    usage.input_tokens = last_number(text, {"\"prompt_tokens\":", "\"input_tokens\":"}).value_or(0);
    usage.output_tokens = last_number(text, {"\"completion_tokens\":", "\"output_tokens\":"}).value_or(0);
    return usage;
}

void UsageScan::clear() {
    head_.clear();
    tail_.clear();
}

void UsageScan::feed(std::string_view bytes) {
    const std::size_t into_head = std::min(bytes.size(), head_bytes - head_.size());
    head_ += bytes.substr(0, into_head);
    tail_ += bytes.substr(into_head);
    if (tail_.size() > 2 * tail_bytes) tail_.erase(0, tail_.size() - tail_bytes);
}

ReportedUsage UsageScan::usage() const {
    // The two parts may cut a name in two only where the text goes on from one to the other.
    return tail_.empty() ? usage_in(head_) : usage_in(head_ + tail_);
}

}  // namespace weir::load
