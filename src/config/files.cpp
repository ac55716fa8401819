// System calls, and their words for what went wrong.
#include "config/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "text/times.hpp"

namespace weir::config {

namespace {

/// Closed at the end of its scope.
class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int number() const noexcept { return number_; }

private:
    int number_;
};

std::string reason() {
    return std::generic_category().message(errno);
}

bool write_all(int file, std::string_view content) {
    while (!content.empty()) {
        const ssize_t size = ::write(file, content.data(), content.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return false;
        content.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

FileText no_text(std::string why) {
    return {.text = std::nullopt, .why = std::move(why)};
}

FileText content_of(const Descriptor& file, std::size_t bytes_max) {
    std::string content;
    char chunk[16 << 10];
    for (;;) {
        const ssize_t size = ::read(file.number(), chunk, sizeof chunk);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return no_text(reason());  // a folder opens, but can't be read
        if (size == 0) return {.text = std::move(content)};
        content.append(chunk, static_cast<std::size_t>(size));
        if (content.size() > bytes_max)
            return no_text("it is larger than " + std::to_string(bytes_max) + " bytes");
    }
}

/// 20261126T180000Z
std::string file_time(std::int64_t now_us) {
    std::string text = text::rfc3339(now_us - now_us % 1'000'000);
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text;
}

}  // namespace

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

bool file_exists(const std::string& path) {
    struct stat found {};
    return ::lstat(path.c_str(), &found) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

FileText read_to_the_end(const std::string& path, std::size_t bytes_max) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return file.number() < 0 ? no_text(reason()) : content_of(file, bytes_max);
}

FileText read_regular_file(const std::string& path, std::size_t bytes_max) {
    // Without O_NONBLOCK a pipe that nobody writes to would hold the thread before it is known for a pipe.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat found {};
    if (file.number() < 0 || ::fstat(file.number(), &found) != 0) return no_text(reason());
    if (!S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode)) return no_text("it is no regular file");
    return content_of(file, bytes_max);
}

std::string replace_file(const std::string& path, std::string_view content) {
    const std::string fresh = path + ".new";
    const auto failed = [&](const char* what) {
        std::string message = path + " can't be " + what + ": " + reason();
        ::unlink(fresh.c_str());
        return message;
    };
    // What a process before has left over. It is made anew, so that the content goes where no link points,
    // and gets no rights but these.
    ::unlink(fresh.c_str());
    {
        const Descriptor file(
            ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
        if (file.number() < 0) return failed("written");
        if (!write_all(file.number(), content) || ::fsync(file.number()) != 0) return failed("written");
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0) return failed("replaced");
    const Descriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // Some file systems have nothing to sync of a folder.
    const bool is_synced = folder.number() >= 0 && (::fsync(folder.number()) == 0 || errno == EINVAL);
    return is_synced ? std::string() : failed("made to last");
}

std::string set_file_aside(const std::string& path, std::int64_t now_us, std::string& why) {
    const std::string first = path + ".unreadable-" + file_time(now_us);
    std::string target = first;
    struct stat found {};
    for (int number = 2; ::lstat(target.c_str(), &found) == 0; ++number) {
        target = first + "-" + std::to_string(number);
    }
    if (::rename(path.c_str(), target.c_str()) == 0) return target;
    why = reason();
    return {};
}

}  // namespace weir::config
