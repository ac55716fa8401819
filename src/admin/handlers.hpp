// All handlers, by subject. Each throws Refused where it can't do what it is asked.
#pragma once

#include <cstdint>

#include "admin/answer.hpp"
#include "admin/call.hpp"
#include "weir/awaitable.hpp"

namespace weir::admin {

// health.cpp
awaitable<Answer> show_health(Call& call);
awaitable<Answer> show_readiness(Call& call);
awaitable<Answer> show_metrics(Call& call);
awaitable<Answer> list_endpoints(Call& call);
awaitable<Answer> show_openapi(Call& call);

// keys.cpp
awaitable<Answer> list_keys(Call& call);
awaitable<Answer> show_key(Call& call);

// ledgers.cpp
awaitable<Answer> show_ledgers(Call& call);

// forecast.cpp
awaitable<Answer> show_forecast(Call& call);
awaitable<Answer> list_recommended(Call& call);

// key_changes.cpp
awaitable<Answer> create_key(Call& call);
awaitable<Answer> patch_key(Call& call);
awaitable<Answer> delete_key(Call& call);
awaitable<Answer> rotate_key(Call& call);
awaitable<Answer> disable_key(Call& call);
awaitable<Answer> enable_key(Call& call);
awaitable<Answer> reset_key(Call& call);

// tiers.cpp
enum class Named : std::uint8_t { tier, group, upstream };  ///< of upstreams: their limits
template <Named kind>
awaitable<Answer> list_named(Call& call);
template <Named kind>
awaitable<Answer> show_named(Call& call);
template <Named kind>
awaitable<Answer> put_named(Call& call);
template <Named kind>
awaitable<Answer> delete_named(Call& call);

// overrides.cpp
awaitable<Answer> list_overrides(Call& call);
awaitable<Answer> create_override(Call& call);
awaitable<Answer> delete_override(Call& call);

// usage.cpp, explain.cpp
awaitable<Answer> show_usage(Call& call);
awaitable<Answer> explain(Call& call);

// config.cpp
awaitable<Answer> show_config(Call& call);
awaitable<Answer> reload(Call& call);
awaitable<Answer> drain(Call& call);

// nodes.cpp, events.cpp
awaitable<Answer> list_nodes(Call& call);
awaitable<Answer> list_models(Call& call);
awaitable<Answer> show_figures(Call& call);
awaitable<Answer> stream_events(Call& call);

}  // namespace weir::admin
