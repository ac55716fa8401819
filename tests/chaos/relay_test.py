"""The relay knows whose connection it is, and does to it what it is told and nothing to others."""

import os
import socket
import threading
import unittest

from relay import Relays


class Echo:
    """A server that sends back what it gets, in a thread."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            while data := connection.recv(4096):
                connection.sendall(data)
        except OSError:
            pass


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class RelayTest(unittest.TestCase):
    def relay(self, pids):
        port = free_port()
        return Relays([(port, Echo().port)], lambda: pids), port

    def connect(self, port):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.settimeout(0.3)
        self.addCleanup(connection.close)
        return connection

    def echoes(self, connection, text=b"x"):
        connection.sendall(text)
        try:
            return connection.recv(100) == text
        except TimeoutError:
            return False

    def test_a_node_that_is_held_hears_nothing_until_it_is_released(self):
        relays, port = self.relay([1, os.getpid()])
        connection = self.connect(port)
        self.assertTrue(self.echoes(connection))
        relays.hold(1)
        self.assertFalse(self.echoes(connection, b"late"))
        relays.hold(-1)
        relays.release(1, lose=False)
        self.assertRaises(TimeoutError, connection.recv, 100)  # the other hold still counts
        relays.release(-1, lose=False)
        self.assertEqual(connection.recv(100), b"late")

    def test_what_is_done_to_another_node_does_nothing_to_this_one(self):
        relays, port = self.relay([1, os.getpid()])
        connection = self.connect(port)
        relays.hold(0)
        relays.reset(0)
        self.assertTrue(self.echoes(connection))

    def test_others_pass_untouched(self):
        relays, port = self.relay([1, 1])
        relays.hold(-1)
        connection = self.connect(port)
        self.assertTrue(self.echoes(connection))
        relays.reset(-1)
        self.assertTrue(self.echoes(connection))

    def test_a_reset(self):
        relays, port = self.relay([os.getpid()])
        connection = self.connect(port)
        self.assertTrue(self.echoes(connection))
        relays.reset(-1)
        self.assertRaises(ConnectionResetError, connection.recv, 100)

    def test_what_was_held_can_be_lost(self):
        relays, port = self.relay([os.getpid()])
        connection = self.connect(port)
        self.assertTrue(self.echoes(connection))
        relays.hold(0)
        connection.sendall(b"lost")
        relays.release(0, lose=True)
        self.assertRaises(ConnectionResetError, connection.recv, 100)
        self.assertTrue(self.echoes(self.connect(port)))

    def test_a_delay_counts_while_it_lasts(self):
        relays, port = self.relay([os.getpid()])
        connection = self.connect(port)
        self.assertTrue(self.echoes(connection))
        relays.delay(0, 5.0)
        self.assertFalse(self.echoes(connection))
        relays.undelay(0, 5.0)
        other = self.connect(port)
        self.assertTrue(self.echoes(other))


if __name__ == "__main__":
    unittest.main()
