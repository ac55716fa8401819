// Files that --check and the start refuse.
#include "app/tls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
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

TEST(TlsFiles, MustBelongTogether) {
    const std::filesystem::path folder = std::filesystem::temp_directory_path() / "weir_tls_pairs";
    std::filesystem::create_directories(folder);
    const auto make = [&](const std::string& name, const std::string& kind) {
        const std::string path = folder / name;
        const std::string command = "openssl req -x509 -nodes -subj /CN=weir " + kind + " -keyout " + path +
                                    ".key -out " + path + ".pem 2>/dev/null";
        ASSERT_EQ(std::system(command.c_str()), 0) << command;
    };
    const std::string elliptic = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1";
    make("one", elliptic);
    make("other", elliptic);
    make("rsa", "-newkey rsa:2048");
    const std::string cert = folder / "one.pem";
    EXPECT_THAT(mistakes(cert, folder / "one.key"), testing::IsEmpty());
    for (const char* name : {"other.key", "rsa.key"}) {
        const std::string key = folder / name;
        EXPECT_THAT(mistakes(cert, key),
                    testing::ElementsAre("$.tls.key_file: " + key + " is not the key of " + cert));
    }
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace weir::app
