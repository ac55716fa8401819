// The terminal while a live table has it: another screen, no cursor, no echo; and back, whatever happens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace weir::cli {

struct TerminalSize {
    std::size_t width = 80;
    std::size_t height = 24;
};

/// Of standard output; 80 × 24 where it does not say.
TerminalSize terminal_size();

/// Takes the terminal, and gives it back when it is destroyed. One at a time, in a process of one thread: it
/// takes signals as well.
class Screen {
public:
    Screen();
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    /// Over what was there, line by line, in one write: nothing flickers.
    void draw(const std::vector<std::string>& lines);

    enum class Event : std::uint8_t { time, resized, end };
    /// The next thing that happens: so much time passes, the size changes, or somebody wants to leave
    /// (Ctrl-C, q, SIGTERM, a terminal that is gone).
    Event wait(int milliseconds);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// What `draw` writes.
std::string frame_of(const std::vector<std::string>& lines);

}  // namespace weir::cli
