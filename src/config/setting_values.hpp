// What rows of settings are written with: the kinds of values, each kept where one member pointer after the
// other leads to: integer<&Config::timeouts, &Timeouts::header_ms>({1, 10'000}).
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "config/address.hpp"
#include "config/setting_row.hpp"
#include "config/url.hpp"

namespace weir::config {

template <auto first, auto... rest, typename Object>
constexpr auto& member(Object& object) {
    if constexpr (sizeof...(rest) == 0) {
        return object.*first;
    } else {
        return member<rest...>(object.*first);
    }
}

template <typename Pointer>
struct ClassOf;
template <typename Class, typename Member>
struct ClassOf<Member Class::*> {
    using type = Class;
};

template <typename Kept>
struct Plain {
    using type = Kept;
    static const Kept& of(const Kept& kept) { return kept; }
};
/// Of a document that need not give it.
template <typename Kept>
struct Plain<std::optional<Kept>> {
    using type = Kept;
    static Kept of(const std::optional<Kept>& kept) { return kept.value_or(Kept{}); }
};

template <auto... path>
struct Path;
template <auto first, auto... rest>
struct Path<first, rest...> {
    using Owner = typename ClassOf<decltype(first)>::type;
    using Kept = std::remove_cvref_t<decltype(member<first, rest...>(std::declval<Owner&>()))>;
};
template <auto... path>
using OwnerOf = typename Path<path...>::Owner;
template <auto... path>
using PlainOf = Plain<typename Path<path...>::Kept>;

template <typename As, auto... path>
constexpr auto getter() {
    return [](const OwnerOf<path...>& owner) {
        return static_cast<As>(PlainOf<path...>::of(member<path...>(owner)));
    };
}
template <typename As, auto... path>
constexpr auto setter() {
    return [](OwnerOf<path...>& owner, As value) {
        member<path...>(owner) = static_cast<typename PlainOf<path...>::type>(value);
    };
}

/// `kind` in the member that `path` leads to.
template <auto... path, typename Kind>
constexpr Value<OwnerOf<path...>> kept_in(Kind kind) {
    using Owner = OwnerOf<path...>;
    return {
        kind,
        [](const Owner& left, const Owner& right) { return member<path...>(left) == member<path...>(right); },
        [](const Owner& from, Owner& to) { member<path...>(to) = member<path...>(from); }};
}

template <auto... path>
constexpr auto integer(Range range, std::string_view zero = {}) {
    return kept_in<path...>(Integer<OwnerOf<path...>>{range, getter<std::int64_t, path...>(),
                                                      setter<std::int64_t, path...>(), zero});
}

template <auto... path>
constexpr auto number(double least, double most) {
    return kept_in<path...>(
        Number<OwnerOf<path...>>{least, most, getter<double, path...>(), setter<double, path...>()});
}

template <auto... path>
constexpr auto flag() {
    return kept_in<path...>(Flag<OwnerOf<path...>>{getter<bool, path...>(), setter<bool, path...>()});
}

/// Enumerators, or false and true, in the order of `names`.
template <const auto& names, auto... path>
constexpr auto choice() {
    return kept_in<path...>(
        Choice<OwnerOf<path...>>{names, getter<std::size_t, path...>(), setter<std::size_t, path...>()});
}

inline std::string shown_text(const std::string& text) {
    return text.empty() ? "(none)" : text;
}
inline std::string shown_text(const Endpoint& endpoint) {
    return to_string(endpoint);
}
inline std::string shown_text(const Url& url) {
    return to_string(url);
}

/// `parse`: from the string to what is kept.
template <auto parse, auto... path>
constexpr auto text(std::string_view form) {
    using Owner = OwnerOf<path...>;
    Text<Owner> kind{form, nullptr,
                     [](Owner& owner, const std::string& text) { member<path...>(owner) = parse(text); }};
    if constexpr (requires(const typename Path<path...>::Kept& kept) { shown_text(kept); }) {
        kind.get = [](const Owner& owner) { return shown_text(member<path...>(owner)); };
    }
    return kept_in<path...>(kind);
}

template <auto parse, auto... path>
constexpr auto list(std::string_view form) {
    using Owner = OwnerOf<path...>;
    return kept_in<path...>(List<Owner>{
        form, parse,
        [](const Owner& owner) -> const std::vector<std::string>& { return member<path...>(owner); },
        // NOLINTNEXTLINE(performance-unnecessary-value-param): it is moved, which a template hides
        [](Owner& owner, std::vector<std::string> items) { member<path...>(owner) = std::move(items); }});
}

template <typename Owner>
constexpr Value<Owner> part(Part<Owner> kind) {
    return {.kind = kind};
}

/// It must be given where its object is.
template <typename Owner>
constexpr Value<Owner> required(Value<Owner> value, std::string_view expected) {
    value.expected = expected;
    return value;
}

}  // namespace weir::config
