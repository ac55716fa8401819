// Reads the members that decide a charge or a route, with the types they must have; what is wrong ends the
// reading as a CallError. Inside the room alone: read_call catches the error and returns it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "llm/call.hpp"
#include "llm/json_document.hpp"
#include "llm/member_names.hpp"

namespace weir::llm {

/// A member of the body, or one of an object in it: "stream_options.include_usage".
struct Where {
    std::string_view object;  ///< empty: the body itself
    std::string_view name;

    std::string to_string() const;
};

/// Throws a CallError: "Invalid value for 'options.num_predict': expected …."
[[noreturn]] void refuse(const Where& where, std::string_view expected);

std::string_view want_string(dom::element value, const Where& where);
dom::object want_object(dom::element value, const Where& where);
bool want_bool(dom::element value, const Where& where);
/// 1024.0 and 1e3 are integers, too.
std::int64_t want_integer(dom::element value, const Where& where, std::int64_t least, std::int64_t most);

/// Empty where it is no string.
std::string_view find_text(dom::element value) noexcept;
/// The string of that name; nullopt where there is none, or something else.
std::optional<std::string_view> find_string(dom::object object, std::string_view name) noexcept;

/// Members that decide something for one API.
class DecidingMembers {
public:
    explicit DecidingMembers(Api api) noexcept;
    bool contains(Member member) const noexcept {
        return member < Member::deciding_count && (bits_ >> static_cast<unsigned>(member) & 1U) != 0;
    }

private:
    std::uint32_t bits_;
};

/// The outermost members that decide, each at most once: whom a repeated one would mean is for each parser to
/// decide, so that the upstream could read another body than weir did. Names that differ in case alone are
/// the same to some, so they count where their value is of the type.
class TopLevel {
public:
    TopLevel(Api api, dom::object body);

    bool has(Member member) const noexcept { return (present_ >> static_cast<unsigned>(member) & 1U) != 0; }
    /// Null counts as absent.
    std::optional<dom::element> find(Member member) const noexcept {
        return has(member) ? std::optional(values_[static_cast<std::size_t>(member)]) : std::nullopt;
    }
    std::optional<std::int64_t> integer(Member member, std::int64_t least, std::int64_t most) const;
    std::optional<bool> flag(Member member) const;
    bool decides(Member member) const noexcept { return deciding_.contains(member); }

    /// Calls `take(member, name, value)` for all outermost members, in order.
    template <typename Take>
    void for_each(Take take) const {
        std::size_t index = 0;
        for (const auto [name, value] : body_) {
            const Member member = index < known_.size() ? known_[index] : member_for(name, value);
            ++index;
            take(member, name, value);
        }
    }
    dom::object body() const noexcept { return body_; }

private:
    static Member member_for(std::string_view name, dom::element value) noexcept;

    dom::object body_;
    DecidingMembers deciding_;
    std::uint32_t present_ = 0;
    std::array<dom::element, deciding_count> values_;  ///< where present
    std::array<Member, 32> known_;                     ///< of the first members
};

}  // namespace weir::llm
