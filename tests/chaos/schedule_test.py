"""The same seed gives the same faults; every kind comes up; the last one ends in time."""

import unittest

import schedule


class ScheduleTest(unittest.TestCase):
    def test_the_same_seed_gives_the_same_faults(self):
        for store in schedule.SERVERS:
            self.assertEqual(schedule.faults_of(7, 200, store), schedule.faults_of(7, 200, store))
            self.assertNotEqual(schedule.faults_of(7, 200, store), schedule.faults_of(8, 200, store))

    def test_a_longer_run_begins_as_a_shorter_one(self):
        short = schedule.faults_of(3, 60, "single")
        self.assertEqual(schedule.faults_of(3, 200, "single")[:len(short)], short)

    def test_every_kind_comes_up(self):
        for store in schedule.SERVERS:
            kinds = {fault.kind for fault in schedule.faults_of(1, 2000, store)}
            self.assertEqual(kinds, {*schedule.COMMON, *schedule.OF_STORE[store]})

    def test_faults_come_after_the_warm_up_in_order_and_end_before_the_load(self):
        faults = schedule.faults_of(5, 100, "cluster")
        self.assertGreaterEqual(faults[0].at_s, schedule.WARM_UP_S)
        self.assertEqual(faults, sorted(faults, key=lambda fault: fault.at_s))
        for fault in faults:
            self.assertLess(fault.at_s + fault.lasts_s, 100)

    def test_clocks_step_both_ways_where_they_can(self):
        steps = [fault for fault in schedule.faults_of(1, 2000, "single") if fault.kind == "node-clock"]
        self.assertEqual({fault.target for fault in steps}, set(schedule.NODES_WITH_STEPS))
        self.assertEqual({fault.detail for fault in steps},
                         {f"{sign}{step_s} s" for sign in "+-" for step_s in schedule.CLOCK_STEPS_S})
        self.assertTrue(all(fault.lasts_s > 0 for fault in steps))

    def test_there_are_pauses_in_which_windows_empty(self):
        times = [fault.at_s for fault in schedule.faults_of(1, 200, "single")]
        gaps = [after - before for before, after in zip(times, times[1:])]
        self.assertGreaterEqual(sum(gap >= schedule.PAUSE_S for gap in gaps), 2)


if __name__ == "__main__":
    unittest.main()
