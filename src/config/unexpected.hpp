// How the parsers of this room say that a text is not what it should be.
#pragma once

#include <stdexcept>

namespace weir::config {

/// what() says what was expected, and never quotes the text: it may hold a secret.
struct Unexpected : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace weir::config
