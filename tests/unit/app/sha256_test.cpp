// Two libraries, one digest.
#include "app/sha256.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weir::app {
namespace {

TEST(FastSha256, IsTheSameDigest) {
    for (const std::size_t size : {0U, 1U, 55U, 56U, 63U, 64U, 65U, 1'000U}) {
        const std::string text(size, 'k');
        EXPECT_EQ(fast_sha256(text), config::sha256(text)) << size;
    }
}

}  // namespace
}  // namespace weir::app
