// What the API's objects look like. config/ has the last word on documents; this says what it looks for.
#include "admin/openapi.hpp"

namespace weir::admin {

namespace {

constexpr std::string_view documents = R"json(
"Any": {"type": "object"},
"Name": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!#$%&()*+,\\-.0-9;<=>?@A-Z\\[\\]^_a-z|]+$"},
"Limit": {"type": "integer", "minimum": 0, "maximum": 1000000000000},
"Limits": {"type": "object", "additionalProperties": false, "properties": {
  "rpm": {"$ref": "#/components/schemas/Limit"}, "itpm": {"$ref": "#/components/schemas/Limit"},
  "otpm": {"$ref": "#/components/schemas/Limit"}, "tpm": {"$ref": "#/components/schemas/Limit"},
  "max_in_flight": {"type": "integer", "minimum": 0, "maximum": 1000000},
  "enforce": {"type": "boolean"},
  "more": {"type": "array", "maxItems": 32, "items": {"type": "object", "additionalProperties": false,
    "required": ["dimension", "limit", "window"], "properties": {
      "dimension": {"enum": ["requests", "input_tokens", "output_tokens", "total_tokens"]},
      "limit": {"$ref": "#/components/schemas/Limit"}, "window": {"type": "string",
  "pattern": "^[1-9][0-9]{0,6}[smhd]$"},
      "enforce": {"type": "boolean"}}}}}},
"Tier": {"type": "object", "additionalProperties": false, "properties": {
  "limits": {"$ref": "#/components/schemas/Limits"},
  "models": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Limits"}},
  "output_default": {"type": "integer", "minimum": 0, "maximum": 1000000000},
  "reserve": {"enum": ["learned", "output_default", "max_tokens", "none"]},
  "reserve_quantile": {"type": "number", "minimum": 0.5, "maximum": 0.999},
  "ceiling": {"type": "number", "minimum": 0.01, "maximum": 1},
  "max_wait_ms": {"type": "integer", "minimum": 0, "maximum": 600000},
  "weight": {"type": "integer", "minimum": 1, "maximum": 1000}, "estimate": {"enum": ["fitted", "bound"]},
  "cached_input_weight": {"type": "number", "minimum": 0, "maximum": 1}, "enforce": {"type": "boolean"}}},
"Group": {"type": "object", "additionalProperties": false,
  "properties": {"limits": {"$ref": "#/components/schemas/Limits"}}},
"Sha256": {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"},
"NewKey": {"type": "object", "additionalProperties": false, "required": ["id"], "properties": {
  "id": {"$ref": "#/components/schemas/Name"}, "tier": {"type": ["string", "null"]}, "group": {"type": ["string",
  "null"]},
  "limits": {"anyOf": [{"$ref": "#/components/schemas/Limits"}, {"type": "null"}]}, "disabled": {"type": ["boolean",
  "null"]}, "max_wait_ms": {"type": ["integer", "null"], "minimum": 0, "maximum": 600000},
  "secret_sha256": {"$ref": "#/components/schemas/Sha256"}}},
"KeyPatch": {"type": "object", "additionalProperties": false, "properties": {
  "tier": {"type": ["string", "null"]}, "group": {"type": ["string", "null"]}, "limits": {"type": ["object", "null"]},
  "disabled": {"type": ["boolean", "null"]},
  "max_wait_ms": {"type": ["integer", "null"], "minimum": 0, "maximum": 600000}}},
"Rotation": {"type": "object", "additionalProperties": false, "properties": {
  "overlap_s": {"type": "integer", "minimum": 0, "maximum": 2678400, "default": 86400},
  "secret_sha256": {"$ref": "#/components/schemas/Sha256"}}},
"NewOverride": {"type": "object", "additionalProperties": false, "required": ["target"], "properties": {
  "target": {"type": "string", "pattern": "^(key|tier|group|upstream)/.+$"},
  "limits": {"$ref": "#/components/schemas/Limits"}, "factor": {"type": "number", "minimum": 0, "maximum": 1000},
  "until": {"type": "string"}, "reason": {"type": "string"}}},
"Question": {"type": "object", "additionalProperties": false, "required": ["path"], "properties": {
  "key": {"type": "string", "maxLength": 128}, "secret": {"type": "string"}, "method": {"type": "string",
  "default": "POST"},
  "path": {"type": "string", "pattern": "^/"}, "content_type": {"type": "string", "default": "application/json"},
  "body": {"type": ["object", "string"]}}},
)json";

constexpr std::string_view answers = R"json(
"Mistake": {"type": "object", "required": ["path", "message"], "properties": {
  "path": {"type": "string"}, "message": {"type": "string"}}},
"Error": {"type": "object", "required": ["error"], "properties": {"error": {"type": "object",
  "required": ["code", "message"], "properties": {"code": {"type": "string"}, "message": {"type": "string"},
  "mistakes": {"type": "array", "items": {"$ref": "#/components/schemas/Mistake"}}}}}},
"Time": {"type": ["string", "null"], "format": "date-time"},
"Level": {"type": "object", "required": ["name", "scope", "owner", "dimension", "window", "limit", "used", "remaining",
  "reset_ms", "enforced"], "properties": {
  "name": {"type": "string"}, "scope": {"enum": ["key", "group", "model", "upstream"]}, "owner": {"type": "string"},
  "dimension": {"enum": ["requests", "input_tokens", "output_tokens", "total_tokens", "in_flight"]},
  "window": {"type": "string", "description": "Empty: of requests in flight, which have none."},
  "limit": {"type": "integer"}, "used": {"type": "integer"}, "remaining": {"type": "integer"},
  "reset_ms": {"type": "integer", "description": "Of requests in flight 0: nobody knows when one ends."}, "enforced": {"type": "boolean"}}},
"Amounts": {"type": "object", "required": ["requests", "refused", "input_tokens", "output_tokens"], "properties": {
  "requests": {"type": "integer"}, "refused": {"type": "integer"}, "input_tokens": {"type": "integer"},
  "output_tokens": {"type": "integer"}}},
"KeyRow": {"type": "object", "required": ["id", "known", "tier", "group", "disabled", "source", "limits", "last_minute",
  "last_hour", "last_seen", "refused_by", "override"], "properties": {
  "id": {"type": "string"}, "known": {"type": "boolean"}, "tier": {"type": "string"}, "group": {"type": ["string",
  "null"]},
  "disabled": {"type": "boolean"}, "source": {"enum": ["file", "runtime", "unknown"]},
  "limits": {"type": "array", "items": {"$ref": "#/components/schemas/Level"}},
  "last_minute": {"$ref": "#/components/schemas/Amounts"}, "last_hour": {"$ref": "#/components/schemas/Amounts"},
  "last_seen": {"$ref": "#/components/schemas/Time"}, "refused_by": {"type": ["object", "null"],
    "required": ["limit", "value"], "properties": {"limit": {"type": "string"}, "value": {"type": "integer"}}},
  "override": {"type": ["object", "null"], "properties": {"limits": {"type": "object"}, "factor": {"type": "number"},
    "until": {"$ref": "#/components/schemas/Time"}, "reason": {"type": ["string", "null"]}}}}},
"KeyList": {"type": "object", "required": ["keys", "next", "total"], "properties": {
  "keys": {"type": "array", "items": {"$ref": "#/components/schemas/KeyRow"}}, "next": {"type": ["string", "null"]},
  "total": {"type": "integer"}}},
"KeyDetail": {"allOf": [{"$ref": "#/components/schemas/KeyRow"}, {"type": "object",
  "required": ["document", "version", "former_secrets", "history"], "properties": {
  "document": {"anyOf": [{"$ref": "#/components/schemas/KeyDocument"}, {"type": "null"}]},
  "version": {"type": "integer"},
  "former_secrets": {"type": "array", "items": {"type": "object", "required": ["until"],
    "properties": {"until": {"$ref": "#/components/schemas/Time"}}}},
  "history": {"type": "array", "minItems": 60, "maxItems": 60, "items": {"allOf": [
    {"$ref": "#/components/schemas/Amounts"}, {"type": "object", "required": ["minute"],
    "properties": {"minute": {"$ref": "#/components/schemas/Time"}}}]}}}}]},
"KeyDocument": {"type": "object", "required": ["tier", "group", "limits", "disabled"], "properties": {
  "tier": {"type": "string"}, "group": {"type": ["string", "null"]}, "limits": {"type": "object"},
  "disabled": {"type": "boolean"},
  "max_wait_ms": {"type": "integer", "minimum": 0, "maximum": 600000}}},
"Changed": {"type": "object", "required": ["version"], "properties": {
  "version": {"type": "integer"}, "durable": {"type": "boolean"}, "warning": {"type": "string"}}},
"ChangedKey": {"allOf": [{"$ref": "#/components/schemas/KeyRow"}, {"$ref": "#/components/schemas/Changed"}]},
"CreatedKey": {"allOf": [{"$ref": "#/components/schemas/ChangedKey"}, {"type": "object", "properties": {
  "secret": {"type": "string"}}}]},
"Rotated": {"allOf": [{"$ref": "#/components/schemas/Changed"}, {"type": "object",
  "required": ["id", "former_valid_until"], "properties": {"id": {"type": "string"}, "secret": {"type": "string"},
  "former_valid_until": {"$ref": "#/components/schemas/Time"}}}]},
"Object": {"type": "object", "required": ["name", "document", "source"], "properties": {
  "name": {"type": "string"}, "document": {"type": "object"}, "source": {"enum": ["file", "runtime"]},
  "keys": {"type": "integer"}, "version": {"type": "integer"}}},
"ChangedObject": {"allOf": [{"$ref": "#/components/schemas/Object"}, {"$ref": "#/components/schemas/Changed"}]},
"LedgerList": {"type": "object", "required": ["id", "ledgers"], "properties": {"id": {"type": "string"},
  "ledgers": {"type": "array", "items": {"$ref": "#/components/schemas/Ledger"}}}},
"Ledger": {"type": "object", "required": ["redis_key", "scope", "owner", "window", "window_ms", "enforced", "epoch",
  "limits", "used", "entries"], "properties": {
  "redis_key": {"type": ["string", "null"]}, "scope": {"enum": ["key", "group", "model", "upstream"]},
  "owner": {"type": "string"}, "window": {"type": "string"}, "window_ms": {"type": "integer",
    "description": "Of requests in flight, which have no window: how long a slot is held without being renewed."},
  "enforced": {"type": "boolean"}, "epoch": {"type": "integer"},
  "limits": {"$ref": "#/components/schemas/ByDimension"},
  "used": {"anyOf": [{"$ref": "#/components/schemas/ByDimension"}, {"type": "null"}],
    "description": "null: the master of a Redis Cluster that holds it is away."},
  "entries": {"type": "array", "maxItems": 121, "items": {"type": "object", "required": ["expires_in_ms"],
    "description": "What is counted: requests, input_tokens and output_tokens, or in_flight.", "properties": {
    "expires_in_ms": {"type": "integer"}, "requests": {"type": "integer"}, "input_tokens": {"type": "integer"},
    "output_tokens": {"type": "integer"}, "in_flight": {"type": "integer"}}}}}},
"ByDimension": {"type": "object", "additionalProperties": false, "properties": {
  "requests": {"type": "integer"}, "input_tokens": {"type": "integer"}, "output_tokens": {"type": "integer"},
  "total_tokens": {"type": "integer"}, "in_flight": {"type": "integer"}}},
"ForecastHour": {"type": "object", "required": ["expected", "low", "high"], "description":
  "low and high: a band that four of five hours are meant to lie in.", "properties": {
  "expected": {"type": "integer"}, "low": {"type": "integer"}, "high": {"type": "integer"}}},
"Forecast": {"type": "object", "required": ["id", "now", "basis", "history", "forecast", "limits", "recommended"],
  "properties": {"id": {"type": "string"}, "now": {"$ref": "#/components/schemas/Time"},
  "basis": {"enum": ["none", "average", "hour_of_day", "hour_of_week"], "description":
    "What it goes by: 3 hours, 2 days or 8 days of history. none: there is no forecast."},
  "history": {"type": "array", "maxItems": 840, "description": "The last is the hour that has begun.",
    "items": {"allOf": [{"$ref": "#/components/schemas/Amounts"}, {"type": "object", "required": ["hour"],
    "properties": {"hour": {"$ref": "#/components/schemas/Time"}, "requests": {"type": "integer",
    "description": "Let through, as limits count them."}}}]}},
  "forecast": {"type": "array", "maxItems": 168, "description":
    "The first is the hour that has begun, as a whole.", "items": {"type": "object", "required": ["hour", "requests",
    "input_tokens", "output_tokens"], "properties": {"hour": {"$ref": "#/components/schemas/Time"},
    "requests": {"$ref": "#/components/schemas/ForecastHour"},
    "input_tokens": {"$ref": "#/components/schemas/ForecastHour"},
    "output_tokens": {"$ref": "#/components/schemas/ForecastHour"}}}},
  "limits": {"type": "array", "description": "The key's own, of an hour or more.", "items": {"allOf": [
    {"$ref": "#/components/schemas/Level"}, {"type": "object", "required": ["reached_at", "projected_until"],
    "properties": {"reached_at": {"$ref": "#/components/schemas/Time", "description":
      "At the rate that is forecast; null: not by projected_until."},
    "projected_until": {"$ref": "#/components/schemas/Time", "description": "null: there is no forecast."}}}]}},
  "recommended": {"type": "array", "items": {"$ref": "#/components/schemas/RecommendedLimit"}}}},
"RecommendedLimit": {"type": "object", "required": ["key", "dimension", "window", "limit", "p99", "recommended",
  "hours", "hours_needed", "refused_part"], "properties": {"key": {"type": "string"},
  "dimension": {"enum": ["requests", "input_tokens", "output_tokens", "total_tokens"]},
  "window": {"enum": ["1m", "1d"]}, "limit": {"type": ["integer", "null"], "description": "The one in force."},
  "p99": {"type": ["integer", "null"], "description":
    "Of the busiest minute of each hour in which something was asked for, or of the use of 24 hours."},
  "recommended": {"type": ["integer", "null"], "description":
    "A fifth above p99, rounded up; null: hours is below hours_needed."},
  "hours": {"type": "integer"}, "hours_needed": {"type": "integer"},
  "refused_part": {"type": "number", "minimum": 0, "maximum": 1, "description":
    "Of all requests of the key, those that limits have refused: it would have used more."}}},
"RecommendedLimits": {"type": "object", "required": ["recommended", "next"], "properties": {
  "recommended": {"type": "array", "items": {"$ref": "#/components/schemas/RecommendedLimit"}},
  "next": {"type": ["string", "null"]}}},
"TierList": {"type": "object", "required": ["tiers"],
  "properties": {"tiers": {"$ref": "#/components/schemas/Objects"}}},
"GroupList": {"type": "object", "required": ["groups"],
  "properties": {"groups": {"$ref": "#/components/schemas/Objects"}}},
"UpstreamList": {"type": "object", "required": ["upstreams"], "properties": {
  "upstreams": {"$ref": "#/components/schemas/Objects"}}},
"Objects": {"type": "array", "items": {"$ref": "#/components/schemas/Object"}},
"Override": {"type": "object", "required": ["target", "until", "reason"], "properties": {
  "target": {"type": "string"}, "limits": {"type": "object"}, "factor": {"type": "number"},
  "until": {"$ref": "#/components/schemas/Time"}, "reason": {"type": ["string", "null"]}}},
"OverrideList": {"type": "object", "required": ["overrides", "version"], "properties": {
  "overrides": {"type": "array", "items": {"$ref": "#/components/schemas/Override"}}, "version": {"type": "integer"}}},
"ChangedOverride": {"allOf": [{"$ref": "#/components/schemas/Override"}, {"$ref": "#/components/schemas/Changed"}]},
"Usage": {"type": "object", "required": ["from", "to", "rows", "total"], "properties": {
  "from": {"type": "string", "format": "date"}, "to": {"type": "string", "format": "date"},
  "rows": {"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/UsageAmounts"}, {"type": "object",
    "properties": {"key": {"type": "string"}, "model": {"type": "string"},
      "day": {"type": "string", "format": "date"}}}]}},
  "total": {"$ref": "#/components/schemas/UsageAmounts"}}},
