// Element by element.
#include "limiter/integers.hpp"

namespace weir {

std::optional<std::vector<std::int64_t>> integers_of(const redis::Reply& reply) {
    const redis::Reply::Array* array = reply.array();
    if (array == nullptr) return std::nullopt;
    std::vector<std::int64_t> numbers;
    numbers.reserve(array->size());
    for (const redis::Reply& element : *array) {
        const std::int64_t* number = element.integer();
        if (number == nullptr || *number < -script_integer_max || *number > script_integer_max)
            return std::nullopt;
        numbers.push_back(*number);
    }
    return numbers;
}

}  // namespace weir
