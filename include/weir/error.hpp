// What can go wrong with a store, as error codes. How a client hears of it is decided in proxy/.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace weir {

enum class errc {
    ok = 0,
    store_unavailable,  ///< can't be asked, and the failure policy does not allow going on; nothing was
                        ///< changed
    store_timeout,  ///< asked, but no answer in time: the change may have been made, or still be made later
    withdrawn,      ///< nobody waits for the decision any more, and the store was not asked
};

const boost::system::error_category& weir_category() noexcept;

inline boost::system::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), weir_category()};
}

template <typename T>
using result = boost::system::result<T>;

}  // namespace weir

template <>
struct boost::system::is_error_code_enum<weir::errc> : std::true_type {};
