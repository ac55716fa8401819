// A setting as one row: its name, its values, and where an object keeps them. What is read of documents with
// which mistakes, what --check shows, what a reload changes and the tables of config/README.md follow from
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "config/address.hpp"
#include "config/config.hpp"
#include "config/document.hpp"
#include "config/settings.hpp"
#include "config/url.hpp"

namespace weir::config {

struct Draft;

template <typename Owner>
struct Integer {
    Range range;
    std::int64_t (*get)(const Owner&);
    void (*set)(Owner&, std::int64_t);
    std::string_view zero = {};  ///< what 0 stands for
};

template <typename Owner>
struct Number {
    double least, most;
    double (*get)(const Owner&);
    void (*set)(Owner&, double);
};

template <typename Owner>
struct Flag {
    bool (*get)(const Owner&);
    void (*set)(Owner&, bool);
};

/// One of several words; what is kept is its index.
template <typename Owner>
struct Choice {
    std::span<const std::string_view> names;
    std::size_t (*get)(const Owner&);
    void (*set)(Owner&, std::size_t);
};

/// A string in a form of its own.
template <typename Owner>
struct Text {
    std::string_view form;                          ///< for README.md: "address:port"
    std::string (*get)(const Owner&);               ///< as it is shown, secrets masked
    void (*set)(Owner&, const std::string&);        ///< throws Unexpected
    std::string (*secret)(const Owner&) = nullptr;  ///< what is masked
};

/// Strings in a form of their own.
template <typename Owner>
struct List {
    std::string_view form;
    std::string (*parse)(const std::string&);  ///< throws Unexpected
    const std::vector<std::string>& (*get)(const Owner&);
    void (*set)(Owner&, std::vector<std::string>);
};

/// What is more than a scalar, or depends on others: it has its own code.
template <typename Owner>
struct Part {
    std::string_view values;  ///< for README.md
    std::string_view usual;   ///< the same: the default
    /// Looks up its members in the object. nullptr: another row's reads it. `draft`: nullptr outside the
    /// file.
    void (*read)(ObjectReader& object, Owner& owner, Draft* draft) = nullptr;
    void (*show)(std::vector<Setting>& settings, const std::string& parent, const Owner& owner) = nullptr;
};

template <typename Owner>
struct Value {
    std::variant<Integer<Owner>, Number<Owner>, Flag<Owner>, Choice<Owner>, Text<Owner>, List<Owner>,
                 Part<Owner>>
        kind;
    // Of one object and another; nullptr: of a Part.
    bool (*is_same)(const Owner&, const Owner&) = nullptr;
    void (*copy)(const Owner& from, Owner& to) = nullptr;
    std::string_view expected = {};  ///< where it must be given: what a mistake says of it
};

// Marks of a row.
inline constexpr unsigned restart = 1;     ///< changes with the next start, not with a reload
inline constexpr unsigned each_nodes = 2;  ///< nodes with the same configuration may differ in it

template <typename Owner>
struct SettingRow {
    std::string_view name;  ///< within its object: "timeout_ms", of a Config "store.timeout_ms"
    Value<Owner> value;
    std::string_view help;  ///< what it says in README.md begins with this
    unsigned marks = 0;
    std::string_view usual = {};               ///< the default, where it is not that of Owner{}
    bool (*is_shown)(const Owner&) = nullptr;  ///< nullptr: always
};

// --- Where a value is kept: one member pointer after the other ---

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

// --- Values by kind, as rows say them ---

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
