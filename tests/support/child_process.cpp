// posix_spawn, files for output, and patience with deadlines.
#include "support/child_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/raw_client.hpp"

extern char** environ;

namespace weir::testing {

namespace {

std::string contents_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream contents;
    contents << file.rdbuf();
    return contents.str();
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

}  // namespace

std::string program_in_path(const std::string& name) {
    const char* const path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string program = folder + "/" + name;
        if (::access(program.c_str(), X_OK) == 0) return program;
    }
    return "";
}

ChildProcess::ChildProcess(const std::string& program, const std::vector<std::string>& arguments,
                           const std::vector<std::string>& environment) {
    std::array<char, 32> folder{"/tmp/weir-test-XXXXXX"};
    if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder for the output of " + program);
    folder_ = folder.data();

    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    constexpr int flags = O_WRONLY | O_CREAT | O_APPEND;
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, (folder_ + "/output").c_str(), flags, 0600);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, (folder_ + "/errors").c_str(), flags, 0600);

    // A listening socket of the test that a child keeps open would go on taking connections.
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);

    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> variables = environment;
    for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
    const int error = posix_spawn(&id_, program.c_str(), &files, nullptr, pointers_to(words).data(),
                                  pointers_to(variables).data());
    posix_spawn_file_actions_destroy(&files);
    if (error != 0) throw std::runtime_error("can't start " + program);
}

ChildProcess::~ChildProcess() {
    if (!exit_code_) {
        signal(SIGKILL);
        wait();
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string ChildProcess::output() const {
    return contents_of(folder_ + "/output");
}
std::string ChildProcess::errors() const {
    return contents_of(folder_ + "/errors");
}

void ChildProcess::signal(int number) const {
    ::kill(id_, number);
}

std::optional<int> ChildProcess::wait(int deadline_ms) {
    eventually(
        [&] {
            int status = 0;
            if (!exit_code_ && ::waitpid(id_, &status, WNOHANG) == id_) {
                exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            }
            return exit_code_.has_value();
        },
        deadline_ms);
    return exit_code_;
}

std::uint16_t ChildProcess::port_after(const std::string& marker) {
    unsigned long port = 0;
    eventually([&] {
        const std::string text = errors() + output();
        const auto found = text.find(marker);
        if (found != std::string::npos)
            port = std::strtoul(text.c_str() + found + marker.size(), nullptr, 10);
        return port != 0 || wait(0).has_value();
    });
    return static_cast<std::uint16_t>(port);
}

std::int64_t ChildProcess::memory_kib(const std::string& field) const {
    std::ifstream status("/proc/" + std::to_string(id_) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(field + ":")) return std::stoll(line.substr(field.size() + 1));
    }
    return 0;
}

}  // namespace weir::testing
