// Weighted so that all of it happens often enough.
#include "contract/model_commands.hpp"

#include <ostream>

namespace weir::testing {

namespace {

constexpr std::int64_t scales_us[] = {
    0, 10, 8'334, second_us, 7 * second_us, minute_us, 2 * minute_us, 60 * minute_us, 62 * day_us};

rc::Gen<Command> any_command() {
    using rc::gen::inRange;
    const auto kind = rc::gen::weightedElement<Kind>({{20, Kind::reserve},
                                                      {20, Kind::reserve_of_one},
                                                      {12, Kind::move},
                                                      {12, Kind::again},
                                                      {12, Kind::progress},
                                                      {18, Kind::settle},
                                                      {4, Kind::peek},
                                                      {24, Kind::pass},
                                                      {8, Kind::pass_to_room},
                                                      {1, Kind::step_back}});
    const auto amount = [](std::int64_t small) {
        return rc::gen::weightedOneOf<std::int64_t>(
            {{200, inRange<std::int64_t>(0, small)},
             {1, rc::gen::element<std::int64_t>(-3, amount_max, amount_max + 7)}});
    };
    const auto scale = rc::gen::weightedElement<int>(
        {{3, 0}, {6, 1}, {12, 2}, {12, 3}, {12, 4}, {8, 5}, {4, 6}, {2, 7}, {1, 8}});
    return rc::gen::build<Command>(
        rc::gen::set(&Command::kind, kind),
        rc::gen::set(&Command::pick, inRange<std::uint32_t>(0, 1U << 16U)),
        rc::gen::set(&Command::requests, inRange<std::int64_t>(0, 3)),
        rc::gen::set(&Command::input_tokens, amount(60)), rc::gen::set(&Command::output_tokens, amount(60)),
        rc::gen::set(&Command::expected_more, rc::gen::weightedOneOf<std::int64_t>(
                                                  {{1, rc::gen::just<std::int64_t>(0)}, {1, amount(60)}})),
        rc::gen::set(&Command::exact, rc::gen::arbitrary<bool>()),
        rc::gen::set(&Command::unproduced, inRange(0, 3)), rc::gen::set(&Command::scale, scale),
        rc::gen::set(&Command::millionths, inRange<std::int64_t>(0, 1'000'001)));
}

}  // namespace

std::int64_t duration_us(const Command& command) {
    const std::int64_t scale_us = scales_us[static_cast<std::size_t>(command.scale)];
    return scale_us / 1'000'000 * command.millionths + scale_us % 1'000'000 * command.millionths / 1'000'000;
}

std::ostream& operator<<(std::ostream& out, const Command& command) {
    constexpr const char* names[] = {"reserve", "reserve_of_one", "move", "again",        "progress",
                                     "settle",  "peek",           "pass", "pass_to_room", "step_back"};
    constexpr const char* fates[] = {"release", "run_out", "charge"};
    out << "\n  " << names[static_cast<std::size_t>(command.kind)];
    if (command.kind >= Kind::pass) return out << " " << duration_us(command) << " us";
    out << " pick " << command.pick << " " << command.requests << "/" << command.input_tokens << "/"
        << command.output_tokens;
    if (command.kind == Kind::progress) out << " expects " << command.expected_more;
    if (command.kind == Kind::settle)
        out << (command.exact ? " exact " : " lower_bound ") << fates[command.unproduced];
    return out;
}

rc::Gen<PoolLimits> any_limits() {
    return rc::gen::container<PoolLimits>(pool_size * dimension_count,
                                          rc::gen::inRange<std::int64_t>(0, 1'000));
}

/// A third is not limited, a few are blocked or smaller than most demands, the others fill up now and then.
std::int64_t limit_of(Dimension dimension, std::int64_t number) {
    if (dimension == Dimension::in_flight) return number < 10 ? 0 : 1 + number % 12;
    if (number < 330) return unlimited;
    if (number < 335) return 0;
    if (number < 345) return number - 330;
    if (dimension == Dimension::requests) return 3 + number % 20;
    return (dimension == Dimension::total_tokens ? 120 : 60) + number % 500;
}

rc::Gen<std::vector<Command>> any_commands() {
    return rc::gen::container<std::vector<Command>>(any_command());
}

}  // namespace weir::testing
