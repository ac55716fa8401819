// One command each.
#include "support/test_authority.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace weir::testing {

namespace {

constexpr const char* new_key = " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";

void run(const std::string& command) {
    // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): fixed commands
    if (std::system((command + " 2>/dev/null").c_str()) != 0) throw std::runtime_error("failed: " + command);
}

std::string made_folder() {
    std::string folder = std::filesystem::temp_directory_path() / "weir_authority_XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
    return folder;
}

}  // namespace

TestAuthority::TestAuthority() : folder_(made_folder()) {
    run("openssl req -x509 -days 1 -subj /CN=weir-test-authority" + std::string(new_key) + "-keyout " +
        folder_ + "/ca.key -out " + ca_file());
}

TestAuthority::~TestAuthority() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

CertificateFiles TestAuthority::next() {
    const std::string stem = folder_ + "/" + std::to_string(++count_);
    return {stem + ".crt", stem + ".key"};
}

CertificateFiles TestAuthority::issue(const std::string& name, int days) {
    const CertificateFiles files = next();
    run("openssl req -subj /CN=weir-test -addext subjectAltName=" + name + new_key + "-keyout " +
        files.key_file + " -out " + files.cert_file + ".csr");
    run("openssl x509 -req -copy_extensions copyall -days " + std::to_string(days) + " -in " +
        files.cert_file + ".csr -CA " + ca_file() + " -CAkey " + folder_ + "/ca.key -CAcreateserial -out " +
        files.cert_file);
    return files;
}

CertificateFiles TestAuthority::self_signed(const std::string& name) {
    const CertificateFiles files = next();
    run("openssl req -x509 -days 1 -subj /CN=weir-test -addext subjectAltName=" + name + new_key +
        "-keyout " + files.key_file + " -out " + files.cert_file);
    return files;
}

}  // namespace weir::testing
