// How far the estimate that ships is from the real counts, by kind of text, as a table in Markdown.
//   judge_estimator build/estimator/judge.corpus [--sources]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <map>
#include <string_view>

#include "estimator/corpus.hpp"
#include "llm/estimate.hpp"

namespace {

using namespace weir::estimator;

/// Errors in per cent of the true count, with their sign.
using Errors = std::array<std::vector<double>, encoding_count>;

Errors::value_type::value_type error_of(std::int64_t estimate, double tokens) {
    return 100 * (static_cast<double>(estimate) - tokens) / tokens;
}

void add(const Text& text, Errors& errors) {
    weir::llm::TextProfile profile;
    profile.add(text.bytes);
    const auto tokens = tokens_of(text);
    for (std::size_t i = 0; i < encoding_count; ++i) {
        const std::int64_t estimate = weir::llm::estimate_text(profile, static_cast<weir::llm::Encoding>(i));
        errors[i].push_back(error_of(estimate, tokens[i]));
    }
}

double quantile(std::vector<double> values, double which) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(which * static_cast<double>(values.size() - 1))];
}

void print_row(const std::string& name, const Errors& errors) {
    std::printf("| %s | %zu |", name.c_str(), errors[0].size());
    for (const std::vector<double>& signed_errors : errors) {
        std::vector<double> sizes = signed_errors;
        for (double& error : sizes) error = std::abs(error);
        std::printf(" %.1f | %.1f | %.1f | %+.1f |", quantile(sizes, 0.5), quantile(sizes, 0.9),
                    quantile(sizes, 0.99), quantile(signed_errors, 0.5));
    }
    std::puts("");
}

void print(const std::map<std::string, Errors>& rows, const Errors& all) {
    std::printf("| text | texts |");
    for (const char* encoding : {"o200k", "cl100k", "open"})
        std::printf(" %s: median | p90 | p99 | bias |", encoding);
    std::puts("\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for (const auto& [name, errors] : rows) print_row(name, errors);
    print_row("**all**", all);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::fputs("usage: judge_estimator JUDGE.CORPUS [--sources]\n", stderr);
        return 2;
    }
    try {
        const bool by_source = count > 2 && std::string_view(arguments[2]) == "--sources";
        std::map<std::string, Errors> rows;
        Errors all;
        for (const Text& text : read_corpus(arguments[1])) {
            add(text, rows[by_source ? text.kind + ": " + text.source : text.kind]);
            add(text, all);
        }
        print(rows, all);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "judge_estimator: %s\n", error.what());
        return 1;
    }
    return 0;
}
