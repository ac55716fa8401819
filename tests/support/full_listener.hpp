// A port where connecting neither succeeds nor fails: its queue is full, and the kernel answers nobody.
#pragma once

#include <cstdint>
#include <vector>

namespace weir::testing {

class FullListener {
public:
    FullListener();
    ~FullListener();
    FullListener(const FullListener&) = delete;
    FullListener& operator=(const FullListener&) = delete;

    std::uint16_t port() const noexcept { return port_; }

private:
    std::vector<int> sockets_;
    std::uint16_t port_ = 0;
};

}  // namespace weir::testing
