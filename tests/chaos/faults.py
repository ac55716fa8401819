"""Injects a schedule into a world, each fault on a thread of its own, and writes down what was done when."""

import datetime
import json
import signal
import threading
import time

import limits
from bounds import CHANGE_IS_KNOWN_WITHIN_US
from cluster import ask
from processes import eventually, now_us
from schedule import NODES

MODE_URL = "/mock/mode"


class Injector:
    def __init__(self, world, file):
        self.world, self.file = world, file
        self.lock = threading.Lock()
        self.busy = {}  # process name or admin object -> True while a fault has it
        self.reloads = 0
        self.timeline = []

    def run(self, faults, began):
        """`began`: monotonic seconds. Returns when all faults have ended."""
        threads = []
        for fault in faults:
            time.sleep(max(0.0, began + fault.at_s - time.monotonic()))
            thread = threading.Thread(target=self._inject, args=(fault,), daemon=True)
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join()

    def _inject(self, fault):
        record = {"kind": fault.kind, "target": fault.target, "detail": fault.detail, "at_us": now_us()}
        try:
            said = getattr(self, "_" + fault.kind.replace("-", "_"))(fault, record)
        except Exception as error:  # noqa: what could not be injected is said, and is no verdict on weir
            said = f"could not be injected: {error!r}"
        record.update(until_us=now_us(), said=said or "done")
        with self.lock:
            self.timeline.append(record)
            self.file.write(json.dumps(record) + "\n")
            self.file.flush()

    def _take(self, name):
        with self.lock:
            if self.busy.get(name):
                return False
            self.busy[name] = True
            return True

    def _alone(self, name, action):
        """Runs it, unless another fault has the same victim."""
        if not self._take(name):
            return "skipped: another fault has it"
        try:
            return action()
        finally:
            with self.lock:
                self.busy[name] = False

    # Processes.

    def _restarted(self, process, fault, end):
        def action():
            end()
            time.sleep(fault.lasts_s)
            process.start()

        return self._alone(process.name, action)

    def _stopped(self, process, fault):
        def action():
            process.signal(signal.SIGSTOP)
            time.sleep(fault.lasts_s)
            process.signal(signal.SIGCONT)

        return self._alone(process.name, action)

    def _node_kill(self, fault, _record):
        node = self.world.nodes[fault.target]
        return self._restarted(node, fault, lambda: node.kill("kill -9"))

    def _node_stop(self, fault, _record):
        return self._stopped(self.world.nodes[fault.target], fault)

    def _node_drain(self, fault, _record):
        node = self.world.nodes[fault.target]
        return self._restarted(node, fault, lambda: node.terminate("SIGTERM"))

    def _node_clock(self, fault, record):
        if self.world.why_no_steps:
            return f"skipped: {self.world.why_no_steps}"

        def action():
            clock = self.world.clocks[fault.target]
            record["step_us"] = int(fault.detail.split()[0]) * 1_000_000
            record["at_us"] = now_us()
            clock.step(int(fault.detail.split()[0]))
            record["stepped_us"] = now_us()
            time.sleep(fault.lasts_s)
            record["back_us"] = now_us()
            clock.step(0)

        # A node that is killed, stopped or cut off meanwhile starts, goes on or decides alone with the wrong clock.
        return self._alone(f"clock-{fault.target}", action)

    def _reload(self, fault, _record):
        node = self.world.nodes[fault.target]

        def action():
            self.reloads += 1
            self.world.write_configuration(fault.target, self.reloads)
            node.signal(signal.SIGHUP)

        return self._alone(node.name, action)

    def _provider_kill(self, fault, _record):
        provider = self.world.providers[fault.target]
        return self._restarted(provider, fault, lambda: provider.kill("kill -9"))

    def _store_restart(self, fault, _record):
        server = self.world.store.servers[fault.target]

        def end():
            server.kill("kill -9")
            self.world.store.forget_data(fault.target)

        return self._restarted(server, fault, end)

    def _store_stop(self, fault, _record):
        return self._stopped(self.world.store.servers[fault.target], fault)

    # The way to the store.

    def _store_latency(self, fault, _record):
        delay_s = int(fault.detail.split()[0]) / 1000
        self.world.relays.delay(fault.target, delay_s)
        time.sleep(fault.lasts_s)
        self.world.relays.undelay(fault.target, delay_s)

    def _store_partition(self, fault, _record):
        self.world.relays.hold(fault.target)
        time.sleep(fault.lasts_s)
        self.world.relays.release(fault.target, fault.detail == "lost")

    def _store_reset(self, fault, _record):
        self.world.relays.reset(fault.target)

    # The store itself.

    def _number(self, fault):
        return int(fault.at_s * 100)

    def _store_flush(self, fault, _record):
        masters = self.world.store.masters()
        if not masters:
            return "skipped: no master is there"
        index = masters[self._number(fault) % len(masters)]
        return f"{index}: {self.world.store.flush(index)}"

    def _failover(self, fault, _record):
        return self.world.store.fail_over(self._number(fault))

    def _slot_move(self, fault, _record):
        number = self._number(fault)
        return self._alone("slots", lambda: self.world.store.move_slots(number, 20 + number % 80))

    # Providers.

    def _provider_mode(self, fault, _record):
        provider = self.world.providers[fault.target]

        def action():
            # One that refuses can be told nothing, so it is told when to end beforehand.
            mode = f"{fault.detail} {int(fault.lasts_s * 1000)}ms:ok"
            said = ask(provider.port, "POST", MODE_URL, mode)
            time.sleep(fault.lasts_s)
            eventually(lambda: ask(provider.port, "GET", MODE_URL)[1].strip() == "ok", 5)
            return str(said)

        return self._alone(provider.name, action)

    # Operators. What was answered is kept, for a change that got no answer may have been made.

    def _admin(self, method, path, document=None):
        """By the first node that answers anything but a 503."""
        said = (0, "nobody answers")
        for node in range(NODES):
            said = ask(self.world.admin_ports[node], method, path, document)
            if said[0] not in (0, 503):
                break
        return said

    def _admin_limits(self, fault, record):
        return self._changed(record, "PATCH", "/admin/keys/patched",
                             {"limits": limits.limits_document([self._requests(fault)])})

    def _admin_tier(self, fault, record):
        return self._changed(record, "PUT", "/admin/tiers/tiered", limits.tier_document("tiered", [self._requests(fault)]))

    def _requests(self, fault):
        low = fault.detail == "low"
        return limits.Limit("requests", limits.REQUESTS_LOW if low else limits.REQUESTS_HIGH, limits.SHORT_S)

    def _admin_override(self, fault, record):
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=fault.lasts_s)
        record["override_until_us"] = int(until.timestamp() * 1e6)
        return self._changed(record, "POST", "/admin/overrides", {
            "target": "key/raised", "factor": float(fault.detail), "until": until.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "reason": "chaos"})

    def _changed(self, record, method, path, document):
        def action():
            status, body = self._admin(method, path, document)
            record["status"] = status
            return f"{status} {'' if status < 300 else body[:200]}"

        return self._alone(path, action)

    def _admin_key(self, fault, record):
        def action():
            if fault.detail == "disable":
                record["away_from_us"] = now_us()
                said = self._admin("POST", "/admin/keys/brief/disable")
                time.sleep(1)
                back = eventually(lambda: self._admin("POST", "/admin/keys/brief/enable")[0] == 200, 30, 0.5)
                return f"{said[0]}, {'enabled' if back else 'not enabled again'}"
            said = (0, "")
            if fault.detail == "rotate":
                # The old secret stays valid.
                said = self._admin("POST", "/admin/keys/brief/rotate", {"overlap_s": 600})
                time.sleep(1)
            record["away_from_us"] = now_us()
            deleted = eventually(lambda: self._admin("DELETE", "/admin/keys/brief")[0] in (200, 204, 404), 30, 0.5)
            time.sleep(0.5)
            document = limits.key_document("brief")
            # 409 from a node that does not know of the deletion yet says nothing; later, that the answer was lost.
            known_us = now_us() + CHANGE_IS_KNOWN_WITHIN_US

            def make():
                status, _ = self._admin("POST", "/admin/keys", document)
                return status in (200, 201) or (status == 409 and now_us() > known_us)

            back = eventually(make, 30, 0.5)
            return f"{said[0] or ''} {'deleted' if deleted else 'not deleted'}, {'made' if back else 'not made'}"

        return self._alone("brief", action)


