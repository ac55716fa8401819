"""The world under test: a store behind relays, three providers, four nodes; and how they are asked."""

import http.client
import json

import clocks
import limits
from processes import Process, eventually
from relay import Relays
from schedule import NODES, NODES_WITH_STEPS, PROVIDERS
from stores import Store

STORE_TIMEOUT_MS = 1000
DRAIN_MS = 4000
FIRST_BYTE_MS = 3000


def ask(port, method, path, document=None, timeout=4.0):
    """(status, body as text); (0, why) where nothing was answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        body = document if document is None or isinstance(document, str) else json.dumps(document)
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, repr(error)
    finally:
        connection.close()


def parse_metrics(text):
    metrics = {}
    for line in text.splitlines():
        if line.startswith(("weir_", "process_")):
            name, _, value = line.rpartition(" ")
            metrics[name] = float(value)
    return metrics


class World:
    def __init__(self, store_kind, folder, bin_folder, first_port):
        ports = list(range(first_port, first_port + 64))
        self.folder = folder
        self.node_ports, self.admin_ports = ports[0:4], ports[4:8]
        self.provider_ports = ports[8:8 + PROVIDERS]
        self.store = Store(store_kind, folder, ports[12:44])
        self.limits_version = 0
        self.providers = [
            Process(f"provider-{i}", [f"{bin_folder}/weir-mock", "--listen", f"127.0.0.1:{port}", "--answer-header",
                                      "Keep-Alive: timeout=5", "--log", str(folder / f"provider-{i}.jsonl")], folder, port)
            for i, port in enumerate(self.provider_ports)]
        self.why_no_steps = clocks.why_no_steps(f"{bin_folder}/weir", folder)
        self.clocks = {} if self.why_no_steps else {
            node: clocks.SteppedClock(folder / f"node-{node}.clock") for node in NODES_WITH_STEPS}
        self.nodes = [
            Process(f"node-{i}", [f"{bin_folder}/weir", "--config", str(folder / f"node-{i}.json"), "--state-dir",
                                  str(folder / f"state-{i}")], folder, port,
                    self.clocks[i].environment() if i in self.clocks else None)
            for i, port in enumerate(self.node_ports)]
        self.relays = None

    def configuration(self, node, reloads=0):
        """A reload changes what nobody is judged by, so that it has something to do."""
        return {
            "listen": f"127.0.0.1:{self.node_ports[node]}",
            "admin": {"listen": f"127.0.0.1:{self.admin_ports[node]}"},
            "threads": 1 + node % 2,
            "store": {"url": self.store.url(), "timeout_ms": STORE_TIMEOUT_MS},
            "upstreams": [{"name": f"provider-{i}", "url": f"http://127.0.0.1:{port}", "weight": 1 + (i + reloads) % 2}
                          for i, port in enumerate(self.provider_ports)],
            "tiers": {name: limits.tier_document(name) for name in limits.TIERS},
            "groups": {name: {"limits": limits.limits_document(of)} for name, of in limits.GROUPS.items()},
            "keys": [limits.key_document(key) for key in limits.KEYS if key not in limits.MADE_AT_RUN_TIME],
            "unknown_keys": "reject",
            "timeouts_ms": {"header": 3000, "body": 5000, "idle": 5000, "connect": 1000, "first_byte": FIRST_BYTE_MS,
                            "between_bytes": 3000, "drain": DRAIN_MS},
            "log": {"format": "json", "access": True},
        }

    def write_configuration(self, node, reloads=0):
        file = self.folder / f"node-{node}.json"
        file.write_text(json.dumps(self.configuration(node, reloads), indent=1))

    def start(self):
        self.relays = Relays(self.store.relays(), lambda: [node.pid for node in self.nodes])
        self.store.start()
        for provider in self.providers:
            provider.start()
        for index, node in enumerate(self.nodes):
            self.write_configuration(index)
            node.start()
        if not eventually(self.all_well, 60):
            raise RuntimeError("the nodes do not become ready over their store")
        if not self.make_run_time_keys():
            raise RuntimeError("a key could not be made by the admin API")

    def make_run_time_keys(self):
        def make(key):
            document = limits.key_document(key)
            return ask(self.admin_ports[0], "POST", "/admin/keys", document)[0] in (200, 201)

        def is_known(key):
            return all(ask(port, "GET", f"/admin/keys/{key}")[0] == 200 for port in self.admin_ports)

        return all(eventually(lambda k=key: make(k), 20) and eventually(lambda k=key: is_known(k), 20)
                   for key in limits.MADE_AT_RUN_TIME)

    def metrics(self, node, timeout=2.0):
        """None: it does not answer."""
        status, body = ask(self.admin_ports[node], "GET", "/metrics", timeout=timeout)
        return parse_metrics(body) if status == 200 else None

    def mode(self, node):
        metrics = self.metrics(node)
        return "away" if metrics is None else mode_of(metrics)

    def all_well(self):
        """Every node is ready, decides by Redis, and knows of the others."""
        for node in range(NODES):
            metrics = self.metrics(node)
            if metrics is None or mode_of(metrics) != "redis" or metrics["weir_store_nodes"] < NODES:
                return False
            if ask(self.admin_ports[node], "GET", "/readyz")[0] != 200:
                return False
        return True

    def processes(self):
        return self.nodes + self.providers + self.store.processes()

    def stop(self):
        for process in self.processes():
            process.kill("the end")
        for node in self.clocks:
            clocks.clean_up(incarnation["pid"] for incarnation in self.nodes[node].incarnations)


def mode_of(metrics):
    for name, value in metrics.items():
        if name.startswith("weir_store_mode{") and value == 1:
            return name.split('"')[1]
    return "none"
