// Properties on random inputs, as GoogleTest sees them.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <sstream>
#include <string>
#include <utility>

namespace weir::testing {

struct PropertyOptions {
    int cases = 100;
    int size_max = 100;  ///< of generated containers
};

/// Fails the test with the smallest counterexample found and the seed. From the environment,
/// RC_PARAMS="seed=N" repeats a run, and RC_PARAMS="max_success=1000" asks for ten times the usual cases.
template <typename Property>
void check_property(const PropertyOptions& options, Property&& property) {
    constexpr int usual_max_success = 100;
    rc::detail::TestParams params = rc::detail::configuration().testParams;
    params.maxSuccess = options.cases * params.maxSuccess / usual_max_success;
    params.maxSize = options.size_max;
    const ::testing::TestInfo* test = ::testing::UnitTest::GetInstance()->current_test_info();
    rc::detail::TestMetadata metadata;
    metadata.id = std::string(test->test_suite_name()) + "/" + test->name();
    metadata.description = metadata.id;
    const auto result = rc::detail::checkTestable(std::forward<Property>(property), metadata, params);
    if (result.template is<rc::detail::SuccessResult>()) return;
    std::ostringstream message;
    rc::detail::printResultMessage(result, message);
    FAIL() << message.str() << "\nTo repeat: RC_PARAMS=\"seed=" << params.seed << "\"";
}

}  // namespace weir::testing
