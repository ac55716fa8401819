// Parsed heads of HTTP/1 messages as plain values; the views point into bytes that the reader keeps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/name_size.hpp"

namespace weir::http {

struct Field {
    std::string_view name;
    std::string_view value;  ///< without surrounding white space
};

/// In the order of the message.
class Fields {
public:
    void clear() noexcept {
        fields_.clear();
        sizes_ = 0;
    }
    void add(std::string_view name, std::string_view value) {
        if (fields_.capacity() == 0) fields_.reserve(usual_count);
        fields_.push_back({name, value});
        sizes_ |= size_bit(name);
    }
    /// False: there is none of that name.
    bool may_have(std::string_view name) const noexcept { return (sizes_ & size_bit(name)) != 0; }
    std::size_t size() const noexcept { return fields_.size(); }
    auto begin() const noexcept { return fields_.begin(); }
    auto end() const noexcept { return fields_.end(); }

    /// The first of that name; nullopt where there is none.
    std::optional<std::string_view> find(std::string_view name) const noexcept;
    /// The first of that name, or an empty view.
    std::string_view value(std::string_view name) const noexcept { return find(name).value_or(""); }
    std::size_t count(std::string_view name) const noexcept;
    /// A comma-separated list field holds the token, in any case, in any of its lines.
    bool lists_token(std::string_view name, std::string_view token) const noexcept;

private:
    static constexpr std::size_t usual_count = 16;
    std::vector<Field> fields_;
    std::uint64_t sizes_ =
        0;  ///< those of the names, so that most of what is not there need not be looked for
};

/// A list field that may stand in several lines, as one (RFC 9110 5.3).
std::string joined_value(const Fields& fields, std::string_view name);

struct RequestHead {
    std::string_view method;
    std::string_view target;  ///< as received
    int version = 11;         ///< 10 or 11
    Fields fields;
};

struct ResponseHead {
    int status = 0;
    std::string_view reason;
    int version = 11;
    Fields fields;
};

}  // namespace weir::http
