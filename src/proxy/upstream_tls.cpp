// Contents are read here; net makes contexts of them.
#include "proxy/upstream_tls.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <tuple>
#include <utility>

#include "config/config_store.hpp"
#include "config/json_path.hpp"
#include "net/tls.hpp"

namespace weir::proxy {

namespace {

struct File {
    const char* name;
    std::string config::UpstreamTls::*path;
    std::string net::ClientTlsContents::*content;
};
constexpr std::array<File, 3> files{
    {{"ca_file", &config::UpstreamTls::ca_file, &net::ClientTlsContents::authorities},
     {"cert_file", &config::UpstreamTls::cert_file, &net::ClientTlsContents::certificate},
     {"key_file", &config::UpstreamTls::key_file, &net::ClientTlsContents::key}}};

struct Read {
    net::ClientTlsContents contents;
    std::vector<config::Mistake> mistakes;
};

Read read_files(const config::UpstreamTls& settings, const std::string& where) {
    Read read;
    for (const File& file : files) {
        const std::string& path = settings.*file.path;
        if (path.empty()) continue;
        config::FileText text = config::read_whole_file(path);
        if (!text.text) {
            read.mistakes.push_back({where + "." + file.name, path + " can't be read: " + text.why});
        } else if (text.text->empty()) {
            read.mistakes.push_back({where + "." + file.name, path + " is empty"});
        } else {
            read.contents.*file.content = *std::move(text.text);
        }
    }
    return read;
}

/// Of files that could be read.
std::vector<config::Mistake> mistakes_of(const net::ClientTls& tls, const config::UpstreamTls& settings,
                                         const std::string& where) {
    std::vector<config::Mistake> mistakes;
    for (const net::ClientTlsMistake& mistake : tls.mistakes) {
        for (const File& file : files) {
            if (mistake.content != file.content) continue;
            mistakes.push_back({where + "." + file.name, settings.*file.path + " " + mistake.message});
        }
    }
    return mistakes;
}

config::Sha256 digest_of(const net::ClientTlsContents& contents) {
    std::string all;
    for (const File& file : files) {
        const std::string& content = contents.*file.content;
        all.append(std::to_string(content.size())).append(":").append(content);
    }
    return config::sha256(all);
}

}  // namespace

std::vector<config::Mistake> mistakes_in_upstream_tls(const config::Config& config) {
    std::vector<config::Mistake> all;
    for (std::size_t i = 0; i < config.upstreams.size(); ++i) {
        const config::UpstreamTls& settings = config.upstreams[i].tls;
        const std::string where = config::item_path("$.upstreams", i) + ".tls";
        const Read read = read_files(settings, where);
        all.insert(all.end(), read.mistakes.begin(), read.mistakes.end());
        if (settings == config::UpstreamTls{}) continue;
        const std::vector<config::Mistake> more = mistakes_of(net::ClientTls(read.contents), settings, where);
        all.insert(all.end(), more.begin(), more.end());
    }
    return all;
}

UpstreamTlsContexts::UpstreamTlsContexts()
    : usual_{std::make_shared<boost::asio::ssl::context>(net::make_client_tls()), ++last_number_} {}

bool UpstreamTlsContexts::Less::operator()(const config::UpstreamTls& left,
                                           const config::UpstreamTls& right) const noexcept {
    return std::tie(left.ca_file, left.cert_file, left.key_file) <
           std::tie(right.ca_file, right.cert_file, right.key_file);
}

const UpstreamTlsContexts::Entry& UpstreamTlsContexts::of(const config::UpstreamTls& settings) {
    if (settings == config::UpstreamTls{}) return usual_;
    const auto [made, is_new] = made_.try_emplace(settings);
    if (is_new || !made->second.is_fresh) refresh(settings, made->second);
    return made->second.entry;
}

void UpstreamTlsContexts::expect_changes() {
    // Those that nobody has asked for since the last time may be of settings that are gone.
    std::erase_if(made_, [](const auto& made) { return !made.second.is_fresh; });
    for (auto& [settings, made] : made_) made.is_fresh = false;
}

void UpstreamTlsContexts::refresh(const config::UpstreamTls& settings, Made& made) {
    made.is_fresh = true;
    const std::string where = "upstreams[].tls";
    const Read read = read_files(settings, where);
    std::vector<config::Mistake> mistakes = read.mistakes;
    if (mistakes.empty()) {
        const config::Sha256 contents = digest_of(read.contents);
        if (made.entry.context && contents == made.contents) return;
        net::ClientTls tls(read.contents);
        if (tls.context) {
            made.entry = {std::move(tls.context), ++last_number_};
            made.contents = contents;
            return;
        }
        mistakes = mistakes_of(tls, settings, where);
    }
    for (const config::Mistake& mistake : mistakes) {
        spdlog::error(
            "{}: {}; {}", mistake.where, mistake.message,
            made.entry.context ? "what it held before stays in use" : "requests to this upstream fail");
    }
}

}  // namespace weir::proxy
