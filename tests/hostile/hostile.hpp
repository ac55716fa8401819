// What every test in here begins with, and what must hold after each: nothing in flight, nothing held,
// nothing dropped.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "mock_upstream/mock_upstream.hpp"
#include "support/raw_client.hpp"
#include "support/running_weir.hpp"

namespace weir::testing {

class Hostile : public ::testing::Test {
protected:
    explicit Hostile(mock::MockOptions options = {.keep_records = true});

    /// Waits until weir has let go of everything, and looks whether it has.
    void TearDown() override;

    /// Defaults in front of the stand-in provider, to be changed before `start`.
    config::Config settings() const { return config_for(upstream_.port()); }
    RunningWeir& start(config::Config config);
    RunningWeir& start() { return start(settings()); }

    mock::MockUpstream upstream_;
    std::optional<RunningWeir> weir_;

private:
    std::uint64_t dropped_before_;
};

/// "data" of a streamed chat request that asks for so many tokens.
std::string stream_body(int tokens);

}  // namespace weir::testing
