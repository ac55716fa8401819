// The tables of what upstreams answer, by kind.
#pragma once

#include "wire/wire.hpp"

namespace weir::testing {

WireRows chat_usage_rows();      ///< forms of `usage`, plain and streamed
WireRows stream_usage_rows();    ///< where in a stream usage stands, and what of it a client sees
WireRows anthropic_rows();       ///< usage and ends of messages
WireRows responses_rows();       ///< usage and ends of the Responses API
WireRows other_api_rows();       ///< embeddings, rerankers, images, audio, Ollama, llama.cpp, Gemini
WireRows content_type_rows();    ///< types that lie, codings nobody asked for, marks before the text
WireRows ending_rows();          ///< whole or broken off, with and without an end mark
WireRows failure_rows();         ///< errors in a 200, error statuses
WireRows upstream_fault_rows();  ///< connections that die, early answers, interim answers, odd status lines
WireRows look_alike_rows();      ///< answers that look like a failure, or like usage, and are none
WireRows splice_rows();          ///< stream_options that weir added and the upstream refuses

}  // namespace weir::testing
