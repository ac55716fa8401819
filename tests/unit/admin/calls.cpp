// Heads are made as values; the guard and the parser have tests of their own.
#include "calls.hpp"

#include "support/run_awaitable.hpp"

namespace weir::admin {

Calls::Calls(std::vector<config::AdminToken> tokens, bool is_loopback, const std::string& file)
    : control(file),
      services{.control = control,
               .clock = control.clock,
               .is_loopback = is_loopback,
               .tokens = Tokens(tokens),
               .wrong_tokens = {},
               .indexes = {}} {}

Reply Calls::ask(const std::string& method, const std::string& target, const std::string& body,
                 const std::map<std::string, std::string>& fields) {
    std::map<std::string, std::string> all{{"host", "localhost:9180"}};
    http::Framing framing;
    if (!body.empty()) {
        all["content-type"] = "application/json";
        framing.content_length = body.size();
    } else if (method != "GET" && method != "HEAD") {
        framing.content_length = 0;
    }
    for (const auto& [name, value] : fields) all[name] = value;
    http::RequestHead head;
    head.method = method;
    head.target = target;
    for (const auto& [name, value] : all) head.fields.add(name, value);
    Answer made;
    try {
        const Admitted admitted = admit(services, {head, target, framing, address});
        made = testing::run_awaitable(context_, answer(services, admitted, body));
    } catch (const Refused& refused) {
        made = refused.answer();
    }
    Reply reply{made.status, nullptr, made.body, {}};
    if (made.content_type == "application/json") reply.json = Json::parse(made.body);
    reply.fields.insert(made.fields.begin(), made.fields.end());
    return reply;
}

}  // namespace weir::admin
