// Sends each row of the tables, a canary behind it in the same bytes, and looks at what came back and what
// the upstream saw.
#include <gmock/gmock.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "hostile/request_row.hpp"
#include "http/http_message.hpp"
#include "mock_upstream/mock_upstream.hpp"
#include "support/raw_client.hpp"
#include "support/running_weir.hpp"
#include "text/ascii.hpp"

namespace weir::testing {
namespace {

/// The shape in which the client's SDK looks for an error.
void expect_error_shape(const RequestRow& row, const RawAnswer& answer) {
    const auto body = nlohmann::json::parse(answer.body, nullptr, false);
    ASSERT_TRUE(body.is_object()) << answer.body;
    ASSERT_TRUE(body.contains("error")) << answer.body;
    const auto& error = body["error"];
    EXPECT_EQ(answer.headers.at("content-type"), "application/json");
    ASSERT_TRUE(error["message"].is_string());
    EXPECT_EQ(error["type"],
              row.anthropic && answer.status == 413 ? "request_too_large" : "invalid_request_error");
    if (row.anthropic) {
        ASSERT_EQ(body.value("type", ""), "error") << answer.body;
        EXPECT_THAT(error["message"].get<std::string>(), ::testing::StartsWith(row.param));
        return;
    }
    EXPECT_EQ(error.size(), 4U) << answer.body;
    if (!row.param.empty()) {
        EXPECT_EQ(error["param"], row.param);
    }
}

/// One weir and one upstream for a whole table; each row looks at what came after the rows before it.
class HostileRequest : public ::testing::TestWithParam<RequestRow> {
protected:
    static void SetUpTestSuite() {
        upstream = std::make_unique<mock::MockUpstream>(mock::MockOptions{.keep_records = true});
        upstream->start();
        config::Config config = config_for(upstream->port());
        config.limits_of_weir.max_body_bytes = body_bytes_max;
        weir = std::make_unique<RunningWeir>(std::move(config));
    }
    static void TearDownTestSuite() {
        weir.reset();
        upstream.reset();
    }

    void TearDown() override {
        EXPECT_TRUE(eventually([] { return weir->reservations_in_flight() == 0; }));
        EXPECT_TRUE(eventually([] { return weir->buffered_bytes() == 0; }));
        EXPECT_EQ(Reservation::dropped(), 0U);
        EXPECT_EQ(upstream->malformed_count(), 0U);
    }

    void read_answers(RawClient& client) {
        const RequestRow& row = GetParam();
        bool looked = false;
        for (std::size_t i = 0; i < row.statuses.size(); ++i) {
            const RawAnswer answer = client.read_answer();
            if (i == 0 && row.upstream_judges) {
                ASSERT_TRUE(answer.headers.contains("via")) << answer.status << ": " << answer.body;
                continue;
            }
            ASSERT_EQ(answer.status, row.statuses[i]) << "answer " << i << ": " << answer.body;
            EXPECT_TRUE(answer.complete);
            const bool own = !answer.headers.contains("via") && answer.status != 404;
            if (own && !looked && answer.status >= 400) expect_error_shape(row, answer);
            looked = looked || own;
        }
        if (row.closes) {
            EXPECT_TRUE(client.at_end());
        }
    }

    void look_at(const mock::MockRecord& record) {
        EXPECT_TRUE(record.key.empty() || record.key == "test-key") << record.key;
        for (const auto& [name, value] : record.headers) {
            for (const std::string& dropped : GetParam().dropped)
                EXPECT_FALSE(text::equals_ignoring_case(name, dropped)) << name << ": " << value;
        }
    }

    static std::unique_ptr<mock::MockUpstream> upstream;
    static std::unique_ptr<RunningWeir> weir;
};

std::unique_ptr<mock::MockUpstream> HostileRequest::upstream;
std::unique_ptr<RunningWeir> HostileRequest::weir;

TEST_P(HostileRequest, IsRefusedOrServedAlone) {
    const RequestRow& row = GetParam();
    const std::size_t before = upstream->request_lines().size();
    {
        RawClient client(weir->port());
        client.send(row.bytes + std::string(canary));
        read_answers(client);
    }
    // Sent last, so that whatever was wrongly let through has arrived before it.
    RawClient last(weir->port());
    last.send(get("/v1/models"));
    EXPECT_EQ(last.read_answer().status, 200);
    std::vector<std::string> expected = row.upstream_saw;
    expected.push_back("GET /v1/models HTTP/1.1");
    const std::vector<std::string> all = upstream->request_lines();
    const std::vector<std::string> lines(all.begin() + static_cast<std::ptrdiff_t>(before), all.end());
    ASSERT_EQ(lines, expected);
    ASSERT_TRUE(eventually([&] { return upstream->records().size() == all.size(); }));
    const std::vector<mock::MockRecord> records = upstream->records();
    for (std::size_t i = before; i < records.size(); ++i) look_at(records[i]);
}

std::string name_of(const ::testing::TestParamInfo<RequestRow>& info) {
    std::string name = std::to_string(info.index) + "_" + info.param.name;
    for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
    return name;
}

INSTANTIATE_TEST_SUITE_P(TransferEncoding, HostileRequest, ::testing::ValuesIn(transfer_encoding_rows()),
                         name_of);
INSTANTIATE_TEST_SUITE_P(ContentLength, HostileRequest, ::testing::ValuesIn(content_length_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Chunks, HostileRequest, ::testing::ValuesIn(chunk_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Fields, HostileRequest, ::testing::ValuesIn(field_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(FirstLine, HostileRequest, ::testing::ValuesIn(first_line_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Path, HostileRequest, ::testing::ValuesIn(path_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Sizes, HostileRequest, ::testing::ValuesIn(size_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Connection, HostileRequest, ::testing::ValuesIn(connection_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Smuggling, HostileRequest, ::testing::ValuesIn(smuggling_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Disguise, HostileRequest, ::testing::ValuesIn(disguise_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Strangers, HostileRequest, ::testing::ValuesIn(stranger_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Anthropic, HostileRequest, ::testing::ValuesIn(anthropic_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(NoJson, HostileRequest, ::testing::ValuesIn(json_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Members, HostileRequest, ::testing::ValuesIn(member_rows()), name_of);

}  // namespace

/// Bytes in a failure's message help less than the row's name.
void PrintTo(const RequestRow& row, std::ostream* out) {
    *out << row.name;
}

}  // namespace weir::testing
