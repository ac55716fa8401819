"""From a seed to a list of timed faults. Pure: the same seed, length and store give the same list."""

import dataclasses
import random

NODES = 4
# The others run as they are shipped: libfaketime takes jemalloc away from a node (clocks.py).
NODES_WITH_STEPS = (2, 3)
PROVIDERS = 3
SERVERS = {"single": 1, "sentinel": 2, "cluster": 6}  # Redis servers; of a cluster the first three begin as masters

WARM_UP_S = 4.0
MEAN_GAP_S = 1.6
# Long enough for what faults before it admitted to leave every window, so that what follows is held against 1 x L.
PAUSE_S = 12.0
PAUSE_EVERY_S = 45.0
LAST_FAULT_ENDS_BEFORE_S = 1.0


@dataclasses.dataclass(frozen=True)
class Fault:
    at_s: float  # since the load began
    kind: str
    target: int = -1  # node, provider or server; -1: all of them, or nothing to choose
    lasts_s: float = 0.0
    detail: str = ""

    def text(self):
        target = "" if self.target < 0 else f" {self.target}"
        detail = f" {self.detail}" if self.detail else ""
        lasts = f" for {self.lasts_s:.1f} s" if self.lasts_s else ""
        return f"{self.kind}{target}{detail}{lasts}"


# kind: (weight, what the target is, shortest, longest)
COMMON = {
    "node-kill": (5, "node", 0.2, 3.0),
    "node-stop": (3, "node", 0.2, 3.0),
    "node-drain": (3, "node", 0.0, 0.0),
    "node-clock": (6, "clock", 2.0, 8.0),
    "reload": (2, "node", 0.0, 0.0),
    "store-latency": (4, "node or all", 0.5, 4.0),
    "store-partition": (6, "node or all", 0.5, 5.0),
    "store-reset": (3, "node or all", 0.0, 0.0),
    "store-flush": (3, "", 0.0, 0.0),
    "store-stop": (3, "server", 0.3, 4.0),
    "provider-mode": (8, "provider", 0.5, 4.0),
    "provider-kill": (3, "provider", 0.2, 3.0),
    "admin-limits": (3, "", 0.0, 0.0),
    "admin-override": (2, "", 2.0, 5.0),
    "admin-tier": (2, "", 0.0, 0.0),
    "admin-key": (3, "", 0.0, 0.0),
}
OF_STORE = {
    "single": {"store-restart": (4, "server", 0.0, 3.0)},
    "sentinel": {"store-restart": (4, "server", 0.0, 8.0), "failover": (4, "", 0.0, 0.0)},
    "cluster": {"store-restart": (4, "server", 0.0, 8.0), "failover": (4, "", 0.0, 0.0), "slot-move": (4, "", 0.0, 0.0)},
}
PROVIDER_MODES = ("500", "503=1", "429", "429=2", "slow=400", "slow=6000", "hang", "reset", "midhead", "refuse")
CLOCK_STEPS_S = (5, 20, 60, 120)  # either way
KEY_CHANGES = ("delete", "disable", "rotate")


def pick_target(random_, what, store):
    if what == "node":
        return random_.randrange(NODES)
    if what == "clock":
        return random_.choice(NODES_WITH_STEPS)
    if what == "node or all":
        return random_.choice([-1, *range(NODES)])
    if what == "provider":
        return random_.randrange(PROVIDERS)
    if what == "server":
        return random_.randrange(SERVERS[store])
    return -1


def pick_detail(random_, kind):
    if kind == "provider-mode":
        return random_.choice(PROVIDER_MODES)
    if kind == "node-clock":
        return f"{random_.choice((-1, 1)) * random_.choice(CLOCK_STEPS_S):+d} s"
    if kind == "store-latency":
        return f"{random_.choice((5, 30, 120, 400))} ms"
    if kind == "store-partition":
        # Held bytes come late when it ends, or never.
        return random_.choice(("late", "lost"))
    if kind in ("admin-limits", "admin-tier"):
        return random_.choice(("low", "high"))
    if kind == "admin-override":
        return random_.choice(("0.5", "2"))
    if kind == "admin-key":
        return random_.choice(KEY_CHANGES)
    return ""


def faults_of(seed, seconds, store):
    """Sorted by time. The last one ends before `seconds`."""
    random_ = random.Random(f"{seed}/{store}")
    rows = {**COMMON, **OF_STORE[store]}
    kinds = sorted(rows)
    weights = [rows[kind][0] for kind in kinds]
    faults = []
    at_s, pause_at_s = WARM_UP_S, PAUSE_EVERY_S
    while True:
        at_s += random_.expovariate(1 / MEAN_GAP_S)
        if at_s >= pause_at_s:
            at_s += PAUSE_S
            pause_at_s = at_s + PAUSE_EVERY_S
        kind = random_.choices(kinds, weights)[0]
        _, what, shortest, longest = rows[kind]
        lasts_s = round(random_.uniform(shortest, longest), 1)
        fault = Fault(round(at_s, 2), kind, pick_target(random_, what, store), lasts_s, pick_detail(random_, kind))
        if fault.at_s + fault.lasts_s > seconds - LAST_FAULT_ENDS_BEFORE_S:
            return faults
        faults.append(fault)
