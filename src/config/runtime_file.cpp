// The state file. Documents stand in it as they are, so that they come back as they were.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/files.hpp"
#include "config/runtime.hpp"
#include "config/unexpected.hpp"

namespace weir::config {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t format = 1;
constexpr std::size_t file_bytes_max = 1UL << 30;

/// Cuts a text that is known to be JSON into the texts of its values.
class Slicer {
public:
    explicit Slicer(std::string_view text) : text_(text) {}

    /// Of the object that comes next: each member's name and text. False where it is no object.
    template <typename Take>
    bool members(Take take) {
        if (next() != '{') return false;
        ++at_;
        while (next() != '}') {
            const std::string name = Json::parse(value()).get<std::string>();
            next();
            ++at_;  // the colon
            take(name, value());
            if (next() == ',') ++at_;
        }
        ++at_;
        return true;
    }

private:
    /// The next character that is no blank; it stays.
    char next() {
        at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
        return at_ < text_.size() ? text_[at_] : '}';
    }

    void skip_string() {
        for (++at_; text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\') ++at_;
        }
        ++at_;
    }

    std::string_view value() {
        const char first = next();
        const std::size_t begin = at_;
        if (first == '"') {
            skip_string();
        } else if (first == '{' || first == '[') {
            skip_nested();
        } else {
            at_ = std::min(text_.find_first_of(",}] \t\r\n", at_), text_.size());
        }
        return text_.substr(begin, at_ - begin);
    }

    void skip_nested() {
        std::size_t depth = 0;
        do {
            const char c = text_[at_];
            if (c == '"') {
                skip_string();
                continue;
            }
            if (c == '{' || c == '[') ++depth;
            if (c == '}' || c == ']') --depth;
            ++at_;
        } while (depth > 0);
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::int64_t number_of(std::string_view text) {
    constexpr std::int64_t most = std::int64_t{1} << 53;  // what every program reads exactly
    const Json value = Json::parse(text);
    return value.is_number_integer() && value <= most ? value.get<std::int64_t>() : -1;
}

std::string text_of(std::string_view text) {
    const Json value = Json::parse(text);
    return value.is_string() ? value.get<std::string>() : std::string();
}

/// Throws Unexpected.
RuntimeDocuments parse_file(const std::string& text) {
    if (!Json::accept(text)) throw Unexpected("it is no whole JSON document");
    RuntimeDocuments documents;
    documents.version = -1;
    std::int64_t found_format = -1;
    bool has_objects = false;
    const bool is_object = Slicer(text).members([&](const std::string& name, std::string_view value) {
        if (name == "format") found_format = number_of(value);
        if (name == "version") documents.version = number_of(value);
        if (name == "history") documents.history = text_of(value);
        if (name != "objects") return;
        has_objects = Slicer(value).members([&](const std::string& path, std::string_view document) {
            documents.documents.insert_or_assign(path, std::string(document));
        });
    });
    if (is_object && found_format > format) {
        throw Unexpected("a newer weir wrote it, format " + std::to_string(found_format) +
                         ", and this one knows " + std::to_string(format));
    }
    if (!is_object || found_format != format) throw Unexpected("it is not of format 1");
    if (documents.version < 0 || !has_objects) throw Unexpected("it has no version or no objects");
    return documents;
}

/// What is no JSON (another program wrote it to the store) becomes a string, which is no document either.
/// nlohmann skips a byte order mark, and takes a byte 0 for the end: within the file either would make
/// nothing of all of it.
std::string json_of(const std::string& document) {
    constexpr std::string_view mark = "\xef\xbb\xbf";
    std::string_view text = document;
    if (text.starts_with(mark)) text.remove_prefix(mark.size());
    const bool stands_alone = !text.starts_with(mark) && text.find('\0') == std::string_view::npos;
    if (stands_alone && Json::accept(text)) return std::string(text);
    return Json(document).dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace

RuntimeFile read_runtime_file(const std::string& path) {
    RuntimeFile result;
    const FileText file = read_regular_file(path, file_bytes_max);
    if (!file.text && !file_exists(path)) return result;
    result.why = file.why;
    if (!file.text) return result;
    try {
        result.documents = parse_file(*file.text);
    } catch (const Unexpected& unexpected) {
        result.why = unexpected.what();
    }
    return result;
}

RuntimeFile load_runtime_file(const std::string& path, std::int64_t now_us) {
    RuntimeFile result = read_runtime_file(path);
    if (result.why.empty()) return result;
    std::string trouble;
    result.set_aside = set_file_aside(path, now_us, trouble);
    result.why = path + " can't be used: " + result.why +
                 (result.set_aside.empty() ? "; it can't be set aside either: " + trouble
                                           : "; it was set aside as " + result.set_aside);
    return result;
}

std::string save_runtime_file(const std::string& path, const RuntimeDocuments& documents) {
    std::string text =
        "{\"format\": " + std::to_string(format) + ", \"version\": " + std::to_string(documents.version) +
        ", \"history\": " + Json(documents.history).dump(-1, ' ', true, Json::error_handler_t::replace) +
        ", \"objects\": {";
    bool is_first = true;
    for (const auto& [name, document] : documents.documents) {
        text.append(is_first ? "\n" : ",\n");
        text.append(Json(name).dump(-1, ' ', true, Json::error_handler_t::replace)).append(": ");
        text.append(json_of(document));
        is_first = false;
    }
    return replace_file(path, text.append("\n}}\n"));
}

}  // namespace weir::config
