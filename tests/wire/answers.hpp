// Answers as providers give them, byte for byte.
#pragma once

#include <string>
#include <vector>

#include "wire/scripted_upstream.hpp"

namespace weir::testing {

enum class Framing { length, chunked, close };

struct Answer {
    std::string body{};
    int status = 200;
    std::string type = "application/json";  ///< empty: no Content-Type
    Framing framing = Framing::length;
    std::string fields{};  ///< further lines, each with its CRLF
};
Reply reply(const Answer& answer);
/// A stream of events; ends with its last chunk.
Reply stream_reply(const std::string& events, Framing framing = Framing::chunked);

std::string event(const std::string& data);
std::string event(const std::string& name, const std::string& data);

/// A chat completion that says "one two three"; `usage` is a JSON value, empty: no member.
std::string chat_completion(const std::string& usage);
Reply chat_reply(const std::string& usage);

/// One event with a token, one with the finish reason, one with usage and no choices, the end mark.
extern const std::string delta_event;
extern const std::string finish_event;
std::string usage_event(const std::string& usage);
extern const std::string done_event;
/// `deltas` tokens, finish, usage (where there is one), [DONE].
std::string chat_events(const std::string& usage, int deltas = 3);
/// The same without the usage: what a client sees that did not ask for it.
std::string chat_events_without_usage(int deltas = 3);

/// Anthropic.
std::string message(const std::string& usage);
std::string message_start(const std::string& usage);
extern const std::string message_text;  ///< block start, one delta "one two three", block stop
std::string message_delta(const std::string& usage, const std::string& stop_reason = "\"end_turn\"");
extern const std::string message_stop;
extern const std::string anthropic_overloaded;  ///< an error as the event of that name

/// Responses API.
std::string response(const std::string& status, const std::string& usage, const std::string& id = "resp_1");
std::string response_event(const std::string& type, const std::string& response_json);
extern const std::string response_delta;

}  // namespace weir::testing
