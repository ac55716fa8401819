// How long answers have been lately, by key and model: what is worth reserving for the next one.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

#include "learning/hash.hpp"
#include "learning/length_sketch.hpp"
#include "learning/lru_map.hpp"

namespace weir::learning {

/// Whose answer: hashes of names (learning/hash.hpp).
struct AnswerOf {
    std::uint64_t key_on_model = 0;
    std::uint64_t model = 0;

    static AnswerOf names(std::string_view key, std::string_view model) noexcept {
        const std::uint64_t of_model = hash_of(model);
        return {.key_on_model = hash_of_both(hash_of(key), of_model), .model = of_model};
    }
    /// Nobody's: what is known of it is known of all keys together.
    static AnswerOf anybody(std::string_view model) noexcept { return {.model = hash_of(model)}; }
};

/// Any thread; a look-up holds a lock for as long as it takes to add up a few dozen numbers. Nothing is kept
/// over a restart: twenty answers of a model, whosever they are, are enough to begin with.
class OutputLengths {
public:
    static constexpr std::size_t sketches_max = 100'000;  ///< keys on models; about 300 bytes each
    static constexpr std::size_t models_max = 1'000;

    OutputLengths();

    /// See LengthSketch::quantile: the key's on that model, or the model's of all keys; nullopt where too few
    /// answers were seen of either.
    std::optional<std::int64_t> quantile(const AnswerOf& of, double quantile,
                                         std::optional<std::int64_t> bound) const;
    /// Of one that has produced so much, and goes on: how many more are likely. As many again where nobody
    /// knows.
    std::int64_t more_after(const AnswerOf& of, std::int64_t produced) const;

    /// An answer has ended and took so many.
    void learn(const AnswerOf& of, std::int64_t length, std::optional<std::int64_t> bound);
    /// It was cut off: it would have taken at least so many. That says something only where it is more than
    /// most answers take.
    void learn_at_least(const AnswerOf& of, std::int64_t length, std::optional<std::int64_t> bound);

    std::size_t size() const;
    /// Sketches that gave way to others for want of room.
    std::uint64_t forgotten() const noexcept { return forgotten_.load(std::memory_order_relaxed); }

private:
    static constexpr std::size_t shard_count = 64;
    struct Shard {
        Shard() : sketches(sketches_max / shard_count), models(models_max / shard_count + 1) {}
        mutable std::mutex mutex;
        LruMap<LengthSketch> sketches;
        LruMap<LengthSketch> models;
    };
    const Shard& shard_of(std::uint64_t key) const noexcept { return shards_[key % shard_count]; }
    Shard& shard_of(std::uint64_t key) noexcept { return shards_[key % shard_count]; }
    /// Calls `ask(sketch)` under its lock, of the first of the two that is known. False: neither is.
    template <typename Ask>
    bool ask_known(const AnswerOf& of, const Ask& ask) const;

    std::array<Shard, shard_count> shards_;
    std::atomic<std::uint64_t> forgotten_ = 0;
};

}  // namespace weir::learning
