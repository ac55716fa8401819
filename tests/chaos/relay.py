"""TCP relays before the Redis servers, in which each node's connections can be delayed, held, cut and turned away.

All nodes share a relay, since the servers of a cluster have one address for everybody; a node is known by the process
at the other end of a connection. Connections of others (replicas, sentinels) pass untouched.
"""

import asyncio
import contextlib
import os
import socket
import struct
import threading

CHUNK = 65536
# linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h
NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST = 4, 20, 1
NO_COOKIE = (0xFFFFFFFF, 0xFFFFFFFF)
INODE_AT = 16 + 68  # behind the message's header, the last member of inet_diag_msg


class Policy:
    """How one node's connections fare. Changed on the relay's thread only."""

    def __init__(self):
        self.delays_s = []  # faults overlap: the longest counts
        self.holds = 0
        self.is_open = asyncio.Event()
        self.is_open.set()

    def delay_s(self):
        return max(self.delays_s, default=0.0)

    def hold(self, more):
        self.holds += more
        if self.holds:
            self.is_open.clear()
        else:
            self.is_open.set()


def inode_of(local_port, remote_port):
    """Of the socket between these ports on loopback, seen from its client; None: no such socket.

    Asked of the kernel's sock_diag(7): /proc/net/tcp takes a third of a second where 10,000 sockets wait for their end.
    """
    loopback = socket.inet_aton("127.0.0.1") + bytes(12)
    wanted = struct.pack("=BBBBI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF)
    wanted += struct.pack(">HH", local_port, remote_port) + loopback + loopback + struct.pack("=III", 0, *NO_COOKIE)
    header = struct.pack("=IHHII", 16 + len(wanted), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as diag:
        diag.send(header + wanted)
        answer = diag.recv(8192)
    if struct.unpack_from("=H", answer, 4)[0] != SOCK_DIAG_BY_FAMILY:
        return None
    return struct.unpack_from("=I", answer, INODE_AT)[0]


def owns(pid, inode):
    wanted = f"socket:[{inode}]"
    try:
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            try:
                if os.readlink(f"/proc/{pid}/fd/{descriptor}") == wanted:
                    return True
            except FileNotFoundError:
                continue
    except (FileNotFoundError, PermissionError):
        pass
    return False


class Relays:
    """`servers`: (port of the relay, port of the server). `pids`: a function that tells the nodes' processes, in order."""

    def __init__(self, servers, pids):
        self.servers, self.pids = servers, pids
        self.loop = asyncio.new_event_loop()
        self.connections = {}  # writer pairs -> node, or None for others
        self.policies = []
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        self.ready.wait()

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.policies = [Policy() for _ in self.pids()]
        self.loop.run_until_complete(self._listen())
        self.ready.set()
        self.loop.run_forever()

    async def _listen(self):
        for port, server in self.servers:
            await asyncio.start_server(lambda r, w, p=port, s=server: self._serve(r, w, p, s), "127.0.0.1", port)

    def _node_of(self, writer, port):
        inode = inode_of(writer.get_extra_info("peername")[1], port)
        for node, pid in enumerate(self.pids()):
            if inode and pid and owns(pid, inode):
                return node
        return None

    async def _serve(self, reader, writer, port, server):
        node = self._node_of(writer, port)
        policy = Policy() if node is None else self.policies[node]
        pair = [writer]
        self.connections[id(writer)] = (node, pair)
        try:
            await policy.is_open.wait()
            upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", server)
            pair.append(upstream)
            pumps = [self.loop.create_task(self._pump(reader, upstream, policy)),
                     self.loop.create_task(self._pump(upstream_reader, writer, policy))]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
        except OSError:
            pass
        finally:
            self.connections.pop(id(writer), None)
            for end in pair:
                end.transport.abort()

    async def _pump(self, reader, writer, policy):
        """In order; what is read while a delay passes waits behind it."""
        queue = asyncio.Queue(256)

        async def read():
            while True:
                try:
                    data = await reader.read(CHUNK)
                except OSError:
                    data = b""
                await queue.put((self.loop.time(), data))
                if not data:
                    return

        task = self.loop.create_task(read())
        try:
            while True:
                came, data = await queue.get()
                late_s = came + policy.delay_s() - self.loop.time()
                if late_s > 0:
                    await asyncio.sleep(late_s)
                await policy.is_open.wait()
                if not data:
                    return
                writer.write(data)
                await writer.drain()
        finally:
            task.cancel()

    def _nodes(self, target):
        return range(len(self.policies)) if target < 0 else [target]

    def _call(self, function, *arguments):
        done = threading.Event()

        def run():
            try:
                function(*arguments)
            finally:
                done.set()

        self.loop.call_soon_threadsafe(run)
        done.wait()

    def delay(self, target, delay_s):
        self._each(target, lambda policy: policy.delays_s.append(delay_s))

    def undelay(self, target, delay_s):
        self._each(target, lambda policy: policy.delays_s.remove(delay_s))

    def hold(self, target):
        """Nothing passes until `release`; new connections are taken, and hear nothing."""
        self._each(target, lambda policy: policy.hold(1))

    def release(self, target, lose):
        """`lose`: what was held is never delivered, and its connections are reset."""
        if lose:
            self.reset(target)
        self._each(target, lambda policy: policy.hold(-1))

    def _each(self, target, change):
        self._call(lambda: [change(self.policies[node]) for node in self._nodes(target)])

    def reset(self, target):
        self._call(self._cut, target)

    def _cut(self, target):
        nodes = self._nodes(target)
        for node, pair in list(self.connections.values()):
            if node not in nodes:
                continue
            for writer in pair:
                raw = writer.get_extra_info("socket")
                with contextlib.suppress(OSError, AttributeError):  # it has ended by itself
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
