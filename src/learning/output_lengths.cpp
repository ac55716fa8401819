// Sketches under a few locks, so that threads seldom meet.
#include "learning/output_lengths.hpp"

#include <algorithm>

namespace weir::learning {

namespace {
/// Of an answer that was cut off, what is below this says nothing.
constexpr double quantile_of_most = 0.9;
}  // namespace

OutputLengths::OutputLengths() = default;

template <typename Ask>
bool OutputLengths::ask_known(const AnswerOf& of, const Ask& ask) const {
    const auto ask_one = [&](const Shard& shard, const LruMap<LengthSketch>& sketches, std::uint64_t key) {
        const std::lock_guard lock(shard.mutex);
        const LengthSketch* sketch = sketches.find(key);
        if (sketch == nullptr || !sketch->is_known()) return false;
        ask(*sketch);
        return true;
    };
    const Shard& of_key = shard_of(of.key_on_model);
    if (ask_one(of_key, of_key.sketches, of.key_on_model)) return true;
    const Shard& of_model = shard_of(of.model);
    return ask_one(of_model, of_model.models, of.model);
}

std::optional<std::int64_t> OutputLengths::quantile(const AnswerOf& of, double quantile,
                                                    std::optional<std::int64_t> bound) const {
    std::optional<std::int64_t> tokens;
    ask_known(of, [&](const LengthSketch& sketch) { tokens = sketch.quantile(quantile, bound); });
    return tokens;
}

std::int64_t OutputLengths::more_after(const AnswerOf& of, std::int64_t produced) const {
    std::int64_t more = 0;
    ask_known(of, [&](const LengthSketch& sketch) { more = sketch.more_after(produced); });
    return more > 0 ? more : produced;
}

void OutputLengths::learn(const AnswerOf& of, std::int64_t length, std::optional<std::int64_t> bound) {
    {
        Shard& shard = shard_of(of.key_on_model);
        const std::lock_guard lock(shard.mutex);
        const auto count = [this](const auto&) { forgotten_.fetch_add(1, std::memory_order_relaxed); };
        shard.sketches.touch(of.key_on_model, count).learn(length, bound);
    }
    Shard& shard = shard_of(of.model);
    const std::lock_guard lock(shard.mutex);
    const auto count = [this](const auto&) { forgotten_.fetch_add(1, std::memory_order_relaxed); };
    shard.models.touch(of.model, count).learn(length, bound);
}

void OutputLengths::learn_at_least(const AnswerOf& of, std::int64_t length,
                                   std::optional<std::int64_t> bound) {
    const auto most = quantile(of, quantile_of_most, bound);
    if (most && length > *most) learn(of, length, bound);
}

std::size_t OutputLengths::size() const {
    std::size_t size = 0;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        size += shard.sketches.size();
    }
    return size;
}

}  // namespace weir::learning
