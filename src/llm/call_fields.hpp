// Reads members of a body with the types they must have; what is wrong ends the reading as a CallError.
// Inside the room alone: read_call catches the error and returns it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "llm/call.hpp"
#include "llm/json_document.hpp"

namespace weir::llm {

/// A place in the body, "messages[2].content". Chained on the stack; turned into text only for an error.
class Where {
public:
    explicit Where(std::string_view name) noexcept : name_(name) {}
    Where(const Where& parent, std::string_view name) noexcept : parent_(&parent), name_(name) {}
    Where(const Where& parent, std::size_t index) noexcept : parent_(&parent), index_(index) {}
    Where(const Where&) = delete;
    Where& operator=(const Where&) = delete;

    std::string to_string() const;

private:
    const Where* parent_ = nullptr;
    std::string_view name_;
    std::size_t index_ = 0;
};

/// Throws a CallError: "Invalid value for 'messages[2].content': expected …."
[[noreturn]] void refuse(const Where& where, std::string_view expected);
[[noreturn]] void refuse_missing(const Where& where);

std::string_view want_string(dom::element value, const Where& where);
dom::object want_object(dom::element value, const Where& where);
dom::array want_array(dom::element value, const Where& where);
bool want_bool(dom::element value, const Where& where);
std::int64_t want_integer(dom::element value, const Where& where, std::int64_t least, std::int64_t most);

/// A member that may be absent; null counts as absent.
std::optional<dom::element> find_member(dom::object object, std::string_view name) noexcept;
/// The same for a string; nullopt where absent, refused where it is anything else.
std::optional<std::string_view> find_string(dom::object object, std::string_view name, const Where& where);

/// The outermost members that weir reads, each at most once: whom a repeated one would mean is for each
/// parser to decide, so that the upstream could read another body than weir did.
class TopLevel {
public:
    explicit TopLevel(dom::object body);

    /// Null counts as absent.
    std::optional<dom::element> find(std::string_view name) const noexcept;
    /// Refused where absent.
    dom::element need(std::string_view name) const;
    std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most) const;
    static bool is_read(std::string_view name) noexcept;

private:
    static constexpr std::array<std::string_view, 20> names{"model",
                                                            "stream",
                                                            "stream_options",
                                                            "max_tokens",
                                                            "max_completion_tokens",
                                                            "messages",
                                                            "tools",
                                                            "functions",
                                                            "response_format",
                                                            "max_output_tokens",
                                                            "prompt",
                                                            "suffix",
                                                            "n",
                                                            "best_of",
                                                            "instructions",
                                                            "input",
                                                            "text",
                                                            "system",
                                                            "output_config",
                                                            "output_format"};
    static std::size_t index_of(std::string_view name) noexcept;

    std::array<std::optional<dom::element>, names.size()> values_;
};

}  // namespace weir::llm
