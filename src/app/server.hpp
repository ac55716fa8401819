// The running process: threads, wiring, signals, draining.
#pragma once

#include <memory>

#include "config/config_store.hpp"
#include "weir/clock.hpp"

namespace weir::app {

/// One io_context per thread, each with its own listener on the shared port, upstream pool and snapshot of
/// the policy; the main thread has the signals and the admin port.
///
/// SIGTERM and SIGINT drain: /readyz says so at once, new requests are taken for `timeouts_ms.drain_delay`,
/// then nothing new is accepted, answers under way are finished for at most `timeouts_ms.drain`, then cut and
/// settled. A second one ends the process at once. SIGHUP reloads the file.
class Server {
public:
    /// Binds and wires everything. Throws std::runtime_error with what the operator can do about it.
    Server(config::ConfigStore& store, const Clock& clock);
    ~Server();

    /// Serves until drained. Returns the exit code.
    int run();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace weir::app
