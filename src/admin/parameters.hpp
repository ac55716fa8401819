// The parameters that endpoints take.
#pragma once

#include <array>

#include "admin/endpoint.hpp"

namespace weir::admin {

inline constexpr Parameter key_id{
    .name = "id", .place = Place::path, .type = Type::name, .about = "id of a key", .max = 128};
inline constexpr Parameter object_name{
    .name = "name", .place = Place::path, .type = Type::name, .about = "its name", .max = 128};

inline constexpr std::array by_id{key_id};
inline constexpr std::array by_name{object_name};
inline constexpr std::array of_override{Parameter{.name = "kind",
                                                  .place = Place::path,
                                                  .type = Type::choice,
                                                  .about = "what it lies over",
                                                  .choices = "key|tier|group|upstream"},
                                        object_name};
inline constexpr std::array of_key_list{
    Parameter{.name = "sort",
              .type = Type::choice,
              .about = "which come first; all but id put the active ones first and list the others by id",
              .choices = "used|refused|last_seen|id",
              .usual = "used"},
    Parameter{.name = "dimension",
              .type = Type::choice,
              .about = "what `used` means",
              .choices = "requests|input_tokens|output_tokens|total_tokens",
              .usual = "requests"},
    Parameter{.name = "limit",
              .type = Type::integer,
              .about = "keys in an answer",
              .usual = "50",
              .min = 1,
              .max = 500},
    Parameter{.name = "after", .about = "what the answer before had as `next`"},
    Parameter{.name = "q", .about = "a part of the id, in any case"},
};
inline constexpr std::array of_forecast{
    key_id,
    Parameter{.name = "past",
              .type = Type::integer,
              .about = "hours of history in the answer, the one that has begun among them",
              .usual = "72",
              .min = 1,
              .max = 840},
    Parameter{.name = "hours",
              .type = Type::integer,
              .about = "hours that are foretold, from the one that has begun on",
              .usual = "24",
              .min = 1,
              .max = 168},
};
inline constexpr std::array of_recommended{
    Parameter{.name = "key", .type = Type::name, .about = "this key alone", .max = 128},
    Parameter{.name = "limit",
              .type = Type::integer,
              .about = "keys in an answer",
              .usual = "50",
              .min = 1,
              .max = 200},
    Parameter{.name = "after", .about = "what the answer before had as `next`"},
    Parameter{.name = "q", .about = "a part of the id, in any case"},
};
inline constexpr std::array of_usage{
    Parameter{.name = "from", .type = Type::day, .about = "the first day, UTC; else the last or today"},
    Parameter{.name = "to", .type = Type::day, .about = "the last day; else today"},
    Parameter{.name = "by",
              .type = Type::choices,
              .about = "what sums are kept apart by",
              .choices = "key|model|day",
              .usual = "key"},
    Parameter{.name = "format",
              .type = Type::choice,
              .about = "of the answer",
              .choices = "json|csv",
              .usual = "json"},
};

}  // namespace weir::admin
