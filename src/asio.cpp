// Asio and Beast are compiled once, here, so that a rebuild of ours stays short.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
