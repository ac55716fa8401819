// The nearest word wins: of the setting itself, of the object laid over it, of the file.
#include "config/origins.hpp"

#include <stdexcept>
#include <utility>

namespace weir::config {

void Origins::share() {
    if (shared_) {
        for (const auto& [path, origin] : *shared_) own_.emplace(path, origin);
    }
    shared_ = std::make_shared<const Map>(std::exchange(own_, {}));
}

void Origins::lay(std::string path, std::shared_ptr<const Origins> given, std::string origin, bool replaces) {
    laid_.insert_or_assign(std::move(path), Laid{std::move(given), std::move(origin), replaces});
}

const std::string* Origins::find_shared(const std::string& path) const {
    if (!shared_) return nullptr;
    const auto found = shared_->find(path);
    return found == shared_->end() ? nullptr : &found->second;
}

const std::string* Origins::find(std::string_view path) const {
    const std::string whole(path);
    if (const auto found = own_.find(whole); found != own_.end()) return &found->second;
    if (laid_.empty()) return find_shared(whole);
    for (std::size_t end = whole.size(); end > 1; end = whole.find_last_of(".[", end - 1)) {
        if (end == std::string::npos) break;
        const auto laid = laid_.find(whole.substr(0, end));
        if (laid == laid_.end()) continue;
        if (laid->second.given->contains("$" + whole.substr(end))) return &laid->second.origin;
        return laid->second.replaces ? nullptr : find_shared(whole);
    }
    return find_shared(whole);
}

const std::string& Origins::at(std::string_view path) const {
    const std::string* origin = find(path);
    if (origin == nullptr) throw std::out_of_range("no such origin");
    return *origin;
}

std::string Origins::of(std::string_view path) const {
    const std::string* origin = find(path);
    return origin == nullptr ? "default" : *origin;
}

}  // namespace weir::config