"UsageAmounts": {"type": "object", "required": ["requests", "admitted", "refused", "input_tokens",
  "cached_input_tokens", "output_tokens"], "properties": {
  "requests": {"type": "integer"}, "admitted": {"type": "integer"}, "refused": {"type": "integer"},
  "input_tokens": {"type": "integer"}, "cached_input_tokens": {"type": "integer"},
  "output_tokens": {"type": "integer"}}},
"Explanation": {"type": "object", "required": ["key", "request", "upstreams", "estimate", "ledgers", "decision"]},
"Config": {"type": "object", "required": ["hash", "version", "settings", "warnings", "runtime"]},
"Reloaded": {"type": "object", "required": ["hash", "notes"], "properties": {"hash": {"type": "string"},
  "notes": {"type": "array", "items": {"$ref": "#/components/schemas/Mistake"}}}},
"Draining": {"type": "object", "required": ["draining"]},
"ModelList": {"type": "object", "required": ["calibrate", "models"], "properties": {
  "calibrate": {"type": "boolean", "description": "Estimates are multiplied with the factors."},
  "models": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/Model"}}}},
"Model": {"type": "object", "required": ["upstream", "model", "answers", "actual_by_estimated", "factor",
  "output_tokens"], "properties": {
  "upstream": {"type": "string"}, "model": {"type": "string"},
  "answers": {"type": "integer", "description": "Of all nodes, at most 1,000 of each."},
  "actual_by_estimated": {"type": "number", "description": "Input as the provider counted it, by the estimate."},
  "factor": {"type": "number", "minimum": 0.5, "maximum": 2},
  "output_tokens": {"type": ["object", "null"], "description": "What answers to all keys of this node take.",
    "required": ["p50", "p90", "p99"], "properties": {"p50": {"type": "integer"}, "p90": {"type": "integer"},
    "p99": {"type": "integer"}}}}},
"Nodes": {"type": "object", "required": ["nodes"], "properties": {
  "nodes": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}}},
"Node": {"type": "object", "required": ["name", "host", "listen", "version", "started", "mode", "mode_since", "ready",
  "remark", "draining", "config_hash", "runtime_version", "age_ms"], "properties": {
  "name": {"type": "string"}, "host": {"type": "string"}, "listen": {"type": "string"}, "version": {"type": "string"},
  "started": {"$ref": "#/components/schemas/Time"}, "mode": {"type": "string"},
  "mode_since": {"$ref": "#/components/schemas/Time"}, "ready": {"type": "boolean"}, "remark": {"type": "string"},
  "draining": {"type": "boolean"}, "config_hash": {"type": "string"}, "runtime_version": {"type": "integer"},
  "age_ms": {"type": "integer"}}},
"Figures": {"type": "object", "required": ["now", "node", "store", "nodes", "upstreams", "rates", "limits",
  "latency_ms", "recent"], "properties": {
  "waiting": {"type": "integer", "description": "Requests that wait for room, on all nodes."},
  "upstreams": {"type": "array", "items": {"$ref": "#/components/schemas/UpstreamState"}}}},
"UpstreamState": {"type": "object", "required": ["name", "url", "healthy", "since", "ejected", "asleep",
  "answers_per_s", "errors_per_s"], "properties": {
  "name": {"type": "string"}, "url": {"type": "string"}, "healthy": {"type": "boolean"},
  "since": {"$ref": "#/components/schemas/Time"},
  "ejected": {"type": "boolean", "description": "It keeps failing, so that others are asked before it."},
  "asleep": {"type": "boolean", "description": "It has said when to come back, for one model at least."},
  "answers_per_s": {"type": "number"}, "errors_per_s": {"type": "number"}}}
)json";

}  // namespace

std::string schemas_text() {
    return std::string("{").append(documents).append(answers).append("}");
}

}  // namespace weir::admin
