// GET /admin/events: the figures once a second, as server-sent events.
#include <memory>
#include <utility>

#include "admin/handlers.hpp"

namespace weir::admin {

namespace {

constexpr int streams_max = 16;

/// Counts a stream for as long as anybody holds it.
class Slot {
public:
    explicit Slot(int& streams) : streams_(streams) { ++streams_; }
    ~Slot() { --streams_; }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

private:
    int& streams_;
};

/// Line ends within would end the event.
std::string event_of(std::string_view data) {
    std::string event = "event: figures\ndata: ";
    for (const char c : data) {
        if (c != '\n' && c != '\r') event += c;
    }
    return event.append("\n\n");
}

}  // namespace

awaitable<Answer> stream_events(Call& call) {
    Services& services = call.services;
    if (services.streams >= streams_max) {
        throw Refused(503, "too_many_streams",
                      "16 streams of events are open, which is all that this node serves.");
    }
    Answer answer = text_answer("", 200, "text/event-stream");
    answer.next_event = [slot = std::make_shared<Slot>(services.streams), &services,
                         generation = services.generation, is_first = true]() mutable -> std::string {
        if (services.generation != generation) return {};
        const std::string figures = services.control.figures_json();
        std::string event = figures.empty() ? ": nothing new\n\n" : event_of(figures);
        if (std::exchange(is_first, false)) event.insert(0, "retry: 2000\n\n");
        return event;
    };
    co_return answer;
}

}  // namespace weir::admin
