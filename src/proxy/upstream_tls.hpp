// The TLS contexts toward upstreams: made of the files that their `tls` names, and made anew when those have
// changed.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "config/config.hpp"

namespace weir::proxy {

/// Of every upstream's files, at "$.upstreams[0].tls.ca_file". Reads them.
std::vector<config::Mistake> mistakes_in_upstream_tls(const config::Config& config);

/// One thread.
class UpstreamTlsContexts {
public:
    struct Entry {
        std::shared_ptr<boost::asio::ssl::context> context;  ///< nullptr: its files can't be used
        /// Of this context; another one of the same settings has another. Never 0, which is of plain
        /// connections.
        std::uint64_t number = 0;
    };

    UpstreamTlsContexts();

    /// Reads the files the first time, and the first time after `expect_changes`. Where they have become
    /// unusable, the context stays, and the log says so.
    const Entry& of(const config::UpstreamTls& settings);
    /// Files may have other contents from now on, and settings may be gone.
    void expect_changes();

private:
    struct Made {
        Entry entry;
        config::Sha256 contents{};  ///< of the files that it was made of
        bool is_fresh = true;       ///< compared with the files since `expect_changes`
    };
    struct Less {
        bool operator()(const config::UpstreamTls& left, const config::UpstreamTls& right) const noexcept;
    };

    void refresh(const config::UpstreamTls& settings, Made& made);

    Entry usual_;  ///< of upstreams without settings of their own
    std::map<config::UpstreamTls, Made, Less> made_;
    std::uint64_t last_number_ = 0;
};

}  // namespace weir::proxy
