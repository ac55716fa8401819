// Recommended limits as an operator reads them.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/render.hpp"

namespace weir::cli {
namespace {

Json row(const char* key, const char* dimension, const char* window, const Json& limit, const Json& p99,
         const Json& recommended, double refused_part = 0.0) {
    return {{"key", key},
            {"dimension", dimension},
            {"window", window},
            {"limit", limit},
            {"p99", p99},
            {"recommended", recommended},
            {"hours", 30},
            {"hours_needed", 168},
            {"refused_part", refused_part}};
}

TEST(RenderRecommended, PutsTheLimitBesideWhatWasUsed) {
    const Json answer{{"recommended",
                       {row("acme-web", "requests", "1m", 20, 14, 20),
                        row("acme-web", "output_tokens", "1m", nullptr, 41'200, 50'000)}}};
    EXPECT_EQ(render_recommended(answer, 0),
              "KEY       DIMENSION      WINDOW  LIMIT  P99 OF USE  RECOMMENDED\n"
              "acme-web  requests       1m         20          14           20\n"
              "acme-web  output_tokens  1m       none      41,200       50,000\n");
}

TEST(RenderRecommended, SaysWhatIsMissingAndWhatWasHeldBack) {
    const Json answer{{"recommended",
                       {row("acme", "requests", "1d", 500, nullptr, nullptr, 0.204),
                        row("acme", "input_tokens", "1d", nullptr, nullptr, nullptr, 0.204)}}};
    EXPECT_EQ(render_recommended(answer, 0),
              "KEY   DIMENSION     WINDOW  LIMIT  P99 OF USE      RECOMMENDED\n"
              "acme  requests      1d        500           -  30 of 168 hours\n"
              "acme  input_tokens  1d       none           -  30 of 168 hours\n"
              "\n"
              "acme: limits refused 20% of its requests; it would have used more.\n"
              "Where hours stand instead of a limit, there is too little history for one.\n");
}

TEST(RenderRecommended, OfNobodyIsASentence) {
    EXPECT_EQ(render_recommended(Json{{"recommended", Json::array()}}, 0), "There are no keys.\n");
}

}  // namespace
}  // namespace weir::cli
