// weir-load: the load generator as a program. Ends with 1 where an answer failed or a 429 lacked Retry-After.
#include <cstdio>
#include <exception>

#include "load/options.hpp"
#include "load/report.hpp"
#include "load/run.hpp"

int main(int argc, char** argv) {
    using namespace weir::load;
    const ParsedOptions parsed = parse_options(argc, argv);
    if (parsed.exit_code >= 0) return parsed.exit_code;
    try {
        const Result result = run(parsed.options);
        const std::string report =
            parsed.options.json ? json_report(parsed.options, result) : text_report(parsed.options, result);
        std::fputs(report.c_str(), stdout);
        const bool fine = result.tally.failures() == 0 && result.tally.without_retry_after == 0;
        return fine ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "weir-load: %s\n", error.what());
        return 1;
    }
}
