// The tables of what clients send, by kind.
#pragma once

#include "wire/wire.hpp"

namespace weir::testing {

WireRows compressed_rows();    ///< Content-Encoding of requests
WireRows body_rows();          ///< JSON that providers take: numbers, shapes, marks
WireRows refused_body_rows();  ///< what weir can't meter safely
WireRows path_rows();          ///< what is metered, by how the path ends, and what is not
WireRows other_path_rows();    ///< `other_paths`, and weir's own answers
WireRows model_rows();         ///< limits on models, however these are spelt
WireRows route_rows();         ///< what an upstream serves, and what it calls models and paths
WireRows bound_rows();         ///< bounds on the output, and what counts as input
WireRows credential_rows();    ///< which of several keys counts, and what the upstream gets
WireRows browser_rows();       ///< preflights and CORS
WireRows client_rows();        ///< HTTP/1.0, upgrades, what Codex and Claude Code send
WireRows background_rows();    ///< stored responses, polls, background work

}  // namespace weir::testing