class StallWatch:
    """Writes down when this machine had no processor time to give: what happens then was not injected."""

    PAUSE_S, LATE_S = 0.05, 0.4

    def __init__(self, file):
        self.file, self.is_over = file, threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self):
        began_us = now_us()
        while not self.is_over.wait(self.PAUSE_S):
            woke_us = now_us()
            if woke_us - began_us > (self.PAUSE_S + self.LATE_S) * 1e6:
                self.file.write(json.dumps({"from_us": began_us, "to_us": woke_us}) + "\n")
            began_us = woke_us

    def stop(self):
        self.is_over.set()
        self.thread.join()
        self.file.flush()


class ModeWatch:
    """Writes down what each node decides by, a few times a second."""

    def __init__(self, world, file):
        self.world, self.file, self.lock = world, file, threading.Lock()
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self._watch, args=(node,), daemon=True) for node in range(NODES)]
        for thread in self.threads:
            thread.start()

    def _watch(self, node):
        while not self.is_over.wait(0.25):
            asked_us = now_us()
            metrics = self.world.metrics(node)
            row = {"node": node, "asked_us": asked_us, "at_us": now_us(), "mode": "away"}
            if metrics is not None:
                row["mode"] = next((name.split('"')[1] for name, value in metrics.items()
                                    if name.startswith("weir_store_mode{") and value == 1), "none")
                row["nodes"] = metrics.get("weir_store_nodes", 0)
                row["resident"] = metrics.get("process_resident_memory_bytes", 0)
            with self.lock:
                self.file.write(json.dumps(row) + "\n")

    def stop(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join()
        self.file.flush()
