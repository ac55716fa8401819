// What is counted of a request, and how it is told to Prometheus.
#include "observe/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "observe/totals.hpp"

namespace weir::observe {
namespace {

using testing::HasSubstr;

RequestRecord refused() {
    RequestRecord row;
    row.status = 429;
    row.outcome = Outcome::refused;
    row.refused_by = RefusedBy{.scope = Scope::group, .dimension = Dimension::output_tokens, .name = {}};
    row.estimated = {1, 10, 20};
    row.decided_at_us = 6;
    row.added_us = 70;
    return row;
}

RequestRecord served() {
    RequestRecord row = refused();
    row.refused_by.reset();
    row.status = 200;
    row.outcome = Outcome::served;
    row.reserved = {1, 10, 20};
    row.actual = Usage{.input_tokens = 12, .output_tokens = 5, .certainty = Certainty::exact};
    row.received_at_us = 1'000'000'000'000'000;
    row.first_byte_at_us = row.received_at_us + 300'000;
    row.upstream_us = 2'000'000;
    row.duration_us = 2'100'000;
    row.streamed = true;
    return row;
}

std::string text_of(const std::vector<RequestRecord>& records, ProcessFigures process = {}) {
    WorkerMetrics worker;
    for (const RequestRecord& record : records) worker.count(record);
    return render_metrics({&worker}, process);
}

void expect_lines(const std::string& text, const std::vector<const char*>& lines) {
    for (const char* line : lines) EXPECT_THAT(text, HasSubstr("\n" + std::string(line) + "\n"));
}

TEST(Metrics, CountsARequestWhereItBelongs) {
    expect_lines(text_of({refused(), served()}, {.version = "1", .config_hash = "abc"}),
                 {"weir_requests_total{outcome=\"refused\"} 1", "weir_requests_total{outcome=\"served\"} 1",
                  "weir_requests_admitted_total 1",
                  "weir_rejections_total{scope=\"group\",dimension=\"output_tokens\"} 1",
                  "weir_tokens_total{direction=\"input\",kind=\"actual\"} 12",
                  "weir_overshoot_tokens_total 2", "weir_added_latency_seconds_bucket{le=\"5e-05\"} 0",
                  "weir_added_latency_seconds_bucket{le=\"7.5e-05\"} 2",
                  "weir_added_latency_seconds_bucket{le=\"0.0001\"} 2",
                  "weir_added_latency_seconds_bucket{le=\"+Inf\"} 2", "weir_added_latency_seconds_count 2",
                  "weir_added_latency_seconds_sum 0.00014", "weir_config_info{hash=\"abc\"} 1",
                  "weir_upstream_duration_seconds_count 1", "weir_upstream_duration_seconds_sum 2",
                  "weir_time_to_first_token_seconds_bucket{le=\"0.25\"} 0",
                  "weir_time_to_first_token_seconds_bucket{le=\"0.5\"} 1"});
}

TEST(Metrics, ComparesWhatWasTakenForTrueWithWhatAnswersReport) {
    WorkerMetrics metrics;
    metrics.count_estimate(10, 12);
    metrics.count_estimate(0, 12);
    metrics.count_estimate(10, 0);
    metrics.count_reservation(100, 25);
    metrics.count_reservation(0, 25);
    expect_lines(
        render_metrics({&metrics}, {}),
        {"weir_reserved_output_ratio_count 1", "weir_reserved_output_ratio_sum 0.25",
         "weir_estimate_error_ratio_bucket{le=\"1.1\"} 0", "weir_estimate_error_ratio_bucket{le=\"1.25\"} 1",
         "weir_estimate_error_ratio_count 1", "weir_estimate_error_ratio_sum 1.2"});
}

TEST(Metrics, TellsWhatWasLearned) {
    ProcessFigures process;
    process.calibration.push_back(
        {.upstream = "openai", .model = "gpt-4o", .answers = 30, .ratio = 2.5, .factor = 2.0});
    process.learned_models = 3;
    process.learned_lengths = 70;
    process.lengths_forgotten = 5;
    expect_lines(render_metrics({}, process),
                 {"weir_estimate_calibration{upstream=\"openai\",model=\"gpt-4o\"} 2",
                  "weir_learned{what=\"calibration\"} 3", "weir_learned{what=\"output_lengths\"} 70",
                  "weir_learned_forgotten_total{what=\"output_lengths\"} 5"});
}

TEST(Metrics, NothingThatClientsNameSteersATerminal) {
    ProcessFigures process;
    process.calibration.push_back(
        {.upstream = "openai", .model = "a\x1b[31m\xe2\x80\xae\xc2\x9b\xffm\xc3\xa8\"\\\n", .factor = 2.0});
    expect_lines(
        render_metrics({}, process),
        {"weir_estimate_calibration{upstream=\"openai\",model=\"a?[31m???m\xc3\xa8\\\"\\\\\\n\"} 2"});
}

TEST(Metrics, CountsLimitsInShadowMode) {
    RequestRecord row = served();
    row.shadowed_by = {{.scope = Scope::key, .dimension = Dimension::requests, .name = {}},
                       {.scope = Scope::upstream, .dimension = Dimension::input_tokens, .name = {}}};
    expect_lines(text_of({row}),
                 {"weir_shadow_rejections_total{scope=\"key\",dimension=\"requests\"} 1",
                  "weir_shadow_rejections_total{scope=\"upstream\",dimension=\"input_tokens\"} 1",
                  "weir_rejections_total{scope=\"key\",dimension=\"requests\"} 0"});
}

TEST(Metrics, TellsHowEachUpstreamFared) {
    RequestRecord failed = served();
    failed.status = 503;
    RequestRecord unreachable = served();
    unreachable.outcome = Outcome::upstream_failed;
    unreachable.status = 502;
    unreachable.upstream_us = unreachable.first_byte_at_us = 0;
    RequestRecord left = served();
    left.outcome = Outcome::client_gone;
    left.first_byte_at_us = 0;
    const ProcessFigures process{
        .version = {}, .config_hash = {}, .upstreams = {{.name = "open\"ai", .healthy = false}}};
    expect_lines(text_of({served(), failed, unreachable, left}, process),
                 {"weir_upstream_requests_total{upstream=\"open\\\"ai\",result=\"answer\"} 1",
                  "weir_upstream_requests_total{upstream=\"open\\\"ai\",result=\"error\"} 2",
                  "weir_upstream_healthy{upstream=\"open\\\"ai\"} 0",
                  "weir_upstream_last_answer_timestamp_seconds{upstream=\"open\\\"ai\"} 1000000002.1"});
}

TEST(Metrics, TimesCallsToTheStore) {
    WorkerMetrics worker;
    worker.count_store_call(StoreCall::settle, 90);
    expect_lines(render_metrics({&worker}, {}),
                 {"weir_store_duration_seconds_bucket{op=\"settle\",le=\"7.5e-05\"} 0",
                  "weir_store_duration_seconds_bucket{op=\"settle\",le=\"0.0001\"} 1",
                  "weir_store_duration_seconds_count{op=\"settle\"} 1",
                  "weir_store_duration_seconds_count{op=\"reserve\"} 0"});
}

TEST(Metrics, TellsHowLongTheStoreTookAndWhatWaitedForIt) {
    ProcessFigures process;
    process.store.queue.counts.front() = 2;
    process.store.queue.counts.back() = 1;
    process.store.queue.sum_us = 30;
    process.store.round_trip.counts[1] = 4;
    expect_lines(
        render_metrics({}, process),
        {"weir_store_queue_seconds_bucket{le=\"1e-05\"} 2", "weir_store_queue_seconds_count 3",
         "weir_store_queue_seconds_sum 3e-05", "weir_store_round_trip_seconds_bucket{le=\"1e-05\"} 0",
         "weir_store_round_trip_seconds_bucket{le=\"2.5e-05\"} 4"});
}

TEST(Metrics, TellsOfTheMastersOfACluster) {
    ProcessFigures process;
    process.store.mode = StoreMode::local;
    process.store.masters = 3;
    process.store.masters_away = 1;
    process.store.redirects = 17;
    expect_lines(render_metrics({}, process),
                 {"weir_store_mode{mode=\"local\"} 1", "# TYPE weir_store_masters gauge",
                  "weir_store_masters 3", "weir_store_masters_away 1", "weir_store_redirects_total 17"});
}

TEST(Metrics, TellsWhatTheProcessFillsIn) {
    const ProcessFigures process{
        .version = {},
        .config_hash = {},
        .started_at_us = 1'500'000,
        .runtime_version = 7,
        .reloads_succeeded = 2,
        .reloads_failed = 1,
        .runtime_changes = 4,
        .admin_requests = {{"2xx", 5}, {"4xx", 6}},
        .access_log_lines_dropped = 8,
        .tier_limits = {{.tier = "trial", .dimension = Dimension::requests, .window = "1m", .limit = 20},
                        {.tier = "trial", .dimension = Dimension::in_flight, .window = {}, .limit = 8}}};
    expect_lines(
        text_of({}, process),
        {"process_start_time_seconds 1.5", "weir_runtime_version 7",
         "weir_config_reloads_total{result=\"success\"} 2", "weir_config_reloads_total{result=\"failure\"} 1",
         "weir_runtime_changes_total 4", "weir_admin_requests_total{status=\"4xx\"} 6",
         "weir_log_lines_dropped_total{log=\"access\"} 8",
         "weir_log_lines_dropped_total{log=\"operational\"} 0",
         "weir_tier_limit{tier=\"trial\",dimension=\"requests\",window=\"1m\"} 20",
         "weir_tier_limit{tier=\"trial\",dimension=\"in_flight\"} 8"});
}

TEST(Metrics, SumsWorkers) {
    WorkerMetrics first, second;
    first.count(refused());
    second.count(refused());
    expect_lines(render_metrics({&first, &second}, {}), {"weir_requests_total{outcome=\"refused\"} 2"});
}

TEST(Totals, SumUpWorkers) {
    WorkerMetrics first, second;
    RequestRecord failed = served();
    failed.status = 503;
    first.count(refused());
    second.count(served());
    second.count(failed);
    const std::vector<const WorkerMetrics*> workers{&first, &second};
    const Totals totals = totals_of(workers);
    EXPECT_EQ(totals.requests, 3U);
    EXPECT_EQ(totals.admitted, 2U);
    EXPECT_EQ(totals.refused, 1U);
    EXPECT_EQ(totals.errors, 1U) << "a 5xx that was passed on";
    EXPECT_EQ(totals.input_tokens, 24U);
    EXPECT_EQ(totals.estimated_input_tokens, 20U);
    EXPECT_EQ(totals.reserved_output_tokens, 40U);
    EXPECT_EQ(totals.refusals[1][2], 1U);
    EXPECT_EQ(count_of(totals.added_us), 3U);
    EXPECT_EQ(totals.added_us.at(75), 3U);
    EXPECT_EQ(count_of(totals.first_byte_us), 2U);
    EXPECT_EQ(upstream_totals_of(workers, 0).answers, 1U);
    EXPECT_EQ(upstream_totals_of(workers, 0).errors, 1U);
    EXPECT_EQ(upstream_totals_of(workers, 7).errors, 0U);
    EXPECT_EQ(since(totals, totals)->requests, 0U);
    EXPECT_FALSE(since(Totals(), totals));
}

TEST(Metrics, NamesFollowTheConventions) {
    std::istringstream lines(text_of({served()}));
    const std::regex name_of_family("# TYPE ([a-z_]+) (counter|gauge|histogram)");
    std::set<std::string> names;
    std::string line;
    while (std::getline(lines, line)) {
        std::smatch match;
        if (!std::regex_match(line, match, name_of_family)) continue;
        const std::string name = match[1];
        EXPECT_TRUE(names.insert(name).second) << name << " stands there twice";
        EXPECT_EQ(name.ends_with("_total"), match[2] == "counter") << name;
        EXPECT_TRUE(match[2] != "histogram" || name.ends_with("_seconds") || name.ends_with("_ratio"))
            << name;
    }
    EXPECT_GT(names.size(), 40U);
}

TEST(Metrics, HaveTheNamesThatTheDocumentsSay) {
    const std::string text = text_of({served()});
    const std::regex name("\\b(weir|process)_[a-z_]+");
    std::size_t count = 0;
    for (const char* document : {"README.md", "SECURITY.md", "config/README.md", "config/operating.md"}) {
        std::ifstream file(std::filesystem::path(WEIR_SOURCE_DIR) / document);
        const std::string content{std::istreambuf_iterator<char>(file), {}};
        for (std::sregex_iterator match(content.begin(), content.end(), name), end; match != end; ++match) {
            EXPECT_THAT(text, HasSubstr("# TYPE " + match->str() + " ")) << document;
            ++count;
        }
    }
    EXPECT_GT(count, 30U);
}

}  // namespace
}  // namespace weir::observe
