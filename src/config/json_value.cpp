// nlohmann's parser as events, collected into a tree.
#include "config/json_value.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "config/unexpected.hpp"

namespace weir::config {

namespace {

using Json = nlohmann::json;

/// nlohmann quotes the token it stumbled over, which may be a part of a secret.
std::string reason_of(const std::string& what) {
    const std::size_t column = what.find(": ", what.find("column"));
    std::string reason = column == std::string::npos ? "number too large" : what.substr(column + 2);
    return reason.substr(0, reason.find("; last read: "));
}

class TreeBuilder final : public Json::json_sax_t {
public:
    explicit TreeBuilder(std::string_view text) : text_(text) {}

    JsonValue take() { return std::move(root_); }
    const std::optional<std::string>& error() const { return error_; }

    bool null() override { return add(JsonValue::Kind::null) != nullptr; }
    bool boolean(bool value) override {
        add(JsonValue::Kind::boolean)->boolean = value;
        return true;
    }
    bool number_integer(number_integer_t value) override {
        add(JsonValue::Kind::integer)->integer = value;
        return true;
    }
    bool number_unsigned(number_unsigned_t value) override {
        constexpr auto most = static_cast<number_unsigned_t>(INT64_MAX);
        return number_integer(static_cast<number_integer_t>(std::min(value, most)));
    }
    bool number_float(number_float_t value, const string_t& text) override {
        // Integers beyond 64 bits come here too.
        if (text.find_first_of(".eE") == std::string::npos) {
            return number_integer(value < 0 ? INT64_MIN : INT64_MAX);
        }
        add(JsonValue::Kind::number)->number = value;
        return true;
    }
    bool string(string_t& value) override {
        add(JsonValue::Kind::string)->text = std::move(value);
        return true;
    }
    bool binary(binary_t& /*value*/) override { return false; }
    bool key(string_t& name) override {
        name_ = std::move(name);
        return true;
    }
    bool start_object(std::size_t /*count*/) override { return open(JsonValue::Kind::object); }
    bool start_array(std::size_t /*count*/) override { return open(JsonValue::Kind::array); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t position, const std::string& /*token*/,
                     const Json::exception& error) override {
        const std::size_t at = std::min(std::max<std::size_t>(position, 1) - 1, text_.size());
        const std::string_view before = text_.substr(0, at);
        const std::size_t newline = before.rfind('\n');
        const std::size_t column = newline == std::string_view::npos ? at + 1 : at - newline;
        error_ = "line " + std::to_string(std::count(before.begin(), before.end(), '\n') + 1) + ", column " +
                 std::to_string(column) + ": " + reason_of(error.what());
        return false;
    }

private:
    /// Into the innermost open array or object. Those that are open don't move while they are: only the last
    /// child of each can be open, and its siblings come after it is closed.
    JsonValue* add(JsonValue::Kind kind) {
        JsonValue* value = open_.empty() ? &root_ : &open_.back()->items.emplace_back();
        value->name = std::exchange(name_, {});
        value->kind = kind;
        value->position = ++position_;
        return value;
    }
    bool open(JsonValue::Kind kind) {
        open_.push_back(add(kind));
        if (open_.size() <= nesting_levels_max) return true;
        error_ = "expected at most " + std::to_string(nesting_levels_max) + " levels of nesting";
        return false;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    std::string_view text_;
    JsonValue root_;
    std::vector<JsonValue*> open_;
    std::string name_;
    std::size_t position_ = 0;
    std::optional<std::string> error_;
};

}  // namespace

std::string_view to_string(JsonValue::Kind kind) noexcept {
    switch (kind) {
        case JsonValue::Kind::null:
            return "null";
        case JsonValue::Kind::boolean:
            return "a boolean";
        case JsonValue::Kind::integer:
            return "an integer";
        case JsonValue::Kind::number:
            return "a number with a fraction or an exponent";
        case JsonValue::Kind::string:
            return "a string";
        case JsonValue::Kind::array:
            return "an array";
        case JsonValue::Kind::object:
            return "an object";
    }
    return "a value";
}

JsonValue parse_json(std::string_view text) {
    if (text.size() > document_bytes_max) {
        throw Unexpected("expected at most " + std::to_string(document_bytes_max >> 20) + " MiB");
    }
    // nlohmann takes it for the end, whatever comes behind it.
    if (text.find('\0') != std::string_view::npos) throw Unexpected("expected JSON, which holds no byte 0");
    TreeBuilder builder(text);
    if (!Json::sax_parse(text, &builder)) throw Unexpected(builder.error().value_or("expected JSON"));
    return builder.take();
}

}  // namespace weir::config
