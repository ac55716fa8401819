"""Each check passes good evidence, and finds what was doctored."""

import unittest

import invariants
from doctored import BEGAN_US, access, client, fault, good, look, provider, restart

CHECKS = (invariants.check_answers, invariants.check_attempts, invariants.check_ends, invariants.check_waits, invariants.check_rows,
          invariants.check_books, invariants.check_settlements, invariants.check_alone, invariants.check_logs,
          invariants.check_left, invariants.check_dated)
AT_US = BEGAN_US + 10_000_000


class InvariantsTest(unittest.TestCase):
    def setUp(self):
        self.evidence = good()

    def assert_finds(self, check, words):
        found = check(self.evidence, {})
        self.assertTrue(any(words in finding for finding in found), found)

    def test_good_evidence_has_no_findings(self):
        for check in CHECKS:
            self.assertEqual(check(self.evidence, {}), [], check.__name__)

    def test_an_end_is_missing(self):
        del self.evidence.clients[4]
        self.assert_finds(invariants.check_answers, "c0-5 has no end")

    def test_two_ends(self):
        self.evidence.clients.append(self.evidence.clients[0])
        self.assert_finds(invariants.check_answers, "c0-1 has 2 ends")

    def test_the_answer_to_another(self):
        self.evidence.clients[3]["answer_id"] = "c0-9"
        self.assert_finds(invariants.check_answers, "c0-4 was given the answer to c0-9")

    def test_a_stream_without_its_end(self):
        self.evidence.clients[3].update(kind="stream", done=False)
        self.assert_finds(invariants.check_answers, "without its end")

    def test_a_hanging_request(self):
        self.evidence.clients[3].update(status=0, end="timeout")
        self.assert_finds(invariants.check_answers, "timeout")

    def test_a_provider_is_asked_for_what_nobody_sent(self):
        self.evidence.providers.append(provider("c9-9", AT_US))
        self.assert_finds(invariants.check_answers, "which no client sent")

    def test_executed_twice(self):
        self.evidence.providers.append(provider("c0-3", AT_US, at="provider-2"))
        self.assert_finds(invariants.check_attempts, "c0-3 was executed 2 times")

    def test_sent_to_one_provider_twice(self):
        self.evidence.providers.append(provider("c0-3", AT_US, executed=False, status=503))
        self.assert_finds(invariants.check_attempts, "c0-3 reached provider-0 2 times")

    def test_moved_after_a_failure_is_as_it_should_be(self):
        self.evidence.providers.append(provider("c0-3", AT_US, at="provider-2", executed=False, status=503))
        self.assertEqual(invariants.check_attempts(self.evidence, {}), [])

    def test_a_failure_that_nothing_explains(self):
        for status, end in ((502, "whole"), (200, "cut"), (0, "closed"), (0, "unreachable"), (401, "whole"), (503, "whole")):
            self.evidence.clients[3].update(status=status, end=end)
            self.assert_finds(invariants.check_ends, "c0-4 at node 0")

    def test_a_failure_that_was_injected(self):
        self.evidence.clients[9].update(status=502)
        self.evidence.timeline = [fault("provider-kill", AT_US - 100_000, AT_US + 1000, target=1)]
        self.assertEqual(invariants.check_ends(self.evidence, {}), [])
        self.evidence.clients[9].update(status=503, sent_us=AT_US + 20_000_000, end_us=AT_US + 20_001_000)
        self.assertEqual(len(invariants.check_ends(self.evidence, {})), 1)

    def test_a_key_that_was_away(self):
        self.evidence.clients[9].update(status=401, key="brief")
        self.evidence.timeline = [fault("admin-key", AT_US, AT_US + 500_000, detail="delete", away_from_us=AT_US - 1000)]
        self.assertEqual(invariants.check_ends(self.evidence, {}), [])
        self.evidence.clients[9].update(key="steady")
        self.assert_finds(invariants.check_ends, "401")
        self.evidence.clients[9].update(key="brief", sent_us=AT_US + 8_000_000, end_us=AT_US + 8_001_000)
        self.assert_finds(invariants.check_ends, "401")
        restart(self.evidence, 0, AT_US, AT_US + 7_000_000)
        self.assertEqual(invariants.check_ends(self.evidence, {}), [])

    def test_a_refusal_without_a_time(self):
        self.evidence.clients[3].update(status=429, refused_by="key/requests/4s")
        self.assert_finds(invariants.check_ends, "without a time")

    def test_a_wait_that_is_too_long(self):
        self.evidence.clients[3]["waited_ms"] = "2900"
        self.assertEqual(invariants.check_waits(self.evidence, {}), [])
        self.evidence.clients[3]["waited_ms"] = "3100"
        self.assert_finds(invariants.check_waits, "c0-4 at node 0 waited 3100 ms")

    def test_a_row_is_missing(self):
        del self.evidence.access[2]
        self.assert_finds(invariants.check_rows, "c0-3 was answered with 200 by node 0 and has no row")

    def test_a_kill_may_lose_the_rows_right_before_it_and_no_others(self):
        killed_us = self.evidence.clients[9]["end_us"] + 500_000
        restart(self.evidence, 0, killed_us, killed_us + 1_000_000)
        del self.evidence.access[9]
        self.assertEqual(invariants.check_rows(self.evidence, {}), [])
        del self.evidence.access[5]
        self.assert_finds(invariants.check_rows, "c0-6 was answered")

    def test_two_rows(self):
        self.evidence.access.append(access("c0-3", AT_US))
        self.assert_finds(invariants.check_rows, "c0-3 has 2 rows")

    def test_settled_twice_or_never(self):
        self.evidence.ends["usage"][0]["output_tokens"] += 5
        self.assert_finds(invariants.check_books, "105 output_tokens in the books, 100 in the logs")
        self.evidence.ends["usage"][0]["output_tokens"] -= 10
        self.assert_finds(invariants.check_books, "95 output_tokens in the books, 100 in the logs")

    def test_books_may_lack_what_a_kill_lost(self):
        killed_us = self.evidence.clients[9]["end_us"] + 500_000
        restart(self.evidence, 0, killed_us, killed_us + 1_000_000)
        for member, amount in (("requests", 2), ("admitted", 2), ("input_tokens", 6), ("output_tokens", 10)):
            self.evidence.ends["usage"][0][member] -= amount
        self.assertEqual(invariants.check_books(self.evidence, {}), [])
        self.evidence.ends["usage"][0]["requests"] -= 1
        self.assert_finds(invariants.check_books, "17 requests in the books, 20 in the logs (allowed 18 to 20)")

    def test_no_books(self):
        self.evidence.ends["usage"] = None
        self.assert_finds(invariants.check_books, "usage was not told")

    def test_settled_is_something_else_than_told(self):
        self.evidence.access[2]["actual"] = {"input": 3, "output": 4}
        self.assert_finds(invariants.check_settlements, "c0-3 was told [3, 5]")

    def test_decided_alone_without_a_reason(self):
        self.evidence.access[2]["store_mode"] = "local"
        self.assert_finds(invariants.check_alone, "c0-3 at node 0 was decided by local")

    def test_decided_alone_while_cut_off(self):
        row = self.evidence.access[2]
        row["store_mode"] = "local"
        self.evidence.timeline = [fault("store-partition", row["received_at_us"] - 1000, row["received_at_us"], target=0)]
        self.assertEqual(invariants.check_alone(self.evidence, {}), [])
        self.evidence.timeline[0]["target"] = 1
        self.assert_finds(invariants.check_alone, "c0-3 at node 0")

    def step(self, seconds, from_us, to_us, target=0):
        """The clock of a node, and the rows that it writes meanwhile."""
        self.evidence.timeline.append(fault("node-clock", from_us - 1000, to_us + 1000, target=target, stepped_us=from_us,
                                            back_us=to_us, step_us=seconds * 1_000_000))
        for row in self.evidence.access:
            if from_us < row["received_at_us"] < to_us:
                row["received_at_us"] += seconds * 1_000_000

    def test_rows_are_dated_by_a_clock_that_steps_and_decisions_are_not(self):
        for seconds in (-120, 60):
            self.evidence = good()
            self.step(seconds, AT_US - 2_500_000, AT_US + 2_500_000)
            for check in CHECKS:
                self.assertEqual(check(self.evidence, {}), [], check.__name__)

    def test_a_row_that_is_dated_by_no_clock(self):
        self.step(60, AT_US - 2_500_000, AT_US + 2_500_000)
        self.evidence.access[8]["received_at_us"] -= 30_000_000
        self.assert_finds(invariants.check_dated, "c0-9 at node 0")

    def test_a_row_that_a_step_was_not_told_to(self):
        self.step(60, AT_US - 2_500_000, AT_US + 2_500_000)
        self.evidence.access[8]["received_at_us"] -= 60_000_000
        self.assert_finds(invariants.check_dated, "c0-9 at node 0")
        self.evidence.timeline.clear()
        self.assert_finds(invariants.check_dated, "c0-10 at node 0")

    def test_a_clock_that_did_not_step(self):
        self.evidence.access[2]["received_at_us"] += 20_000_000
        self.assert_finds(invariants.check_dated, "c0-3 at node 0")

    def test_a_decision_that_is_dated_by_the_clock_of_its_node(self):
        for seconds in (-20, 5):
            self.evidence = good()
            self.step(seconds, AT_US - 2_500_000, AT_US + 2_500_000)
            self.evidence.access[9]["decided_at_us"] += seconds * 1_000_000
            self.assert_finds(invariants.check_dated, "c0-10 at node 0")

    def test_a_refusal_may_be_an_answer_that_others_got_before(self):
        row = self.evidence.access[9]
        row["decided_at_us"] -= 4_000_000
        self.assert_finds(invariants.check_dated, "c0-10 at node 0")
        row.update(refused_by="key/requests/4s")
        self.assertEqual(invariants.check_dated(self.evidence, {}), [])

    def test_a_charge_that_is_dated_by_the_clock_of_its_node(self):
        self.evidence.providers[9]["decided_at_us"] = str(AT_US + 60_000_000)
        self.assert_finds(invariants.check_dated, "c0-10 at provider-0")

    def test_where_a_kill_or_a_cut_was_is_not_moved_by_a_step(self):
        self.step(60, AT_US - 2_500_000, AT_US + 2_500_000)
        row = self.evidence.access[9]
        row["store_mode"] = "local"
        self.evidence.timeline.append(fault("store-partition", AT_US - 1000, AT_US, target=0))
        self.assertEqual(invariants.check_alone(self.evidence, {}), [])
        row["store_mode"] = "redis"
        self.evidence.timeline.pop()
        restart(self.evidence, 0, AT_US + 100_000, AT_US + 200_000)
        self.evidence.ends["usage"][0]["requests"] -= 1
        self.assertEqual(invariants.check_books(self.evidence, {}), [])

    def test_a_crash(self):
        self.evidence.processes["node-2"][0].update(ended_us=AT_US, code=-11)
        self.assert_finds(invariants.check_logs, "node-2 ended by itself with -11")

    def test_a_bad_end_after_sigterm(self):
        self.evidence.processes["node-2"][0].update(ended_us=AT_US, code=1, why="SIGTERM")
        self.assert_finds(invariants.check_logs, "node-2 ended with 1 after SIGTERM")

    def test_an_error_in_the_log(self):
        self.evidence.logs.append({"node": 1, "level": "error", "message": "session ended by an unforeseen error"})
        self.assert_finds(invariants.check_logs, "unforeseen")

    def test_an_assertion(self):
        self.evidence.other_errors.append(("node-1", "weir: x.cpp:3: Assertion `x' failed."))
        self.assert_finds(invariants.check_logs, "Assertion")

    def test_something_is_left(self):
        left = {"weir_reservations_in_flight": 1, 'weir_waiting{tier="waiting"}': 2}
        self.evidence.ends["after"][1] = look(metrics=left, descriptors=40, bytes=200 << 20, mode="local")
        for words in ("weir_reservations_in_flight is 1", "weir_waiting", "40 descriptors", "200 MiB", "decides by local"):
            self.assert_finds(invariants.check_left, words)

    def test_a_ledger_is_not_empty(self):
        self.evidence.ends["used"] = {"steady key/requests/4s": 1}
        self.assert_finds(invariants.check_left, "still holds 1")

    def test_it_did_not_settle(self):
        self.evidence.ends["settled"] = False
        self.assert_finds(invariants.check_left, "not all nodes were ready")


if __name__ == "__main__":
    unittest.main()
