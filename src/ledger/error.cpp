// The category of a store's errors.
#include "weir/error.hpp"

#include <string>

namespace weir {

namespace {

class WeirCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "weir"; }

    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
            case errc::ok:
                return "no error";
            case errc::store_unavailable:
                return "the store can't be asked";
            case errc::store_timeout:
                return "the store did not answer in time";
            case errc::withdrawn:
                return "nobody waits for it any more";
        }
        return "unknown error";
    }
};

}  // namespace

const boost::system::error_category& weir_category() noexcept {
    static const WeirCategory category;
    return category;
}

}  // namespace weir
