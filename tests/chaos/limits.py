"""The keys, tiers and limits of the runs, and who counts against what. The checker and the configuration read the same."""

import dataclasses
import hashlib

SHORT_S, LONG_S = 4, 8  # the windows
HOUR_S = 3600  # of limits that refuse nothing: what a run has charged stays in their ledger
PLENTY = 1_000_000_000
KEPT_KEY = "steady"  # whose ledger of an hour is looked at


@dataclasses.dataclass(frozen=True)
class Limit:
    dimension: str  # requests, input_tokens, output_tokens
    limit: int
    window_s: int

    def document(self):
        return {"dimension": self.dimension, "limit": self.limit, "window": f"{self.window_s}s"}


MAX_WAIT_MS = 1_500
REQUESTS_LOW, REQUESTS_HIGH = 32, 64  # of what faults change

TIERS = {
    "steady": {"limits": [Limit("requests", 48, SHORT_S), Limit("requests", PLENTY, HOUR_S),
                          Limit("input_tokens", PLENTY, HOUR_S), Limit("output_tokens", PLENTY, HOUR_S)]},
    "tokens": {"limits": [Limit("input_tokens", 2_000, LONG_S), Limit("output_tokens", 640, LONG_S)]},
    "waiting": {"limits": [Limit("requests", 40, SHORT_S)], "max_wait_ms": MAX_WAIT_MS},
    "tiered": {"limits": [Limit("requests", REQUESTS_LOW, SHORT_S)]},
    "plain": {"limits": [Limit("requests", REQUESTS_LOW, SHORT_S)]},
}
GROUPS = {"acme": [Limit("requests", 100, LONG_S), Limit("output_tokens", 1_000, LONG_S)]}
# Each kind of change at run time has a key of its own, so that what holds when is known.
KEYS = {
    "steady": ("steady", None),
    "tokens-a": ("tokens", "acme"),
    "tokens-b": ("tokens", "acme"),
    "waiting": ("waiting", None),
    "tiered": ("tiered", None),  # PUT of its tier
    "patched": ("plain", None),  # PATCH of its limits
    "raised": ("plain", None),  # an override
    "brief": ("plain", None),  # deleted, disabled, rotated; made by the admin API
}
MADE_AT_RUN_TIME = ("brief",)


def secret_of(key):
    return f"test-{key}"


def sha256_of(secret):
    return hashlib.sha256(secret.encode()).hexdigest()


def limits_document(limits):
    return {"more": [limit.document() for limit in limits]}


def tier_document(name, limits=None):
    tier = TIERS[name]
    document = {"limits": limits_document(limits or tier["limits"]), "estimate": "bound"}
    if "max_wait_ms" in tier:
        document["max_wait_ms"] = tier["max_wait_ms"]
    return document


def key_document(key):
    tier, group = KEYS[key]
    document = {"id": key, "secret_sha256": sha256_of(secret_of(key)), "tier": tier}
    if group:
        document["group"] = group
    return document


@dataclasses.dataclass(frozen=True)
class Ledger:
    """What is counted together, and the limits that it is held against. `changed_by`: what changes them."""

    name: str
    keys: tuple
    limits: tuple
    changed_by: str = ""


def ledgers():
    found = []
    for key, (tier, _) in KEYS.items():
        changed_by = {"tiered": "admin-tier", "patched": "admin-limits", "raised": "admin-override"}.get(key, "")
        found.append(Ledger(f"key/{key}", (key,), tuple(TIERS[tier]["limits"]), changed_by))
    for group, limits in GROUPS.items():
        members = tuple(key for key, (_, of) in KEYS.items() if of == group)
        found.append(Ledger(f"group/{group}", members, tuple(limits)))
    return found
