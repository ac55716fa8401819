// Nothing here throws: a member of another type counts as missing.
#include "cli/fields.hpp"

#include <nlohmann/json.hpp>

namespace weir::cli {

const Json& member_of(const Json& object, const char* name) {
    static const Json nothing;
    if (!object.is_object()) return nothing;
    const auto member = object.find(name);
    return member == object.end() ? nothing : *member;
}

std::string text_of(const Json& object, const char* name) {
    const Json& member = member_of(object, name);
    return member.is_string() ? member.get<std::string>() : std::string();
}

std::int64_t integer_of(const Json& object, const char* name) {
    const Json& member = member_of(object, name);
    return member.is_number() ? member.get<std::int64_t>() : 0;
}

double number_of(const Json& object, const char* name) {
    const Json& member = member_of(object, name);
    return member.is_number() ? member.get<double>() : 0.0;
}

bool flag_of(const Json& object, const char* name, bool usual) {
    const Json& member = member_of(object, name);
    return member.is_boolean() ? member.get<bool>() : usual;
}

}  // namespace weir::cli
