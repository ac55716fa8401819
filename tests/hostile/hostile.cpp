// Start and end of each test.
#include "hostile/hostile.hpp"

namespace weir::testing {

Hostile::Hostile(mock::MockOptions options)
    : upstream_(std::move(options)), dropped_before_(Reservation::dropped()) {
    upstream_.start();
}

void Hostile::TearDown() {
    if (!weir_) return;
    EXPECT_TRUE(eventually([&] { return weir_->reservations_in_flight() == 0; }));
    EXPECT_TRUE(eventually([&] { return weir_->buffered_bytes() == 0; })) << weir_->buffered_bytes();
    weir_.reset();
    EXPECT_EQ(Reservation::dropped(), dropped_before_);
    EXPECT_EQ(upstream_.malformed_count(), 0U);
}

RunningWeir& Hostile::start(config::Config config) {
    weir_.emplace(std::move(config));
    return *weir_;
}

std::string stream_body(int tokens) {
    return chat_body(",\"stream\":true,\"max_tokens\":" + std::to_string(tokens));
}

}  // namespace weir::testing
