// Background responses: accepted now, done after so many questions for them.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "mock_upstream/reply.hpp"

namespace weir::mock {

/// Thread safety: everything may be called from any thread.
class StoredResponses {
public:
    /// Remembers what it will have used, under an id that `reply` then has. The oldest are forgotten.
    void accept(Reply& reply, std::uint64_t polls);
    /// Fills `reply` as it stands now, one question later. False: nobody knows that id.
    bool ask(std::string_view id, Reply& reply);

private:
    struct Stored {
        std::uint64_t input_tokens;
        std::uint64_t tokens;
        bool cut_by_limit;
        std::uint64_t polls_left;
    };

    std::mutex mutex_;
    std::map<std::string, Stored, std::less<>> stored_;
};

}  // namespace weir::mock
