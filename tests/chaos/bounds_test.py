"""The bounds of limiter.md on doctored logs: at the bound it holds, one above it does not."""

import unittest

import bounds
from doctored import BEGAN_US, access, client, fault, good, provider, restart

LIMIT = 48  # of the key `steady` in 4 s, so 12 for each node
AT_US = BEGAN_US + 40_000_000


def with_admitted(evidence, counts, key="steady", at_us=AT_US):
    """So many more at each node, within a fraction of a window."""
    number = len(evidence.clients)
    for node, count in enumerate(counts):
        for _ in range(count):
            number += 1
            request_id, moment = f"c{node}-{1000 + number}", at_us + number * 100
            evidence.clients.append(client(request_id, moment, node=node, key=key))
            evidence.providers.append(provider(request_id, moment))
            evidence.access.append(access(request_id, moment, node=node, key=key))
    return evidence


def findings(evidence):
    return bounds.check_limits(evidence, {})


class UndisturbedTest(unittest.TestCase):
    def test_the_limit_itself_holds(self):
        self.assertEqual(findings(with_admitted(good(), [12, 12, 12, 12])), [])

    def test_one_more_does_not(self):
        found = findings(with_admitted(good(), [12, 12, 12, 13]))
        self.assertEqual(len(found), 1)
        self.assertIn("49 in the window", found[0])
        self.assertIn("undisturbed", found[0])

    def test_a_request_that_two_providers_saw_counts_once(self):
        evidence = with_admitted(good(), [12, 12, 12, 12])
        evidence.providers.append({**evidence.providers[-1], "at": "provider-1"})
        self.assertEqual(findings(evidence), [])

    def test_a_charge_leaves_after_the_window(self):
        evidence = with_admitted(good(), [12, 12, 12, 12])
        with_admitted(evidence, [12, 12, 12, 12], at_us=AT_US + 4_100_000)
        self.assertEqual(findings(evidence), [])

    def test_output_counts_when_it_is_produced(self):
        evidence = good()
        number = 0
        for at_us, count in ((AT_US, 600), (AT_US + 1000, 41)):
            number += 1
            evidence.clients.append(client(f"c1-{number}", at_us, key="tokens-a"))
            evidence.providers.append(provider(f"c1-{number}", at_us, produced=[[at_us, count]]))
        self.assertTrue(any("key/tokens-a output_tokens/8s: 641" in finding for finding in findings(evidence)))

    def test_the_keys_of_a_group_count_together(self):
        evidence = with_admitted(good(), [60], key="tokens-a")
        self.assertEqual(findings(evidence), [])
        self.assertTrue(any("group/acme requests/8s: 101" in finding
                            for finding in findings(with_admitted(evidence, [41], key="tokens-b"))))


class DisturbedTest(unittest.TestCase):
    def test_an_emptied_store_allows_so_much_and_no_more(self):
        flush = [fault("store-flush", AT_US, AT_US)]
        evidence = with_admitted(good(), [48, 12, 12, 12])  # (2 - 1/4) x 48 = 84
        evidence.timeline = flush
        self.assertEqual(findings(evidence), [])
        evidence = with_admitted(good(), [48, 12, 12, 13])
        evidence.timeline = flush
        self.assertIn("allowed 84", findings(evidence)[0])

    def test_it_allows_nothing_once_the_store_is_exact_again(self):
        evidence = with_admitted(good(), [12, 12, 12, 13], at_us=AT_US + 10_000_000)
        evidence.timeline = [fault("store-flush", AT_US, AT_US)]
        self.assertIn("undisturbed", findings(evidence)[0])

    def test_one_that_is_cut_off_adds_its_share(self):
        cut = [fault("store-partition", AT_US, AT_US + 2_000_000, target=3)]
        evidence = with_admitted(good(), [20, 20, 8, 12])
        evidence.timeline = cut
        self.assertEqual(findings(evidence), [])
        evidence = with_admitted(good(), [20, 20, 9, 12])
        evidence.timeline = cut
        self.assertIn("allowed 60", findings(evidence)[0])

    def test_or_what_it_held_where_that_is_more(self):
        evidence = with_admitted(good(), [0, 0, 0, 30], at_us=AT_US - 1_000_000)
        evidence.timeline = [fault("store-partition", AT_US, AT_US + 2_000_000, target=3)]
        with_admitted(evidence, [48, 0, 0, 0])  # 48 + 30
        self.assertEqual(findings(evidence), [])
        with_admitted(evidence, [1, 0, 0, 0])
        self.assertIn("allowed 78", findings(evidence)[0])

    def test_a_restart_adds_a_share_while_the_store_is_lost(self):
        evidence = with_admitted(good(), [48, 12, 12, 24])
        evidence.timeline = [fault("store-flush", AT_US, AT_US), fault("node-kill", AT_US - 500_000, AT_US, target=3)]
        restart(evidence, 3, AT_US - 500_000, AT_US - 100_000)
        self.assertEqual(findings(evidence), [])
        self.assertIn("allowed 96", findings(with_admitted(evidence, [1]))[0])

    def test_a_restart_adds_nothing_while_the_store_decides(self):
        evidence = with_admitted(good(), [12, 12, 12, 13])
        evidence.timeline = [fault("node-kill", AT_US - 500_000, AT_US, target=3)]
        restart(evidence, 3, AT_US - 500_000, AT_US - 100_000)
        self.assertIn("allowed 48", findings(evidence)[0])

    def test_a_short_delay_on_the_way_to_the_store_is_no_excuse(self):
        evidence = with_admitted(good(), [12, 12, 12, 13])
        evidence.timeline = [fault("store-latency", AT_US - 1_000_000, AT_US + 1_000_000, detail="30 ms")]
        self.assertEqual(len(findings(evidence)), 1)

    def test_a_fault_that_was_skipped_is_no_excuse(self):
        evidence = with_admitted(good(), [12, 12, 12, 13])
        evidence.timeline = [fault("store-flush", AT_US, AT_US)]
        evidence.timeline[0]["said"] = "skipped: no master is there"
        self.assertEqual(len(findings(evidence)), 1)


