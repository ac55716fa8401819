// Reading the document value by value: each is asked for by name and type, and all that is wrong is
// collected.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/json_value.hpp"
#include "config/mistakes.hpp"
#include "config/unexpected.hpp"

namespace weir::config {

struct Range {
    std::int64_t least = 0;
    std::int64_t most = 0;
};
/// "an integer from 1 to 60000"
std::string to_string(Range range);

class ObjectReader;

/// One value, where it stands, and where to tell what is wrong with it. Readers return nullopt after having
/// told. What was read counts as coming from the file.
class Field {
public:
    Field(const JsonValue& value, std::string name, std::string path, Mistakes& mistakes, Origins& origins)
        : value_(&value),
          name_(std::move(name)),
          path_(std::move(path)),
          mistakes_(&mistakes),
          origins_(&origins) {}

    const std::string& name() const noexcept { return name_; }
    const std::string& path() const noexcept { return path_; }

    std::optional<std::int64_t> integer(Range range) const;
    std::optional<double> number(double least, double most) const;
    std::optional<bool> boolean() const;
    /// `expected`: what kind of string, as in "a string, the path of a file".
    std::optional<std::string> text(std::string_view expected = "a string") const;
    /// The index of the one that it is. `otherwise`: what else would be right, which the caller has ruled
    /// out.
    std::optional<std::size_t> choice(std::span<const std::string_view> names,
                                      std::string_view otherwise = {}) const;
    bool is_text(std::string_view text) const noexcept {
        return value_->kind == JsonValue::Kind::string && value_->text == text;
    }
    bool is(JsonValue::Kind kind) const noexcept { return value_->kind == kind; }
    bool is_object() const noexcept { return is(JsonValue::Kind::object); }
    /// How many items or members it has, those given twice included.
    std::size_t size() const noexcept { return value_->items.size(); }
    std::optional<ObjectReader> object() const;
    std::optional<std::vector<Field>> items() const;

    /// A string, by a parser that throws Unexpected.
    template <typename Parse>
    auto parsed(Parse parse) const -> std::optional<decltype(parse(std::string()))> {
        const auto string = text();
        if (!string) return std::nullopt;
        try {
            return parse(*string);
        } catch (const Unexpected& unexpected) {
            refuse(unexpected.what());
            return std::nullopt;
        }
    }

    void refuse(std::string message) const;
    /// Of something inside it that is not there.
    void refuse_missing(std::string_view name, std::string_view expected) const;
    void set_origin(const std::string& path, std::string origin = "file") const {
        origins_->insert_or_assign(path, std::move(origin));
    }

private:
    void refuse_kind(std::string_view expected) const;

    const JsonValue* value_;
    std::string name_;
    std::string path_;
    Mistakes* mistakes_;
    Origins* origins_;
};

/// The members of one object. Every way out ends with `finish`.
class ObjectReader {
public:
    ObjectReader(const JsonValue& value, Field field, Mistakes& mistakes, Origins& origins)
        : value_(&value), self_(std::move(field)), mistakes_(&mistakes), origins_(&origins) {}

    const Field& self() const noexcept { return self_; }
    const std::string& path() const noexcept { return self_.path(); }

    /// The member, where it is given; its name is known from now on. `name` must be a literal.
    std::optional<Field> field(std::string_view name);
    /// The same, but a mistake where it is missing.
    std::optional<Field> required(std::string_view name, std::string_view expected);
    /// All of them, for objects whose names are the operator's own. Told here: names given twice.
    std::vector<Field> members() const;

    /// Into `target` where it is given and right.
    void boolean(std::string_view name, bool& target);
    bool has(std::string_view name) const;

    /// Tells the members that nobody asked for and those given twice.
    void finish() const;

private:
    Field make_field(const JsonValue& member) const;

    const JsonValue* value_;
    Field self_;
    Mistakes* mistakes_;
    Origins* origins_;
    std::vector<std::string_view> known_;
};

}  // namespace weir::config
