// What whole command lines are tested with: a stand-in for the admin API, and surroundings of their own.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cli/cli.hpp"
#include "support/raw_server.hpp"

namespace weir::cli {

/// Gives everybody the same answer, unless told otherwise, and keeps what it was asked last.
class StandIn {
public:
    void answer(int status, const std::string& body, std::string_view type = "application/json") {
        const std::lock_guard lock(mutex_);
        answer_ = text_of(status, body, type);
    }
    /// To "GET /admin/overrides" alone.
    void answer_to(const std::string& line, int status, const std::string& body,
                   std::string_view type = "application/json") {
        const std::lock_guard lock(mutex_);
        answers_[line] = text_of(status, body, type);
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
    /// "POST /admin/keys" and the body of the last request; and its whole head.
    std::string line() const { return head_.substr(0, head_.find(" HTTP/1.1")); }
    const std::string& head() const { return head_; }
    nlohmann::json body() const { return nlohmann::json::parse(body_, nullptr, false); }

private:
    static std::string text_of(int status, const std::string& body, std::string_view type) {
        return "HTTP/1.1 " + std::to_string(status) + " So\r\ncontent-type: " + std::string(type) +
               "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }

    std::mutex mutex_;
    std::string answer_, head_, body_;
    std::map<std::string, std::string> answers_;
    weir::testing::RawServer server_{[this](weir::testing::RawPeer& peer) {
        const auto head = peer.read_head();
        if (!head) return;
        std::string body;
        const std::string length_name = "Content-Length: ";
        const std::size_t length_at = head->find(length_name);
        if (length_at != std::string::npos) {
            peer.read_exactly(std::stoul(head->substr(length_at + length_name.size())), body);
        }
        const std::lock_guard lock(mutex_);
        head_ = *head;
        body_ = body;
        const auto special = answers_.find(line());
        peer.send(special == answers_.end() ? answer_ : special->second);
        peer.end();
    }};
};

class Commands : public ::testing::Test {
protected:
    int run(std::vector<std::string> words, const std::string& input = {}) {
        out_.str("");
        err_.str("");
        std::istringstream in(input);
        std::vector<const char*> argv{"weir"};
        for (const std::string& word : words) argv.push_back(word.c_str());
        const Surroundings surroundings{
            .in = in,
            .out = out_,
            .err = err_,
            .environment = [this](const std::string& name) -> std::optional<std::string> {
                const auto found = environment_.find(name);
                if (found == environment_.end()) return std::nullopt;
                return found->second;
            },
            .clock = clock_};
        return cli::run(static_cast<int>(argv.size()), argv.data(), surroundings);
    }
    std::string out() const { return out_.str(); }
    std::string err() const { return err_.str(); }

    SystemClock clock_;
    StandIn api_;
    std::map<std::string, std::string> environment_{{"WEIR_ADMIN_URL", api_.url()},
                                                    {"WEIR_ADMIN_TOKEN", "secret-token"}};
    std::ostringstream out_, err_;
};

}  // namespace weir::cli