class AloneTest(unittest.TestCase):
    def alone(self, counts):
        evidence = good()
        evidence.access.clear()
        with_admitted(evidence, counts)
        for row in evidence.access:
            row["store_mode"] = "local"
        return bounds.check_shares(evidence, {})

    def test_a_node_has_its_part_and_no_more(self):
        self.assertEqual(self.alone([12, 12, 12, 12]), [])
        self.assertIn("its part is 12", self.alone([12, 13, 12, 12])[0])

    def test_what_it_had_admitted_with_redis_counts_too(self):
        evidence = with_admitted(good(), [13])
        evidence.access[-1]["store_mode"] = "local"
        self.assertEqual(len(bounds.check_shares(evidence, {})), 1)


    def test_a_node_that_was_started_after_a_flush_knows_those_that_have_told_since(self):
        evidence = with_admitted(good(), [13])
        evidence.access[-1]["store_mode"] = "local"
        restart(evidence, 0, AT_US - 2_000_000, AT_US - 1_000_000)
        for row in evidence.modes:
            row["nodes"] = 3
        self.assertEqual(len(bounds.check_shares(evidence, {})), 1)
        evidence.timeline = [fault("store-flush", AT_US - 3_000_000, AT_US - 3_000_000)]
        self.assertEqual(bounds.check_shares(evidence, {}), [])
        evidence.timeline[0].update(at_us=AT_US - 500_000, until_us=AT_US - 500_000)
        self.assertEqual(len(bounds.check_shares(evidence, {})), 1)


class KeptTest(unittest.TestCase):
    def test_all_that_was_charged_is_there(self):
        evidence = good()
        self.assertEqual(bounds.check_kept(evidence, {}), [])
        for name in ("requests", "input_tokens", "output_tokens"):
            evidence = good()
            evidence.ends["kept"][name] -= 1
            self.assertIn(name, bounds.check_kept(evidence, {})[0])

    def test_what_a_node_that_died_had_charged_may_be_lost(self):
        evidence = good()
        restart(evidence, 0, BEGAN_US + 5_900_000, BEGAN_US + 6_000_001)
        evidence.ends["kept"] = {"requests": 15, "input_tokens": 42, "output_tokens": 70}
        self.assertEqual(bounds.check_kept(evidence, {}), [])

    def test_what_was_charged_before_a_death_is_known_by_this_machine_s_clock(self):
        evidence = good()
        restart(evidence, 0, BEGAN_US + 5_900_000, BEGAN_US + 6_000_001)
        evidence.ends["kept"] = {"requests": 15, "input_tokens": 42, "output_tokens": 70}
        from_us, to_us = BEGAN_US + 3_500_000, BEGAN_US + 8_500_000
        evidence.timeline.append(fault("node-clock", from_us, to_us, target=0, stepped_us=from_us, back_us=to_us,
                                       step_us=60_000_000))
        for row in evidence.access[3:8]:
            row["received_at_us"] += 60_000_000
        self.assertEqual(bounds.check_kept(evidence, {}), [])


class ChangedLimitTest(unittest.TestCase):
    def test_a_raised_limit_holds_from_the_moment_it_was_sent(self):
        evidence = with_admitted(good(), [64], key="patched")
        self.assertEqual(len(findings(evidence)), 5)
        evidence.timeline = [fault("admin-limits", AT_US, AT_US + 1000, detail="high", status=200)]
        self.assertEqual(findings(evidence), [])

    def test_a_lowered_one_holds_once_every_node_knows_it(self):
        evidence = good()
        evidence.timeline = [fault("admin-limits", AT_US, AT_US + 1000, detail="high", status=200),
                             fault("admin-limits", AT_US + 1_000_000, AT_US + 1_001_000, detail="low", status=200)]
        with_admitted(evidence, [64], key="patched", at_us=AT_US + 2_000_000)
        self.assertEqual(findings(evidence), [])
        with_admitted(evidence, [33], key="patched", at_us=AT_US + 20_000_000)
        self.assertEqual(len(findings(evidence)), 1)

    def test_a_change_that_was_refused_allows_nothing(self):
        evidence = with_admitted(good(), [33], key="patched")
        evidence.timeline = [fault("admin-limits", AT_US, AT_US + 1000, detail="high", status=400)]
        self.assertEqual(len(findings(evidence)), 1)

    def test_an_override_ends(self):
        evidence = with_admitted(good(), [33], key="raised", at_us=AT_US + 30_000_000)
        evidence.timeline = [fault("admin-override", AT_US, AT_US, detail="2", status=201, override_until_us=AT_US + 1)]
        self.assertEqual(len(findings(evidence)), 1)


if __name__ == "__main__":
    unittest.main()
