// Files that --check and the start refuse.
#include "app/tls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace weir::app {
namespace {

using testing::HasSubstr;

/// "where: message" of each mistake.
std::vector<std::string> mistakes(const std::string& cert_file, const std::string& key_file) {
    config::Config config;
    config.tls_cert_file = cert_file;
    config.tls_key_file = key_file;
    std::vector<std::string> lines;
    for (const config::Mistake& mistake : mistakes_in_tls(config)) {
        lines.push_back(mistake.where + ": " + mistake.message);
    }
    return lines;
}

TEST(TlsFiles, NoneIsNoMistake) {
    EXPECT_TRUE(mistakes("", "").empty());
    EXPECT_EQ(load_tls({}), nullptr);
}

TEST(TlsFiles, AreNamedWithTheSystemsOwnWords) {
    EXPECT_THAT(mistakes("/nonexistent/cert.pem", "/"),
                testing::ElementsAre(
                    "$.tls.cert_file: /nonexistent/cert.pem can't be read: No such file or directory",
                    "$.tls.key_file: / can't be read: Is a directory"));
    config::Config config;
    config.tls_cert_file = config.tls_key_file = "/nonexistent/cert.pem";
    EXPECT_THROW(load_tls(config), std::runtime_error);
}

TEST(TlsFiles, MustHoldWhatTheyAreFor) {
    const std::string path = std::filesystem::temp_directory_path() / "weir_tls_test.pem";
    std::ofstream(path) << "not a certificate\n";
    const std::vector<std::string> lines = mistakes(path, path);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_THAT(lines[0], HasSubstr("$.tls.cert_file: expected a certificate chain in PEM in " + path));
    EXPECT_THAT(lines[1], HasSubstr("$.tls.key_file: expected the certificate's key in PEM"));
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace weir::app
