// Every rule of http_guard on values; the same over sockets stands in tests/hostile.
#include "http/http_guard.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/error.hpp"

namespace weir::http {
namespace {

http_errc framing_of(int version, const std::vector<Field>& given, Framing& framing) {
    Fields fields;
    for (const Field& field : given) fields.add(field.name, field.value);
    return check_framing(version, fields, framing).code;
}

TEST(FramingRules, ConnectionIsAListOfTokens) {
    Framing framing;
    for (const char* good : {"close", "keep-alive, x-hop", "", ",close,", "a ,\tb"}) {
        EXPECT_EQ(framing_of(11, {{"Connection", good}}, framing), http_errc::ok) << good;
    }
    for (const char* bad : {"close; x", "keep alive", "close, \"a\""}) {
        EXPECT_EQ(framing_of(11, {{"Connection", bad}}, framing), http_errc::bad_request) << bad;
    }
}

TEST(FramingRules, TakesOneClearLength) {
    Framing framing;
    EXPECT_EQ(framing_of(11, {}, framing), http_errc::ok);
    EXPECT_FALSE(framing.chunked || framing.content_length);
    EXPECT_EQ(framing_of(11, {{"content-length", "5"}}, framing), http_errc::ok);
    EXPECT_EQ(framing.content_length, 5U);
    EXPECT_EQ(framing_of(10, {{"Content-Length", "5"}, {"CONTENT-LENGTH", "5"}}, framing), http_errc::ok);
    EXPECT_EQ(framing_of(11, {{"Transfer-Encoding", "Chunked"}}, framing), http_errc::ok);
    EXPECT_TRUE(framing.chunked);
    EXPECT_EQ(framing_of(11, {{"content-length", "18446744073709551615"}}, framing), http_errc::ok);
}

TEST(FramingRules, RefusesEverythingElse) {
    Framing framing;
    for (const char* length :
         {"", "+5", "-5", "5,5", "5, 5", "0x5", "5 5", "5a", "18446744073709551616", "1e3"}) {
        EXPECT_EQ(framing_of(11, {{"content-length", length}}, framing), http_errc::bad_request) << length;
    }
    EXPECT_EQ(framing_of(11, {{"content-length", "5"}, {"content-length", "6"}}, framing),
              http_errc::bad_request);
    for (const char* encoding : {"", "gzip", "chunked, gzip", "gzip, chunked", "chunked, chunked", "xchunked",
                                 "identity", "chunked;q=1", "\"chunked\"", ",chunked"}) {
        EXPECT_EQ(framing_of(11, {{"transfer-encoding", encoding}}, framing), http_errc::bad_request)
            << encoding;
    }
    EXPECT_EQ(framing_of(11, {{"transfer-encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}, framing),
              http_errc::bad_request);
    EXPECT_EQ(framing_of(10, {{"transfer-encoding", "chunked"}}, framing), http_errc::bad_request);
    EXPECT_EQ(framing_of(11, {{"transfer-encoding", "chunked"}, {"content-length", "0"}}, framing),
              http_errc::bad_request);
}

http_errc request_code(std::string_view method, std::string_view target,
                       const std::vector<std::string_view>& hosts, int version = 11,
                       std::string_view expected_path = {}) {
    RequestHead head;
    head.method = method;
    head.target = target;
    head.version = version;
    for (const std::string_view host : hosts) head.fields.add("Host", host);
    std::string_view path;
    const http_errc code = check_request(head, path).code;
    if (code == http_errc::ok && !expected_path.empty()) {
        EXPECT_EQ(path, expected_path);
    }
    return code;
}

TEST(RequestRules, HostIsOneAndPlain) {
    EXPECT_EQ(request_code("GET", "/", {"a"}), http_errc::ok);
    EXPECT_EQ(request_code("GET", "/", {"[::1]:80"}), http_errc::ok);
    EXPECT_EQ(request_code("GET", "/", {}), http_errc::bad_request);
    EXPECT_EQ(request_code("GET", "/", {"a", "a"}), http_errc::bad_request);
    EXPECT_EQ(request_code("GET", "/", {"a", "b"}, 10), http_errc::bad_request);
    for (const char* host : {"u@a", "a/b", "a b", "", "a,b", "a#b", "a\x80"}) {
        EXPECT_EQ(request_code("GET", "/", {host}), http_errc::bad_request) << host;
    }
}

TEST(RequestRules, AbsoluteFormNamesTheSameHost) {
    EXPECT_EQ(request_code("GET", "http://a/b?c", {"A"}, 11, "/b?c"), http_errc::ok);
    EXPECT_EQ(request_code("GET", "http://a", {"a"}, 11, "/"), http_errc::ok);
    for (const char* target :
         {"http://b/", "http://u@a/", "ftp://a/", "a", "*", "http:/a/", "//a/b", "http://a?x"}) {
        EXPECT_EQ(request_code("GET", target, {"a"}), http_errc::bad_request) << target;
    }
}

TEST(RequestRules, MethodsThatAProxyHasNoUseFor) {
    EXPECT_EQ(request_code("CONNECT", "a:443", {"a"}), http_errc::method_not_allowed);
    EXPECT_EQ(request_code("TRACE", "/", {"a"}), http_errc::method_not_allowed);
    EXPECT_EQ(request_code("PATCH", "/", {"a"}), http_errc::ok);
}

http_errc code_with(std::string_view method, std::string_view target, std::string_view name,
                    std::string_view value) {
    RequestHead head;
    head.method = method;
    head.target = target;
    head.fields.add("Host", "a");
    head.fields.add(name, value);
    std::string_view path;
    return check_request(head, path).code;
}

TEST(RequestRules, APostLooksLikeOne) {
    for (const char* name : {"X-HTTP-Method-Override", "x-http-method", "X-Method-Override"}) {
        EXPECT_EQ(code_with("PATCH", "/v1/x", name, "POST"), http_errc::bad_request) << name;
        EXPECT_EQ(code_with("GET", "/v1/x", name, "post"), http_errc::bad_request) << name;
        EXPECT_EQ(code_with("PUT", "/v1/x", name, "PATCH"), http_errc::ok) << name;
        EXPECT_EQ(code_with("POST", "/v1/x", name, "GET"), http_errc::ok) << name;
    }
    for (const char* query :
         {"?$httpMethod=POST", "?a=b&%24http%4dethod%3Dpost", "?_method=post", "?%5Fmethod=%50OST"}) {
        EXPECT_EQ(request_code("PUT", "/v1/x" + std::string(query), {"a"}), http_errc::bad_request) << query;
        EXPECT_EQ(request_code("POST", "/v1/x" + std::string(query), {"a"}), http_errc::ok) << query;
    }
    for (const char* query : {"?", "?method=post", "?_method=put", "?httpmethod", "?%", "?_method=pos"})
        EXPECT_EQ(request_code("PUT", "/v1/x" + std::string(query), {"a"}), http_errc::ok) << query;
}

TEST(RequestRules, CallsInsideOfACallAreRefused) {
    for (const char* path : {"/$rpc/google.ai.generativelanguage.v1beta.GenerativeService/GenerateContent",
                             "/v1/%24rpc/x", "/v1/$batch"}) {
        EXPECT_EQ(request_code("POST", path, {"a"}), http_errc::bad_request) << path;
        EXPECT_EQ(request_code("GET", path, {"a"}), http_errc::ok) << path;
    }
    EXPECT_EQ(request_code("POST", "/v1/a$b?/$x", {"a"}), http_errc::ok);
    EXPECT_EQ(code_with("POST", "/batch", "content-type", "Multipart/Mixed; boundary=x"),
              http_errc::bad_request);
    EXPECT_EQ(code_with("POST", "/v1/files", "content-type", "multipart/form-data; boundary=x"),
              http_errc::ok);
}

TEST(NormalPath, TakesPathsThatMeanOneThing) {
    for (const char* path : {"/", "/v1/chat/completions", "/v1/models/a%20b", "/a/", "/v1/files/%C3%A9",
                             "/a..b", "/...", "/a:b@c"}) {
        EXPECT_TRUE(is_normal_path(path, true)) << path;
    }
}

TEST(NormalPath, RefusesPathsThatCouldSlipPastTheMeter) {
    for (const char* path : {"//v1/chat/completions",
                             "/v1//chat/completions",
                             "/v1/./chat",
                             "/v1/../v1/chat",
                             "/.",
                             "/..",
                             "/a/..",
                             "/v1/%63hat/completions",
                             "/v1/chat%2Fcompletions",
                             "/v1/%2e%2e/x",
                             "/a%",
                             "/a%4",
                             "/a%zz",
                             "/a%00",
                             "/v1\\chat",
                             "/a%5cb",
                             "",
                             "v1",
                             "/a//",
                             "/v1/x/..;/",
                             "/v1/chat/..;a=b/x",
                             "/.;/v1",
                             "/v1/x/..%20",
                             "/v1/x/.%20;y"}) {
        EXPECT_FALSE(is_normal_path(path, true)) << path;
    }
}

TEST(NormalPath, WhatAServerMightTakeForADelimiterIsRefusedWhereItMayBeMetered) {
    for (const char* path : {"/v1/chat%2Fcompletions",
                             "/v1/chat/completions%3Fx",
                             "/v1/chat/completions%3B",
                             "/v1/chat/completions%23",
                             "/v1/chat/completions%C2%A0",
                             "/v1/chat%e2%80%8b/x",
                             "/v1/chat/%20completions",
                             "/v1/chat%252Fcompletions",
                             "/a%5cb",
                             "/v1/chat%c0%afcompletions",
                             "/v1/chat%E0%80%AFcompletions",
                             "/v1/%ef%bd%83hat",
                             "/v1/chat%ef%bc%8fcompletions",
                             "/v1/chat%e2%88%95x",
                             "/v1/completion%c5%bf",
                             "/v1/completion%F0%9D%90%AC",
                             "/v1/%e2%84%aa",
                             "/v1/x%ff",
                             "/v1/x%a0",
                             "/v1/x%f0%80%80%af"}) {
        EXPECT_FALSE(is_normal_path(path, true)) << path;
        EXPECT_TRUE(is_normal_path(path, false)) << path;
    }
    for (const char* path : {"/v1/models/a%20b", "/v1/files/%C3%A9", "/v1/chat/completions%20"})
        EXPECT_TRUE(is_normal_path(path, true)) << path;
    for (const char* path : {"/v1/files/%E4%BD%A0", "/v1/files/%F0%9F%98%80", "/a/..b;x", "/a/...;x"})
        EXPECT_TRUE(is_normal_path(path, true)) << path;
    for (const char* path : {"/v1/x/..;/", "/v1/x%7f", "/v1/x%0a", "/v1/x%41"})
        EXPECT_FALSE(is_normal_path(path, false)) << path;
}

}  // namespace
}  // namespace weir::http
