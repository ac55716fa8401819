// Plays the rows of request_rows.hpp.
#include "wire/request_rows.hpp"

namespace weir::testing {
namespace {

class WireRequests : public Wire {};

TEST_P(WireRequests, AreMeteredAndPassedOn) {
    check(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Compressed, WireRequests, ::testing::ValuesIn(compressed_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Bodies, WireRequests, ::testing::ValuesIn(body_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(RefusedBodies, WireRequests, ::testing::ValuesIn(refused_body_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Paths, WireRequests, ::testing::ValuesIn(path_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(OtherPaths, WireRequests, ::testing::ValuesIn(other_path_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Models, WireRequests, ::testing::ValuesIn(model_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Routes, WireRequests, ::testing::ValuesIn(route_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Bounds, WireRequests, ::testing::ValuesIn(bound_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Credentials, WireRequests, ::testing::ValuesIn(credential_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Browsers, WireRequests, ::testing::ValuesIn(browser_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Clients, WireRequests, ::testing::ValuesIn(client_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Background, WireRequests, ::testing::ValuesIn(background_rows()), name_of);

}  // namespace
}  // namespace weir::testing
