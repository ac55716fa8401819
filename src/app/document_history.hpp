// Which versions of the documents led to which: whether one state comes before another, or apart from it.
// Pure.
#pragma once

#include "weir/shared_state.hpp"

namespace weir::app {

/// Version 0 where the history is empty.
DocumentVersion newest_of(const DocumentHistory& history);
/// The oldest version that it tells of; 0 where it is empty.
std::int64_t oldest_version_of(const DocumentHistory& history);
bool holds(const DocumentHistory& history, const DocumentVersion& version);
/// With one more version, and without what is too old to be told.
DocumentHistory extended(const DocumentHistory& history, const DocumentVersion& next);

}  // namespace weir::app
