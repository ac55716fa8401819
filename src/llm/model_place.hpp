// Another name for the model of a call, put where read_call found the name, in the text as the client sent
// it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "llm/call.hpp"

namespace weir::llm {

/// The change of `text.body` that makes read_call find `model` there, and that changes nothing else. nullopt
/// where the body does not decide: nothing names a model, or the path does (path_with_model). What else
/// names models stays as it is: OpenRouter's `models`, the body's name beside the path's.
///
/// Costs a walk over the outermost members as far as the name, so it is called only for what is renamed. The
/// change may stand beside Call::ask_for_usage: both are of the same text, and never overlap.
///
/// REQUIRES: read_call has taken the same text. `model` is UTF-8, not empty, of at most model_bytes_max, and
/// without control characters: a form holds it as it is.
std::optional<Splice> model_splice(const CallText& text, std::string_view model);

/// The path with `model`, percent-encoded, in place of the model that it names; nullopt where it names none.
/// `path` is without its query.
std::optional<std::string> path_with_model(std::string_view path, std::string_view model);

}  // namespace weir::llm
