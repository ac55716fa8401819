// Lines to a file descriptor, written by a thread of its own in large pieces.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace weir::observe {

/// Any thread. Lines of one thread keep their order. When whoever reads them is slower than they come,
/// `write` waits rather than lines being lost.
class LineWriter {
public:
    explicit LineWriter(int descriptor);
    /// Everything has been written then, or the descriptor takes no more.
    ~LineWriter();
    LineWriter(const LineWriter&) = delete;
    LineWriter& operator=(const LineWriter&) = delete;

    /// `line` without its end.
    void write(std::string_view line);

private:
    void run();
    void take(std::string& lines);

    int descriptor_;
    std::mutex mutex_;
    std::condition_variable filled_;
    std::condition_variable taken_;
    std::string waiting_;
    bool ends_ = false;
    std::thread thread_;
};

}  // namespace weir::observe
