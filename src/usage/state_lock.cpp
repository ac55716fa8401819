// flock: the kernel gives it back however the process ends, so that no lock is ever left over.
#include "usage/state_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace weir::usage {

namespace {

[[noreturn]] void fail(const std::string& directory, const std::string& why) {
    throw std::runtime_error("can't use the state directory " + directory + ": " + why +
                             "; choose another with --state-dir");
}

std::string reason() {
    return std::system_category().message(errno);
}

/// " (process 123)", where it has written that down.
std::string holder_of(int file) {
    std::array<char, 16> text{};
    const ssize_t size = ::pread(file, text.data(), text.size(), 0);
    const std::string_view digits =
        std::string_view(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    const std::size_t end = digits.find_first_not_of("0123456789");
    const std::string_view number = digits.substr(0, end);
    return number.empty() ? std::string() : " (process " + std::string(number) + ")";
}

}  // namespace

StateLock::StateLock(const std::string& directory) {
    std::error_code error;
    const bool is_new = std::filesystem::create_directories(directory, error);
    if (is_new && !error) std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
    if (error) fail(directory, error.message());
    const std::string path = directory + "/lock";
    constexpr mode_t readable_by_owner = 0600;
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, readable_by_owner);
    if (file_ < 0) fail(directory, "can't open " + path + ": " + reason());
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
        const std::string why = errno == EWOULDBLOCK ? "another weir" + holder_of(file_) + " uses it"
                                                     : "can't lock " + path + ": " + reason();
        ::close(file_);
        fail(directory, why);
    }
    // Of use to people alone: a full disk is no reason not to start.
    const std::string number = std::to_string(::getpid()) + "\n";
    if (::ftruncate(file_, 0) == 0) (void)!::pwrite(file_, number.data(), number.size(), 0);
}

StateLock::~StateLock() {
    ::close(file_);
}

}  // namespace weir::usage
