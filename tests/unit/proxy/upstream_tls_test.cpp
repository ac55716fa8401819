// What --check says of the files toward upstreams.
#include "proxy/upstream_tls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/test_authority.hpp"

namespace weir::proxy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// "where: message" of each, for the second of two upstreams.
std::vector<std::string> mistakes(const config::UpstreamTls& tls) {
    config::Config config;
    config.upstreams.resize(2);
    config.upstreams[1].tls = tls;
    std::vector<std::string> lines;
    for (const config::Mistake& mistake : mistakes_in_upstream_tls(config))
        lines.push_back(mistake.where + ": " + mistake.message);
    return lines;
}

TEST(UpstreamTlsFiles, AreRightOrNone) {
    testing::TestAuthority authority;
    const testing::CertificateFiles files = authority.issue("DNS:a");
    EXPECT_THAT(mistakes({}), IsEmpty());
    EXPECT_THAT(mistakes({authority.ca_file(), files.cert_file, files.key_file}), IsEmpty());
}

TEST(UpstreamTlsFiles, AreNamedWithTheSystemsOwnWords) {
    EXPECT_THAT(
        mistakes({"/nonexistent/ca.pem", "/", ""}),
        ElementsAre(
            "$.upstreams[1].tls.ca_file: /nonexistent/ca.pem can't be read: No such file or directory",
            "$.upstreams[1].tls.cert_file: / can't be read: Is a directory"));
}

TEST(UpstreamTlsFiles, AreAllToldAtOnce) {
    testing::TestAuthority authority;
    const testing::CertificateFiles files = authority.issue("DNS:a");
    EXPECT_THAT(mistakes({"/nonexistent/ca.pem", files.key_file, files.key_file}),
                ElementsAre(HasSubstr("tls.ca_file: /nonexistent/ca.pem can't be read"),
                            HasSubstr("tls.cert_file: " + files.key_file + " holds no certificate in PEM")));
    EXPECT_THAT(mistakes({"", "/nonexistent/cert.pem", files.key_file}),
                ElementsAre(HasSubstr("tls.cert_file: /nonexistent/cert.pem can't be read")));
}

TEST(UpstreamTlsFiles, MustHoldWhatTheyAreFor) {
    testing::TestAuthority authority;
    const std::string empty = authority.ca_file() + ".empty", other = authority.ca_file() + ".other";
    std::ofstream(empty) << "";
    std::ofstream(other) << "not PEM\n";
    EXPECT_THAT(mistakes({empty, "", ""}), ElementsAre("$.upstreams[1].tls.ca_file: " + empty + " is empty"));
    EXPECT_THAT(
        mistakes({other, other, other}),
        ElementsAre(HasSubstr("tls.ca_file: " + other + " holds no certificates in PEM: "),
                    HasSubstr("tls.cert_file: " + other + " holds no certificate in PEM: "),
                    HasSubstr("tls.key_file: " + other + " holds no key in PEM without a passphrase: ")));
}

TEST(UpstreamTlsFiles, MustBelongTogether) {
    testing::TestAuthority authority;
    const testing::CertificateFiles one = authority.issue("DNS:a"), other = authority.issue("DNS:b");
    EXPECT_THAT(
        mistakes({"", one.cert_file, other.key_file}),
        ElementsAre("$.upstreams[1].tls.key_file: " + other.key_file + " is not the certificate's key"));
}

}  // namespace
}  // namespace weir::proxy
