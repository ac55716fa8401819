// Hashes are compared, never the texts: neither length nor beginning of a token shows in the time it takes.
#include "admin/access.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "admin/secrets.hpp"
#include "http/http_message.hpp"
#include "text/ascii.hpp"

namespace weir::admin {

namespace {

std::string counted_address(const std::string& text) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(text, error);
    if (error || !address.is_v6() || address.to_v6().is_v4_mapped()) return text;
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return boost::asio::ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace

Tokens::Tokens(const std::vector<config::AdminToken>& tokens) {
    for (const config::AdminToken& token : tokens) {
        entries_.push_back({config::sha256(token.secret), {token.name, token.may_write}});
    }
}

std::optional<Tokens::Holder> Tokens::find(std::string_view secret) const {
    const config::Sha256 digest = config::sha256(secret);
    const Entry* found = nullptr;
    for (const Entry& entry : entries_) {
        if (is_same(entry.sha256, digest)) found = &entry;
    }
    if (found == nullptr) return std::nullopt;
    return found->holder;
}

std::string_view bearer_token(std::string_view authorization) noexcept {
    constexpr std::string_view scheme = "bearer ";
    if (!text::starts_with_ignoring_case(authorization, scheme)) return {};
    authorization.remove_prefix(scheme.size());
    while (!authorization.empty() && authorization.front() == ' ') authorization.remove_prefix(1);
    return authorization;
}

std::optional<std::int64_t> WrongTokens::add(const std::string& address, std::int64_t now_us) {
    const std::string counted = counted_address(address);
    if (counts_.size() >= addresses_max && !counts_.contains(counted)) forget_oldest(now_us);
    Count& count = counts_[counted];
    if (count.wrong == 0 || now_us - count.since_us >= window_us) count = {now_us, 0};
    if (count.wrong >= count_max) return count.since_us + window_us - now_us;
    ++count.wrong;
    return std::nullopt;
}

void WrongTokens::forget_oldest(std::int64_t now_us) {
    std::erase_if(counts_, [&](const auto& entry) { return now_us - entry.second.since_us >= window_us; });
    if (counts_.size() < addresses_max) return;
    counts_.erase(std::min_element(counts_.begin(), counts_.end(), [](const auto& left, const auto& right) {
        return left.second.since_us < right.second.since_us;
    }));
}

}  // namespace weir::admin
