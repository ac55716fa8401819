// What the stand-in provider writes down about one request. Times are microseconds since the Unix epoch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::mock {

/// Tokens that were produced together, and when: right before they were written to the socket.
struct Produced {
    std::int64_t time_us;
    std::uint64_t tokens;
};

struct MockRecord {
    std::string provider;          ///< whose record it is; empty where it has no name
    std::int64_t received_us = 0;  ///< when the last byte of the head had arrived
    std::int64_t ended_us = 0;     ///< when the answer was written, or it was seen that the client had left
    std::uint64_t connection = 0;  ///< connections are counted from 1
    std::uint64_t on_connection = 0;  ///< this was the so-manieth request there, from 1
    std::string line;                 ///< the request line as it came
    std::string path;
    std::string key;  ///< see shown_key
    std::string model;
    std::string request_id;          ///< x-request-id of the request
    std::string mock_id;             ///< x-mock-id of the request
    std::string answer_id;           ///< x-request-id of the answer
    std::string decided_at_us;       ///< x-weir-decided-at-us of the request: when weir let it pass
    std::uint64_t input_tokens = 0;  ///< 0 where no model was asked (errors, list of models)
    std::uint64_t output_tokens = 0;
    std::vector<Produced> produced;
    std::int64_t in_flight = 0;  ///< see Provider::arrive; itself included
    unsigned status = 0;         ///< 0: nothing was answered
    bool complete = false;       ///< the answer was written to its end
    bool executed = false;       ///< a call of a model that was taken on, even if nothing was answered then
    bool duplicate = false;      ///< executed, as a request of the same id had been before
    bool aborted = false;        ///< the client left before the answer was complete
    bool pipelined = false;      ///< more bytes stood behind this request before it was answered
    std::string problem;         ///< what was malformed; such requests are answered with 400 and closed

    // Filled only with MockOptions::keep_records.
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;  ///< its first MiB
    std::uint64_t body_bytes = 0;
};

/// The credential if it is obviously a stand-in (it begins with test- or load-), else a short hash of it.
std::string shown_key(std::string_view credential);

/// One line of the log, without its end.
std::string log_line(const MockRecord& record);

}  // namespace weir::mock
