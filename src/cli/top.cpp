// weir top: asks for the figures once a second, and goes on asking while a node is away.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands.hpp"
#include "cli/render.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "cli/text.hpp"

namespace weir::cli {

namespace {

constexpr int refresh_ms = 1'000;
constexpr std::int64_t patience_ms = 3'000;

/// What was answered last, and since when nothing is.
struct Watched {
    Json figures;
    std::string remark;
};

/// Only a refusal ends the table: a token does not become right by waiting.
void look(const Session& session, Watched& watched) {
    try {
        watched.figures = session.ask({.target = "/admin/figures"}, patience_ms);
        watched.remark.clear();
    } catch (const Unreachable& unreachable) {
        watched.remark = std::string("asking again: ") + unreachable.what();
    } catch (const Refused& refused) {
        if (refused.status < 500) throw;
        watched.remark = std::string("asking again: ") + refused.what();
    }
}

void watch(const Session& session) {
    Watched watched{.figures = session.ask({.target = "/admin/figures"}, patience_ms), .remark = {}};
    Screen screen;
    for (;;) {
        const TerminalSize size = terminal_size();
        screen.draw(render_top(watched.figures, size.width, size.height, watched.remark));
        const Screen::Event event = screen.wait(refresh_ms);
        if (event == Screen::Event::end) return;
        if (event == Screen::Event::time) look(session, watched);
    }
}

void show_once(const Session& session) {
    session.show(session.ask({.target = "/admin/figures"}), [](const Json& figures, std::size_t width) {
        return joined(render_top(figures, width, 0));
    });
}

}  // namespace

void add_top(CLI::App& app, Action& action) {
    app.add_subcommand("top", std::string(help_of("top")))
        ->footer("Ctrl-C or q ends it. Where the output is no terminal, it is shown once.")
        ->callback([&action] {
            action = [](const Session& session) {
                const bool is_live = session.surroundings().out_is_terminal && !session.wants_json();
                is_live ? watch(session) : show_once(session);
            };
        });
}

}  // namespace weir::cli
