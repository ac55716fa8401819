// Plays one row.
#include "wire/wire.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>

#include "support/raw_client.hpp"
#include "support/running_weir.hpp"
#include "wire/wire_config.hpp"

namespace weir::testing {

namespace {

std::string shown(const std::string& text) {
    constexpr std::size_t shown_max = 600;
    return text.size() <= shown_max ? text : text.substr(0, shown_max) + "…";
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

void check_field(const RawAnswer& answer, const std::string& expected) {
    if (expected.starts_with('!')) {
        EXPECT_FALSE(answer.headers.contains(expected.substr(1))) << expected;
        return;
    }
    const std::size_t mark = expected.find_first_of(":=");
    const auto found = answer.headers.find(expected.substr(0, mark));
    ASSERT_NE(found, answer.headers.end()) << expected;
    if (mark == std::string::npos) return;
    const std::string value = expected.substr(mark + 2);
    if (expected[mark] == '=') {
        EXPECT_EQ(found->second, value) << expected;
    } else {
        EXPECT_NE(lower(found->second).find(lower(value)), std::string::npos)
            << expected << "\nin " << found->second;
    }
}

void check_answer(const Ask& ask, const RawAnswer& answer) {
    if (ask.status == not_refused) {
        EXPECT_GE(answer.status, 200);
        EXPECT_LT(answer.status, 300) << shown(answer.body);
    } else {
        EXPECT_EQ(answer.status, ask.status) << shown(answer.body);
    }
    EXPECT_EQ(answer.complete, ask.complete) << shown(answer.body);
    if (ask.body && *ask.body != answer.body) {
        ADD_FAILURE() << "body: " << shown(answer.body) << "\nexpected: " << shown(*ask.body);
    }
    for (const std::string& part : ask.contains) {
        EXPECT_NE(answer.body.find(part), std::string::npos) << part << "\nin " << shown(answer.body);
    }
    for (const std::string& part : ask.lacks) {
        EXPECT_EQ(answer.body.find(part), std::string::npos) << part << "\nin " << shown(answer.body);
    }
    for (const std::string& field : ask.fields) check_field(answer, field);
}

class Playing {
public:
    explicit Playing(const WireRow& row)
        : row_(row), upstream_(row.replies), weir_(wire_config(row.config, upstream_.port())) {}

    void play() {
        for (std::size_t i = 0; i < row_.asks.size(); ++i) {
            SCOPED_TRACE("request " + std::to_string(i));
            play(row_.asks[i]);
            if (::testing::Test::HasFatalFailure()) return;
        }
        if (row_.charge) check_charge(*row_.charge, row_.stays_reserved);
        check_upstream();
    }

private:
    void play(const Ask& ask) {
        RawClient client(weir_.port());
        client.send(ask.bytes);
        check_answer(ask, client.read_answer(ask.bytes.starts_with("HEAD ")));
        if (ask.charge) check_charge(*ask.charge, row_.stays_reserved);
    }

    std::map<std::string, std::int64_t> used() {
        RawClient client(weir_.port());
        const std::string credential = row_.key.empty() ? "" : "Authorization: Bearer " + row_.key + "\r\n";
        client.send("GET /weir/limits HTTP/1.1\r\nHost: weir.test\r\n" + credential + "\r\n");
        const RawAnswer answer = client.read_answer();
        const auto body = nlohmann::json::parse(answer.body, nullptr, false);
        std::map<std::string, std::int64_t> levels;
        if (!body.is_object() || !body.contains("limits")) {
            ADD_FAILURE() << "GET /weir/limits: " << shown(answer.body);
            return levels;
        }
        for (const auto& level : body["limits"]) levels[level["name"]] = level["used"];
        return levels;
    }

    void check_charge(const Charge& charge, bool may_be_held) {
        if (!may_be_held) {
            EXPECT_TRUE(eventually([&] { return weir_.reservations_in_flight() == 0; }));
        }
        std::map<std::string, std::int64_t> levels;
        const auto as_expected = [&] {
            levels = used();
            return charge.requests.holds(levels["key/requests/1h"]) &&
                   charge.input.holds(levels["key/input_tokens/1h"]) &&
                   charge.output.holds(levels["key/output_tokens/1h"]);
        };
        // Where work is still held there is nothing to wait for but the charge itself.
        if (may_be_held ? eventually(as_expected, 2000) : as_expected()) return;
        ADD_FAILURE() << "charged: requests " << levels["key/requests/1h"] << ", input "
                      << levels["key/input_tokens/1h"] << ", output " << levels["key/output_tokens/1h"]
                      << "\nexpected: requests " << text_of(charge.requests) << ", input "
                      << text_of(charge.input) << ", output " << text_of(charge.output);
    }

    static std::string text_of(const Amount& amount) {
        if (amount.least == amount.most) return std::to_string(amount.least);
        return std::to_string(amount.least) + " to " + std::to_string(amount.most);
    }

    void check_upstream() {
        const std::vector<SeenRequest> requests = upstream_.requests();
        std::string lines;
        for (const SeenRequest& request : requests)
            lines += "\n" + request.head.substr(0, request.head.find('\r'));
        EXPECT_EQ(requests.size(), row_.reached.value_or(row_.asks.size())) << lines;
        if (requests.empty()) return;
        const SeenRequest& last = requests.back();
        if (row_.upstream_body && *row_.upstream_body != last.body) {
            ADD_FAILURE() << "upstream's body: " << shown(last.body)
                          << "\nexpected: " << shown(*row_.upstream_body);
        }
        const std::string all = lower(last.head) + last.body;
        for (const std::string& part : row_.upstream_has) {
            EXPECT_NE(all.find(part), std::string::npos) << part << "\nin " << shown(all);
        }
        for (const std::string& part : row_.upstream_lacks) {
            EXPECT_EQ(all.find(part), std::string::npos) << part << "\nin " << shown(all);
        }
    }

    const WireRow& row_;
    ScriptedUpstream upstream_;
    RunningWeir weir_;
};

}  // namespace

void check(const WireRow& row) {
    Playing(row).play();
}

WireRows operator+(WireRows left, const WireRows& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

std::string name_of(const ::testing::TestParamInfo<WireRow>& info) {
    std::string name = info.param.name;
    for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
    return name;
}

}  // namespace weir::testing
