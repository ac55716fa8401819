// HTTP/1 messages read a second time, by RFC 9112 to the letter and by nothing of weir's: where one message
// ends and what is in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::fuzz {

struct StrictMessage {
    enum class Read { whole, partial, wrong };

    Read read = Read::partial;
    std::string first_line;
    std::string target;                                       ///< of a request
    int status = 0;                                           ///< of an answer
    std::vector<std::pair<std::string, std::string>> fields;  ///< names in lower case
    std::string body;
    bool is_chunked = false;
    std::optional<std::string> length;  ///< Content-Length, without leading zeros
    bool ends_with_connection = false;  ///< the body did, of an answer
    std::size_t size = 0;               ///< where whole: the next message begins there

    std::size_t count(std::string_view name) const {
        std::size_t found = 0;
        for (const auto& field : fields) found += field.first == name ? 1U : 0U;
        return found;
    }
    std::string value(std::string_view name) const {
        for (const auto& field : fields) {
            if (field.first == name) return field.second;
        }
        return {};
    }
};

StrictMessage read_strict_request(std::string_view bytes);
/// All that comes on the connection.
StrictMessage read_strict_answer(std::string_view bytes, bool is_answer_to_head);

}  // namespace weir::fuzz
