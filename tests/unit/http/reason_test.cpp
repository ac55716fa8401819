// The words behind the statuses that weir answers with.
#include "http/reason.hpp"

#include <gtest/gtest.h>

namespace weir::http {
namespace {

TEST(Reason, IsTheOneOfRfc9110) {
    for (const auto& [status, words] :
         std::initializer_list<std::pair<int, const char*>>{{200, "OK"},
                                                            {201, "Created"},
                                                            {202, "Accepted"},
                                                            {204, "No Content"},
                                                            {400, "Bad Request"},
                                                            {401, "Unauthorized"},
                                                            {403, "Forbidden"},
                                                            {404, "Not Found"},
                                                            {405, "Method Not Allowed"},
                                                            {408, "Request Timeout"},
                                                            {409, "Conflict"},
                                                            {411, "Length Required"},
                                                            {412, "Precondition Failed"},
                                                            {413, "Content Too Large"},
                                                            {414, "URI Too Long"},
                                                            {415, "Unsupported Media Type"},
                                                            {417, "Expectation Failed"},
                                                            {421, "Misdirected Request"},
                                                            {422, "Unprocessable Content"},
                                                            {426, "Upgrade Required"},
                                                            {429, "Too Many Requests"},
                                                            {431, "Request Header Fields Too Large"},
                                                            {500, "Internal Server Error"},
                                                            {501, "Not Implemented"},
                                                            {502, "Bad Gateway"},
                                                            {503, "Service Unavailable"},
                                                            {504, "Gateway Timeout"},
                                                            {507, "Insufficient Storage"}}) {
        EXPECT_EQ(reason_of(status), words);
    }
    for (const int status : {0, -1, 299, 529, 1000}) EXPECT_EQ(reason_of(status), "");
}

}  // namespace
}  // namespace weir::http
