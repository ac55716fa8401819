"""Redis as nodes may have it: one server, master and replica behind Sentinel, or a Cluster. Each behind a relay."""

import socket
import subprocess

from processes import Process, eventually
from schedule import SERVERS

MASTER_NAME = "weir"
SLOTS = 16384
NODE_TIMEOUT_MS = 2000


def command(port, *words, timeout=2.0):
    """The reply as text lines, for commands with simple replies; raises OSError where the server is away."""
    request = f"*{len(words)}\r\n" + "".join(f"${len(str(word).encode())}\r\n{word}\r\n" for word in words)
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        connection.settimeout(timeout)
        connection.sendall(request.encode())
        stream = connection.makefile("rb")
        return read_reply(stream)


def read_reply(stream):
    line = stream.readline()
    if not line:
        raise OSError("the connection ended")
    kind, rest = line[:1], line[1:].rstrip().decode()
    if kind == b"$":
        size = int(rest)
        return None if size < 0 else stream.read(size + 2)[:-2].decode(errors="replace")
    if kind in b"*":
        return [read_reply(stream) for _ in range(int(rest))]
    return rest if kind != b"-" else f"-{rest}"


def answers(port):
    try:
        return command(port, "PING") == "PONG"
    except OSError:
        return False


class Store:
    """`ports`: a block of 32. Servers listen on the first of them, their relays behind those."""

    def __init__(self, kind, folder, ports):
        self.kind, self.folder = kind, folder
        count = SERVERS[kind]
        self.server_ports = list(ports[:count])
        self.relay_ports = list(ports[count:2 * count])
        self.bus_ports = list(ports[2 * count:3 * count])
        self.sentinel_ports = list(ports[2 * count:2 * count + 3])
        self.servers = [Process(f"redis-{i}", self._arguments(i), folder, port)
                        for i, port in enumerate(self.server_ports)]
        self.sentinels = []

    def relays(self):
        return list(zip(self.relay_ports, self.server_ports))

    def _arguments(self, index):
        port, announced = str(self.server_ports[index]), str(self.relay_ports[index])
        data = self.folder / f"redis-{index}-data"
        data.mkdir()
        common = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                  "--maxmemory-policy", "noeviction", "--dir", str(data)]
        if self.kind == "sentinel":
            common += ["--replica-announce-ip", "127.0.0.1", "--replica-announce-port", announced,
                       "--repl-diskless-sync-delay", "0"]
            if index > 0:
                common += ["--replicaof", f"127.0.0.1 {self.relay_ports[0]}"]
        if self.kind == "cluster":
            common += ["--cluster-enabled", "yes", "--cluster-config-file", f"nodes-{index}.conf", "--cluster-port",
                       str(self.bus_ports[index]), "--cluster-announce-ip", "127.0.0.1", "--cluster-announce-port",
                       announced, "--cluster-announce-bus-port", str(self.bus_ports[index]),
                       "--cluster-node-timeout", str(NODE_TIMEOUT_MS), "--cluster-require-full-coverage", "no",
                       "--cluster-allow-replica-migration", "no", "--repl-diskless-sync-delay", "0"]
        return common

    def forget_data(self, index):
        """Of a server that is down: what a replica has written down of its master while they came together."""
        (self.folder / f"redis-{index}-data" / "dump.rdb").unlink(missing_ok=True)

    def url(self):
        if self.kind == "single":
            return f"redis://127.0.0.1:{self.relay_ports[0]}"
        if self.kind == "sentinel":
            return f"sentinel://{','.join(f'127.0.0.1:{port}' for port in self.sentinel_ports)}/{MASTER_NAME}"
        return f"cluster://{','.join(f'127.0.0.1:{port}' for port in self.relay_ports[:3])}"

    def processes(self):
        return self.servers + self.sentinels

    def start(self):
        """After the relays, which servers use among themselves."""
        for server in self.servers:
            server.start()
        if self.kind == "sentinel":
            self._start_sentinels()
        if self.kind == "cluster":
            self._form_cluster()

    def _start_sentinels(self):
        for index, port in enumerate(self.sentinel_ports):
            file = self.folder / f"sentinel-{index}.conf"
            file.write_text(f"port {port}\nbind 127.0.0.1\ndir {self.folder}\n"
                            f"sentinel monitor {MASTER_NAME} 127.0.0.1 {self.relay_ports[0]} 2\n"
                            f"sentinel down-after-milliseconds {MASTER_NAME} {NODE_TIMEOUT_MS}\n"
                            f"sentinel failover-timeout {MASTER_NAME} 6000\n")
            sentinel = Process(f"sentinel-{index}", ["redis-server", str(file), "--sentinel"], self.folder, port)
            sentinel.start()
            self.sentinels.append(sentinel)

        def all_know():
            return all(len(command(port, "SENTINEL", "replicas", MASTER_NAME)) == 1
                       and len(command(port, "SENTINEL", "sentinels", MASTER_NAME)) == 2 for port in self.sentinel_ports)

        if not eventually(all_know, 60):
            raise RuntimeError("the sentinels do not find each other")

    def _form_cluster(self):
        masters = 3
        for index in range(masters):
            first, last = index * SLOTS // masters, (index + 1) * SLOTS // masters - 1
            command(self.server_ports[index], "CLUSTER", "SET-CONFIG-EPOCH", index + 1)
            command(self.server_ports[index], "CLUSTER", "ADDSLOTSRANGE", first, last)
        for index, port in enumerate(self.server_ports):
            for other in range(index):
                command(port, "CLUSTER", "MEET", "127.0.0.1", self.server_ports[other], self.bus_ports[other])
        ids = [command(port, "CLUSTER", "MYID") for port in self.server_ports]
        for index in range(masters, len(self.server_ports)):
            if not eventually(lambda i=index: command(self.server_ports[i], "CLUSTER", "REPLICATE",
                                                      ids[i - masters]) == "OK", 60):
                raise RuntimeError("a replica does not follow its master")
        if not eventually(self.is_settled, 60):
            raise RuntimeError("the cluster does not form")

    def is_settled(self):
        """Every server is up, and the roles are as they shall stay."""
        try:
            if not all(answers(port) for port in self.server_ports):
                return False
            if self.kind == "single":
                return True
            roles = [command(port, "ROLE") for port in self.server_ports]
            masters = [role for role in roles if role[0] == "master"]
            linked = all(role[0] == "master" or role[3] == "connected" for role in roles)
            if self.kind == "sentinel":
                return len(masters) == 1 and linked
            states = [command(port, "CLUSTER", "INFO") for port in self.server_ports]
            return linked and all("cluster_state:ok" in state and f"cluster_slots_ok:{SLOTS}" in state
                                  and f"cluster_known_nodes:{len(states)}" in state for state in states)
        except OSError:
            return False

    def masters(self):
        """Indices of the servers that say that they are masters (of slots)."""
        found = []
        for index, port in enumerate(self.server_ports):
            try:
                if command(port, "ROLE")[0] == "master":
                    found.append(index)
            except OSError:
                continue
        return found

    def flush(self, index):
        return command(self.server_ports[index], "FLUSHALL")

    def fail_over(self, number):
        """By hand, without a failure. Returns what was said."""
        if self.kind == "sentinel":
            return command(self.sentinel_ports[number % 3], "SENTINEL", "FAILOVER", MASTER_NAME)
        replicas = [i for i in range(len(self.server_ports)) if i not in self.masters() and answers(self.server_ports[i])]
        if not replicas:
            return "no replica is there"
        replica = replicas[number % len(replicas)]
        return f"{replica}: {command(self.server_ports[replica], 'CLUSTER', 'FAILOVER')}"

    def move_slots(self, number, count):
        """With their keys, by redis-cli, from one master to the next."""
        masters = self.masters()
        if len(masters) < 2:
            return "too few masters are there"
        source, target = masters[number % len(masters)], masters[(number + 1) % len(masters)]
        ids = {i: command(self.server_ports[i], "CLUSTER", "MYID") for i in (source, target)}
        done = subprocess.run(
            ["redis-cli", "--cluster", "reshard", f"127.0.0.1:{self.server_ports[source]}", "--cluster-from", ids[source],
             "--cluster-to", ids[target], "--cluster-slots", str(count), "--cluster-yes", "--cluster-timeout", "2000"],
            capture_output=True, text=True, timeout=60, check=False)
        return f"{source} to {target}: " + ("done" if done.returncode == 0 else (done.stdout + done.stderr)[-200:])
