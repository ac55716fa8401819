// Where in a stream usage stands, how often, and what of it reaches a client that did not ask.
#include "wire/answer_rows.hpp"
#include "wire/answers.hpp"
#include "wire/requests.hpp"

namespace weir::testing {

namespace {

const char* const usage = R"({"prompt_tokens":12,"completion_tokens":34,"total_tokens":46})";

/// A streamed chat whose usage weir asked for.
WireRow asked_by_weir(std::string name, const std::string& events, const std::string& seen, Amount input,
                      Amount output) {
    return {.name = std::move(name),
            .asks = {{.bytes = streamed_chat(), .body = seen}},
            .replies = {stream_reply(events)},
            .charge = Charge{.input = input, .output = output}};
}

std::string many(const std::string& one, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += one;
    return text;
}

std::string delta_with(const std::string& members) {
    return event(R"({"id":"c","choices":[{"index":0,"delta":{"content":" tok"},"finish_reason":null}],)" +
                 members + "}");
}

WireRows dropped_chunks() {
    const std::string begin = delta_event + finish_event;
    const std::string choices_null = event(std::string(R"({"id":"c","choices":null,"usage":)") + usage + "}");
    const std::string choices_absent = event(std::string(R"({"id":"c","usage":)") + usage + "}");
    const std::string extra = usage_event(R"({"prompt_tokens":12,"completion_tokens":35,"total_tokens":47})");
    const std::string filtered =
        event(std::string(R"({"id":"c","choices":[],"prompt_filter_results":[{"prompt_index":0}],"usage":)") +
              usage + "}");
    const std::string azure_first =
        event(R"({"id":"","choices":[],"prompt_filter_results":[{"prompt_index":0}]})");
    const std::string empty_first = event(R"({"id":"","model":"","choices":[]})");
    const std::string null_usage = event(R"({"id":"c","choices":[],"usage":null})");
    const std::string baidu = event(std::string(R"({"id":"c","result":"hello","usage":)") + usage + "}");
    const std::string cited =
        event(std::string(R"({"id":"c","choices":[],"citations":["https://a"],"usage":)") + usage + "}");
    const std::string with_nan =
        event(R"({"id":"c","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":34,"cost":NaN}})");
    return {
        asked_by_weir("text_beside_usage_stays", baidu + done_event, baidu + done_event, 12, 34),
        asked_by_weir("citations_stay", begin + cited + done_event, begin + cited + done_event, 12, 34),
        asked_by_weir("usage_with_nan", begin + with_nan + done_event, begin + done_event, 12, 34),
        asked_by_weir("choices_null", begin + choices_null + done_event, begin + done_event, 12, 34),
        asked_by_weir("choices_absent", begin + choices_absent + done_event, begin + done_event, 12, 34),
        asked_by_weir("two_usage_chunks", begin + usage_event(usage) + extra + done_event, begin + done_event,
                      12, 35),
        asked_by_weir("three_usage_chunks", begin + usage_event(usage) + extra + choices_null + done_event,
                      begin + done_event, 12, 34),
        asked_by_weir("usage_chunk_first", usage_event(usage) + begin + done_event, begin + done_event, 12,
                      34),
        asked_by_weir("filter_results_stay", begin + filtered + done_event, begin + filtered + done_event, 12,
                      34),
        asked_by_weir("azures_first_chunk_stays", azure_first + begin + usage_event(usage) + done_event,
                      azure_first + begin + done_event, 12, 34),
        asked_by_weir("chunk_without_usage_stays", empty_first + begin + usage_event(usage) + done_event,
                      empty_first + begin + done_event, 12, 34),
        asked_by_weir("null_usage_stays", null_usage + begin + usage_event(usage) + done_event,
                      null_usage + begin + done_event, 12, 34),
        asked_by_weir("comments_stay", ": ping\n\n" + begin + ": ping\n\n" + usage_event(usage) + done_event,
                      ": ping\n\n" + begin + ": ping\n\n" + done_event, 12, 34),
    };
}

WireRows places() {
    const std::string running = R"({"prompt_tokens":12,"completion_tokens":1,"total_tokens":13})";
    const std::string zero = R"({"prompt_tokens":0,"completion_tokens":0,"total_tokens":0})";
    const std::string with_running = delta_with("\"usage\":" + running);
    const std::string with_last = delta_with(std::string("\"usage\":") + usage);
    const std::string finish_with_usage =
        event(std::string(R"({"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":)") +
              usage + "}");
    const std::string in_choice =
        event(std::string(R"({"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":)") +
              usage + "}]}");
    const std::string groq =
        event(std::string(R"({"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],)") +
              R"("x_groq":{"id":"r","usage":)" + usage + "}}");
    const auto same = [](std::string name, const std::string& events, Amount input, Amount output) {
        return asked_by_weir(std::move(name), events, events, input, output);
    };
    return {
        same("on_the_finish_chunk", delta_event + finish_with_usage + done_event, 12, 34),
        same("in_the_choice", delta_event + in_choice + done_event, 12, 34),
        same("in_groqs_place", delta_event + groq + done_event, 12, 34),
        same("running_counts", with_running + with_last + finish_event + done_event, 12, 34),
        same("zero_on_the_way", delta_with("\"usage\":" + zero) + with_last + finish_event + done_event, 12,
             34),
        same("zero_after_it", with_last + delta_with("\"usage\":" + zero) + finish_event + done_event, 12,
             34),
        same("null_after_it", with_last + delta_with("\"usage\":null") + finish_event + done_event, 12, 34),
        same("unfinished_choice_and_no_mark", with_running + with_last, 12, 34),
        same("unfinished_choice", with_running + with_last + done_event, 12, 34),
    };
}

WireRows zeroes() {
    const std::string zero = usage_event(R"({"prompt_tokens":0,"completion_tokens":0,"total_tokens":0})");
    const std::string deltas = many(delta_event, 300);
    return {
        asked_by_weir("zero_after_300_deltas", deltas + finish_event + zero + done_event,
                      deltas + finish_event + done_event, estimated(), {300, 500}),
        asked_by_weir("nothing_after_300_deltas", deltas + finish_event + done_event,
                      deltas + finish_event + done_event, estimated(), {300, 500}),
        asked_by_weir("nothing_after_700_deltas", many(delta_event, 700) + finish_event + done_event,
                      many(delta_event, 700) + finish_event + done_event, estimated(), at_least(700)),
    };
}

/// One line end between events, other line ends, fields beside data.
WireRows line_forms() {
    const auto with = [](const std::string& text, const std::string& from, const std::string& to) {
        std::string out = text;
        for (std::size_t at = 0; (at = out.find(from, at)) != std::string::npos; at += to.size())
            out.replace(at, from.size(), to);
        return out;
    };
    const std::string events = chat_events(usage);
    const std::string seen = chat_events_without_usage();
    const std::string data = "data: ";
    // Without empty lines nothing says where weir's own chunk ends, so that it may stay: usage counts.
    WireRow single{.name = "one_line_end_between_events",
                   .asks = {{.bytes = streamed_chat(), .contains = {" tok", "[DONE]"}}},
                   .replies = {stream_reply(with(events, "\n\n", "\n"))},
                   .charge = Charge{.input = 12, .output = 34}};
    WireRow single_crlf = single;
    single_crlf.name = "one_crlf_between_events";
    single_crlf.replies = {stream_reply(with(events, "\n\n", "\r\n"))};
    WireRows rows{
        asked_by_weir("crlf", with(events, "\n", "\r\n"), with(seen, "\n", "\r\n"), 12, 34),
        asked_by_weir("cr", with(events, "\n", "\r"), with(seen, "\n", "\r"), 12, 34),
        asked_by_weir("no_space_after_the_colon", with(events, data, "data:"), with(seen, data, "data:"), 12,
                      34),
        asked_by_weir("ids_and_names", with(events, data, "id: 1\nevent: message\ndata: "),
                      with(seen, data, "id: 1\nevent: message\ndata: "), 12, 34),
        asked_by_weir("three_line_ends", with(events, "\n\n", "\n\n\n"), with(seen, "\n\n", "\n\n\n"), 12,
                      34),
        single,
        single_crlf,
    };
    // Three line ends: the one too many may stay or go.
    rows[4].asks[0].body.reset();
    rows[4].asks[0].lacks = {"prompt_tokens"};
    WireRow in_bytes = asked_by_weir("split_at_every_byte", events, seen, 12, 34);
    in_bytes.replies[0].piece_bytes = 1;
    WireRow in_sevens = asked_by_weir("split_at_every_seventh_byte", events, seen, 12, 34);
    in_sevens.replies[0].piece_bytes = 7;
    rows.push_back(in_bytes);
    rows.push_back(in_sevens);
    return rows;
}

}  // namespace

WireRows stream_usage_rows() {
    return dropped_chunks() + places() + zeroes() + line_forms();
}

}  // namespace weir::testing
