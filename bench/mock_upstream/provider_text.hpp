// A provider as the command line describes it: "name=openai,listen=127.0.0.1:9001,rpm=100,script=5s:500".
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "mock_upstream/mock_upstream.hpp"

namespace weir::mock {

/// An option of a provider beside its knobs: `--rpm 100`, or `rpm=100` in a description.
struct ProviderOption {
    std::string_view name;
    std::string_view type;
    std::string_view help;
};

std::span<const ProviderOption> provider_options();

/// Sets an option or a knob. Returns what is wrong, or an empty string. `script` is one, or names a file
/// that is read.
std::string set_provider_option(MockOptions& options, std::string_view name, std::string_view value);

/// Sets all members of a description, which stand between commas, so that no value has one.
std::string set_provider(MockOptions& options, std::string_view description);

}  // namespace weir::mock
