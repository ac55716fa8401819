// A program of ours as a process of its own, started by a test and always ended by it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir::testing {

/// Where the program of that name is; empty: it is not installed.
std::string program_in_path(const std::string& name);

class ChildProcess {
public:
    /// Starts it; standard output and error go to files that `output` and `errors` read.
    ChildProcess(const std::string& program, const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment = {});
    /// Kills it if it still runs.
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    pid_t id() const noexcept { return id_; }
    std::string output() const;
    std::string errors() const;
    void signal(int number) const;
    /// Its exit code, or 128 + signal; nullopt if it still runs after the deadline.
    std::optional<int> wait(int deadline_ms = 20'000);

    /// The number behind the first `marker` in its output or errors, waited for; 0 where it never comes.
    std::uint16_t port_after(const std::string& marker);
    /// A field of /proc/<id>/status in KiB: "VmRSS", "VmHWM".
    std::int64_t memory_kib(const std::string& field) const;

private:
    std::string folder_;
    pid_t id_ = -1;
    std::optional<int> exit_code_;
};

}  // namespace weir::testing
