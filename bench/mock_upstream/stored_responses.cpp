// A bounded map.
#include "mock_upstream/stored_responses.hpp"

namespace weir::mock {

namespace {
constexpr std::size_t stored_max = 10'000;
}

void StoredResponses::accept(Reply& reply, std::uint64_t polls) {
    // Numbers of equal length, so that the map's first is the oldest.
    std::string number = std::to_string(reply.number);
    number.insert(0, number.size() < 12 ? 12 - number.size() : 0, '0');
    reply.stored_id = "resp_mock_bg_" + number;
    reply.progress = Progress::queued;
    const std::lock_guard lock(mutex_);
    stored_[reply.stored_id] = {reply.input_tokens, reply.tokens, reply.cut_by_limit, polls};
    if (stored_.size() > stored_max) stored_.erase(stored_.begin());
}

bool StoredResponses::ask(std::string_view id, Reply& reply) {
    const std::lock_guard lock(mutex_);
    const auto found = stored_.find(id);
    if (found == stored_.end()) return false;
    Stored& stored = found->second;
    reply.stored_id = id;
    reply.input_tokens = stored.input_tokens;
    reply.tokens = stored.tokens;
    reply.cut_by_limit = stored.cut_by_limit;
    reply.progress = stored.polls_left > 0 ? Progress::in_progress : Progress::done;
    if (stored.polls_left > 0) --stored.polls_left;
    return true;
}

}  // namespace weir::mock
