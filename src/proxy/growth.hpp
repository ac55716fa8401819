// How much more is reserved for an answer that has become longer than its reservation.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "learning/output_lengths.hpp"
#include "weir/limit.hpp"

namespace weir::proxy {

struct Growth {
    const learning::OutputLengths* lengths = nullptr;  ///< nullptr: nothing more is reserved
    std::string_view key_id{};                         ///< whose answer it is; hashed only where it does grow
    std::string_view model{};
    std::int64_t output_bound = unlimited;  ///< the request's own

    /// Of an answer that has taken so much: what is likely to come, within the bound.
    std::int64_t more_after(std::int64_t produced) const {
        if (lengths == nullptr || produced >= output_bound) return 0;
        return std::min(lengths->more_after(learning::AnswerOf::names(key_id, model), produced),
                        output_bound - produced);
    }
};

}  // namespace weir::proxy
