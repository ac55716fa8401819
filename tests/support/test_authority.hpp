// A certificate authority of a test's own, and what it issues: made with the openssl command, gone with the
// object.
#pragma once

#include <string>

namespace weir::testing {

struct CertificateFiles {
    std::string cert_file, key_file;  ///< PEM
};

/// Throws where openssl can't be run.
class TestAuthority {
public:
    TestAuthority();
    ~TestAuthority();
    TestAuthority(const TestAuthority&) = delete;
    TestAuthority& operator=(const TestAuthority&) = delete;

    std::string ca_file() const { return folder_ + "/ca.crt"; }
    /// `name`: what it is made out to: "IP:127.0.0.1", "DNS:elsewhere.example". `days`: for how long it
    /// holds; negative: it has expired.
    CertificateFiles issue(const std::string& name, int days = 1);
    /// By itself, not by the authority.
    CertificateFiles self_signed(const std::string& name);

private:
    CertificateFiles next();

    std::string folder_;
    int count_ = 0;
};

}  // namespace weir::testing
