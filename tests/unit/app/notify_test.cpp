// What systemd reads on its socket, for every step of the process's life.
#include "app/notify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace weir::app {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

/// systemd's end, at a path or, with "@" before it, an abstract name.
class Listening {
public:
    explicit Listening(std::string name) : name_(std::move(name)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name_.data(), name_.size());
        if (name_.front() == '@') address.sun_path[0] = '\0';
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
        descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        bound_ = ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), length) == 0;
    }
    ~Listening() {
        ::close(descriptor_);
        if (name_.front() == '/') ::unlink(name_.c_str());
    }
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;

    bool bound() const { return bound_; }
    const std::string& name() const { return name_; }
    /// The next datagram; empty where there is none.
    std::string next() const {
        std::array<char, 4096> buffer{};
        const ssize_t size = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        return size < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(size));
    }

private:
    std::string name_;
    int descriptor_ = -1;
    bool bound_ = false;
};

std::string own_name(const std::string& before) {
    return before + "weir-notify-test-" + std::to_string(::getpid());
}
std::string own_path() {
    return own_name(std::filesystem::temp_directory_path().string() + "/");
}

TEST(Notify, SaysThatItIsReadyAtAPath) {
    const Listening systemd(own_path());
    ASSERT_TRUE(systemd.bound());
    Notifier(systemd.name()).ready("listening on 127.0.0.1:8000");
    EXPECT_EQ(systemd.next(), "READY=1\nSTATUS=listening on 127.0.0.1:8000");
    EXPECT_EQ(systemd.next(), "");
}

TEST(Notify, SaysThatItIsReadyAtAnAbstractName) {
    const Listening systemd(own_name("@"));
    ASSERT_TRUE(systemd.bound());
    Notifier(systemd.name()).ready("listening");
    EXPECT_THAT(systemd.next(), StartsWith("READY=1\n"));
}

TEST(Notify, ANameOfTheLongestLengthIsWhole) {
    std::string name = own_name("@");
    name.resize(sizeof(sockaddr_un::sun_path) - 1, 'x');
    const Listening systemd(name);
    ASSERT_TRUE(systemd.bound());
    Notifier(name).ready("listening");
    EXPECT_THAT(systemd.next(), StartsWith("READY=1\n"));
}

TEST(Notify, AReloadBeginsWithItsTimeAndEndsWithReady) {
    const Listening systemd(own_path());
    const Notifier notifier(systemd.name());
    notifier.reloading();
    notifier.ready("listening");
    EXPECT_THAT(systemd.next(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+\nSTATUS=reloading"));
    EXPECT_EQ(systemd.next(), "READY=1\nSTATUS=listening");
}

TEST(Notify, ADrainAsksForItsTimeAndALittleMore) {
    const Listening systemd(own_path());
    Notifier(systemd.name()).stopping(30'000);
    const std::string message = systemd.next();
    EXPECT_THAT(message, StartsWith("STOPPING=1\n"));
    EXPECT_THAT(message, HasSubstr("\nEXTEND_TIMEOUT_USEC=40000000\n"));
    EXPECT_THAT(message, HasSubstr("STATUS=draining"));
}

TEST(Notify, AStatusOfSeveralLinesIsOne) {
    const Listening systemd(own_path());
    Notifier(systemd.name()).ready("bad\nSTOPPING=1");
    EXPECT_EQ(systemd.next(), "READY=1\nSTATUS=bad STOPPING=1");
}

TEST(Notify, NobodyListeningIsNoHarm) {
    Notifier("").ready("x");
    Notifier("/nowhere/at/all").ready("x");
    Notifier("@").ready("x");
    Notifier("relative").ready("x");
    Notifier("/" + std::string(200, 'x')).stopping(1);
}

TEST(Notify, FindsTheSocketInTheEnvironment) {
    const Listening systemd(own_path());
    ::setenv("NOTIFY_SOCKET", systemd.name().c_str(), 1);
    Notifier::from_environment().ready("listening");
    ::unsetenv("NOTIFY_SOCKET");
    EXPECT_THAT(systemd.next(), StartsWith("READY=1\n"));
    Notifier::from_environment().ready("listening");
    EXPECT_EQ(systemd.next(), "");
}

}  // namespace
}  // namespace weir::app
