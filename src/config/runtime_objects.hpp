// Documents of the runtime layer, parsed; and how they are laid over a configuration.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "config/objects.hpp"
#include "config/runtime.hpp"

namespace weir::config {

struct Override {
    LimitSet limits;  ///< or
    std::optional<double> factor;
    std::optional<std::int64_t> until_us;
};

struct RuntimeLayer::Object {
    std::optional<RuntimePath> path;  ///< nullopt: none that there could be
    std::variant<KeyParts, Tier, Group, LimitSet, Override> parts;
    std::shared_ptr<const Origins> given = std::make_shared<const Origins>();  ///< what it says, from "$"
    std::vector<Mistake> mistakes;                                             ///< whatever else there is

    /// Null where it is none, or not a right one.
    const Override* as_override() const noexcept {
        return mistakes.empty() ? std::get_if<Override>(&parts) : nullptr;
    }
    const KeyParts* as_key() const noexcept {
        return mistakes.empty() ? std::get_if<KeyParts>(&parts) : nullptr;
    }
};

std::shared_ptr<const RuntimeLayer::Object> read_runtime_object(const std::string& path,
                                                                const std::string& document);

/// What is wrong with an object that is not in force.
struct LeftOut {
    std::string object;
    Mistake mistake;  ///< its path begins with `$`
};
/// As one text: "key/acme-web: $.tier".
std::vector<Mistake> flattened(const std::vector<LeftOut>& left_out);

/// `judged`: what it sets gives way to everything else where two objects claim the same; may be null.
std::vector<LeftOut> lay_objects(const RuntimeLayer::Objects& objects, const RuntimeChange* judged,
                                 std::int64_t now_us, Outcome& outcome);

}  // namespace weir::config
