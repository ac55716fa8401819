// A setting as one row: its name, its values, and where an object keeps them. What is read of documents with
// which mistakes, what --check shows, what a reload changes and the tables of config/README.md follow from
// it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/settings.hpp"

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
    std::string_view name;  ///< within its owner's object: "url", "store.timeout_ms"
    Value<Owner> value;
    std::string_view help;  ///< what it says in README.md begins with this
    unsigned marks = 0;
    std::string_view usual = {};               ///< the default, where it is not that of Owner{}
    bool (*is_shown)(const Owner&) = nullptr;  ///< nullptr: always
};

}  // namespace weir::config
