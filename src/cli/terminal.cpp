// Signals are taken through a descriptor, so that nothing is interrupted in the middle of a frame.
#include "cli/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace weir::cli {

namespace {

constexpr std::string_view take = "\x1b[?1049h\x1b[?25l\x1b[2J";
constexpr std::string_view give_back = "\x1b[?25h\x1b[?1049l";

void write_all(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;  // the terminal is gone: the next wait says so
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

sigset_t signals_of_interest() {
    sigset_t set;
    sigemptyset(&set);
    // SIGTSTP too: a stopped process would leave the terminal as it is.
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH, SIGPIPE}) {
        sigaddset(&set, number);
    }
    return set;
}

}  // namespace

TerminalSize terminal_size() {
    winsize size{};
    TerminalSize result;
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        result = {.width = size.ws_col, .height = size.ws_row};
    }
    return result;
}

std::string frame_of(const std::vector<std::string>& lines) {
    std::string frame = "\x1b[H";
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i > 0) frame.append("\r\n");
        frame.append(lines[i]).append("\x1b[K");
    }
    return frame.append("\x1b[J");
}

struct Screen::State {
    sigset_t signals_before{};
    int signals = -1;
    bool has_settings = false;
    termios settings{};
};

Screen::Screen() : state_(std::make_unique<State>()) {
    const sigset_t set = signals_of_interest();
    ::pthread_sigmask(SIG_BLOCK, &set, &state_->signals_before);
    state_->signals = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (state_->signals < 0) {
        const int error = errno;
        ::pthread_sigmask(SIG_SETMASK, &state_->signals_before, nullptr);
        throw std::system_error(error, std::generic_category(), "signalfd");
    }
    state_->has_settings = ::tcgetattr(STDIN_FILENO, &state_->settings) == 0;
    if (state_->has_settings) {
        termios quiet = state_->settings;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
        ::tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
    }
    write_all(take);
}

Screen::~Screen() {
    write_all(give_back);
    if (state_->has_settings) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &state_->settings);
    ::close(state_->signals);
    ::pthread_sigmask(SIG_SETMASK, &state_->signals_before, nullptr);
}

void Screen::draw(const std::vector<std::string>& lines) {
    write_all(frame_of(lines));
}

Screen::Event Screen::wait(int milliseconds) {
    pollfd waiting[]{{state_->signals, POLLIN, 0},
                     {state_->has_settings ? STDIN_FILENO : -1, POLLIN, 0},
                     {STDOUT_FILENO, 0, 0}};
    if (::poll(waiting, 3, milliseconds) <= 0) return Event::time;
    if ((waiting[0].revents & POLLIN) != 0) {
        signalfd_siginfo taken{};
        if (::read(state_->signals, &taken, sizeof taken) != sizeof taken) return Event::time;
        if (taken.ssi_signo == SIGWINCH) return Event::resized;
        return taken.ssi_signo == SIGTSTP ? Event::time : Event::end;
    }
    if ((waiting[2].revents & (POLLERR | POLLHUP)) != 0) return Event::end;
    char typed = 0;
    if (::read(STDIN_FILENO, &typed, 1) != 1) return Event::end;
    return typed == 'q' || typed == 'Q' ? Event::end : Event::time;
}

}  // namespace weir::cli
