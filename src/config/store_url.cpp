// Each form from left to right: scheme, credentials, hosts or path, database.
#include "config/store_url.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "config/address.hpp"
#include "config/names.hpp"
#include "config/unexpected.hpp"
#include "text/host.hpp"
#include "text/numbers.hpp"
#include "text/percent.hpp"

namespace weir::config {

namespace {

constexpr std::size_t url_bytes_max = 4096;
constexpr std::size_t hosts_max = 32;
constexpr int database_max = 65'535;
constexpr std::uint16_t redis_port = 6379;
constexpr std::uint16_t sentinel_port = 26'379;

struct Scheme {
    std::string_view prefix;
    StoreKind kind;
    bool tls;
};
constexpr std::array<Scheme, 6> schemes{{{"redis://", StoreKind::redis, false},
                                         {"rediss://", StoreKind::redis, true},
                                         {"unix://", StoreKind::unix_socket, false},
                                         {"sentinel://", StoreKind::sentinel, false},
                                         {"cluster://", StoreKind::cluster, false},
                                         {"clusters://", StoreKind::cluster, true}}};

bool take_prefix(std::string_view& text, std::string_view prefix) noexcept {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// What stands before the separator; the text keeps what comes after, or nothing.
std::string_view take_until(std::string_view& text, char separator) noexcept {
    const std::string_view taken = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(taken.size() + 1, text.size()));
    return taken;
}

std::string decoded(std::string_view text) {
    std::optional<std::string> decoded = text::percent_decoded(text);
    if (!decoded) throw Unexpected("expected two hexadecimal digits after each % in user and password");
    return *std::move(decoded);
}

void take_credentials(std::string_view& text, StoreUrl& url) {
    // A password's own slash or @ is percent-encoded; a path's @ comes after a slash.
    const std::size_t at = text.substr(0, text.find('/')).rfind('@');
    if (at == std::string_view::npos) return;
    std::string_view credentials = text.substr(0, at);
    text.remove_prefix(at + 1);
    url.user = decoded(take_until(credentials, ':'));
    url.password = decoded(credentials);
    if (url.password.empty()) throw Unexpected("expected user:password or :password before the @");
}

int parse_database(std::string_view text) {
    const std::optional<int> database = text::number_in<int>(text);
    if (!database || *database < 0 || *database > database_max) {
        throw Unexpected("expected a database number from 0 to 65535");
    }
    return *database;
}

void take_database_query(std::string_view& text, StoreUrl& url) {
    std::string_view query = text;
    text = take_until(query, '?');
    if (query.empty()) return;
    if (!take_prefix(query, "db="))
        throw Unexpected("expected nothing but db=NUMBER after the question mark");
    url.database = parse_database(query);
}

/// `what` they are, for messages.
void parse_hosts(std::string_view hosts, std::uint16_t port_default, const std::string& what, StoreUrl& url) {
    if (hosts.ends_with(',')) throw Unexpected("expected a " + what + " after each comma");
    while (!hosts.empty() || url.hosts.empty()) {
        if (url.hosts.size() == hosts_max)
            throw Unexpected("expected at most " + std::to_string(hosts_max) + " " + what + "s");
        HostAndPort address = parse_host_and_port(take_until(hosts, ','), port_default);
        url.hosts.push_back({std::move(address.host), address.port});
    }
}

void parse_redis(std::string_view rest, StoreUrl& url) {
    HostAndPort address = parse_host_and_port(take_until(rest, '/'), redis_port);
    url.hosts.push_back({std::move(address.host), address.port});
    if (!rest.empty()) url.database = parse_database(rest);
}

void parse_unix(std::string_view rest, StoreUrl& url) {
    constexpr std::size_t socket_path_bytes_max = 107;  // sockaddr_un
    take_database_query(rest, url);
    const bool fits = rest.size() > 1 && rest.size() <= socket_path_bytes_max;
    if (!fits || !rest.starts_with('/')) {
        throw Unexpected("expected the absolute path of a socket, of at most 107 bytes, after unix://");
    }
    url.socket_path = parse_file_path(std::string(rest));
}

void parse_sentinel(std::string_view rest, StoreUrl& url) {
    take_database_query(rest, url);
    std::string_view hosts = take_until(rest, '/');
    if (rest.empty())
        throw Unexpected("expected the name of the master after the sentinels: sentinel://h1,h2/master");
    url.master = parse_name(std::string(rest));
    parse_hosts(hosts, sentinel_port, "sentinel", url);
}

void parse_cluster(std::string_view rest, StoreUrl& url) {
    if (rest.find_first_of("/?") != std::string_view::npos)
        throw Unexpected("a Redis Cluster has no databases: expected nothing after the servers");
    parse_hosts(rest, redis_port, "server", url);
}

}  // namespace

StoreUrl parse_store_url(const std::string& text) {
    StoreUrl url;
    std::string_view rest = text;
    if (text == "memory") return url;
    if (text.size() > url_bytes_max) throw Unexpected("expected a URL of at most 4096 bytes");
    const auto* const scheme = std::find_if(
        schemes.begin(), schemes.end(), [&](const Scheme& known) { return take_prefix(rest, known.prefix); });
    if (scheme == schemes.end()) {
        throw Unexpected(
            "expected memory, redis://[user:pass@]host[:port][/db], rediss://…, unix:///path[?db=n], "
            "sentinel://h1[:port],h2/master, cluster://h1[:port],h2 or clusters://…");
    }
    url.kind = scheme->kind;
    url.tls = scheme->tls;
    take_credentials(rest, url);
    if (url.kind == StoreKind::unix_socket) {
        parse_unix(rest, url);
    } else if (url.kind == StoreKind::sentinel) {
        parse_sentinel(rest, url);
    } else if (url.kind == StoreKind::cluster) {
        parse_cluster(rest, url);
    } else {
        parse_redis(rest, url);
    }
    return url;
}

std::string to_masked_string(const StoreUrl& url) {
    if (url.kind == StoreKind::memory) return "memory";
    const std::string credentials = url.password.empty() ? "" : url.user + ":***@";
    const std::string database = std::to_string(url.database);
    if (url.kind == StoreKind::unix_socket)
        return "unix://" + credentials + url.socket_path + "?db=" + database;
    std::string hosts;
    for (const StoreHost& host : url.hosts) {
        hosts.append(hosts.empty() ? "" : ",").append(text::host_and_port(host.host, host.port));
    }
    if (url.kind == StoreKind::sentinel) {
        return "sentinel://" + credentials + hosts + "/" + url.master + "?db=" + database;
    }
    if (url.kind == StoreKind::cluster) return (url.tls ? "clusters://" : "cluster://") + credentials + hosts;
    return (url.tls ? "rediss://" : "redis://") + credentials + hosts + "/" + database;
}

}  // namespace weir::config
