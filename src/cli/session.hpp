// One command that is being carried out: whom it asks, and where what it says goes.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cli/client.hpp"
#include "cli/fields.hpp"
#include "weir/clock.hpp"

namespace weir::cli {

/// What a command finds around it; given by tests.
struct Surroundings {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    std::function<std::optional<std::string>(const std::string&)> environment;
    const Clock& clock;
    bool in_is_terminal = false;
    bool out_is_terminal = false;
    std::size_t width = 0;  ///< of the terminal; 0: there is none
};

/// The admin API said no. what() is its message.
struct Refused : std::runtime_error {
    Refused(int its_status, std::string its_code, const std::string& message,
            std::vector<std::string> its_mistakes)
        : std::runtime_error(message),
          status(its_status),
          code(std::move(its_code)),
          mistakes(std::move(its_mistakes)) {}

    /// The same in the words of the command line, where the API's name its own parameters.
    Refused in_words(const std::string& words) const { return {status, code, words, {}}; }
    bool begins_with(std::string_view words) const noexcept {
        return std::string_view(what()).starts_with(words);
    }

    int status;
    std::string code;
    std::vector<std::string> mistakes;  ///< "$.limits.rpm: expected …"
};

class Session {
public:
    Session(const Surroundings& surroundings, Place place, bool wants_json)
        : surroundings_(surroundings), place_(std::move(place)), wants_json_(wants_json) {}

    /// What the node answers, as text. Throws Unreachable, or Refused where it is no success.
    std::string ask_text(const Question& question) const;
    Json ask(const Question& question) const;
    /// With a deadline of its own, for what is asked again and again.
    Json ask(const Question& question, std::int64_t timeout_ms) const;

    /// A change, as ask; warns where it does not outlive the process.
    Json change(const Question& question) const;

    /// The document where JSON is wanted, else as `render` shows it.
    void show(const Json& answer, const std::function<std::string(const Json&, std::size_t)>& render) const;

    bool wants_json() const noexcept { return wants_json_; }
    const Surroundings& surroundings() const noexcept { return surroundings_; }
    const Place& place() const noexcept { return place_; }

private:
    const Surroundings& surroundings_;
    Place place_;
    bool wants_json_;
};

}  // namespace weir::cli
