"""How weir's refusals and a provider's broken stream reach a caller: what every Python SDK goes through."""
from support import CountedOutcomes, die_after_chunks, recorded

# A sleep may end early by the clock that measures it.
TIMER_SLACK_MS = 2


class Refusals:
    """Tests to mix into a TestCase, which says how its SDK makes a call."""

    # Whether the SDK waits by retry-after-ms where there is one.
    reads_milliseconds = True
    # Another SDK class in the same file uses keys of its own, so that none finds a window that another one filled.
    key_suffix = ""
    # By the API's name: a method that takes `headers` and reads one stream to its end.
    streams = {}
    # By status: the class of the SDK's error.
    error_classes = {}

    def chat(self, key, prompt=None, max_tokens=16, stream=False, headers=None, max_retries=None):
        """One chat call, a stream read to its end; the SDK's own number of retries where none is given."""
        raise NotImplementedError

    def status_of(self, error):
        return error.status_code

    def stops_after_one(self, key, status, outcome, **options):
        """The error and the headers of a call that must fail after one request, whatever the SDK's retries."""
        counted = CountedOutcomes(self)
        with recorded() as attempts, self.assertRaises(self.error_classes[status]) as caught:
            self.chat(key, **options)
        self.assertEqual([attempt.status for attempt in attempts], [status])
        counted.expect(**{outcome: 1})
        self.assertEqual(self.status_of(caught.exception), status)
        return caught.exception, attempts[0].headers

    def is_retried_when_we_said(self, key, **options):
        counted = CountedOutcomes(self)
        self.chat(key, **options)
        counted.expect(served=1)
        with recorded() as attempts:
            self.chat(key, **options)
        counted.expect(refused=1, served=1)
        refused, admitted = attempts
        self.assertEqual([refused.status, admitted.status], [429, 200])
        hint = refused.headers.get("retry-after-ms") if self.reads_milliseconds else None
        wait_ms = float(hint) if hint else float(refused.headers["retry-after"]) * 1000
        self.assertGreater(wait_ms, 0)
        waited_ms = (admitted.started_at_s - refused.answered_at_s) * 1000
        self.assertGreaterEqual(waited_ms, wait_ms - TIMER_SLACK_MS)

    def test_a_plain_call_is_tried_again_when_we_said(self):
        self.is_retried_when_we_said("paced-plain" + self.key_suffix)

    def test_a_stream_is_tried_again_when_we_said(self):
        self.is_retried_when_we_said("paced-stream" + self.key_suffix, stream=True)

    def test_a_call_out_of_output_tokens_is_tried_again_when_we_said(self):
        self.is_retried_when_we_said("paced-output" + self.key_suffix)

    def test_a_long_window_is_told_in_words(self):
        counted = CountedOutcomes(self)
        self.chat("daily" + self.key_suffix)
        counted.expect(served=1)
        error, headers = self.stops_after_one("daily" + self.key_suffix, 429, "refused", max_retries=0)
        self.assertEqual(headers["retry-after"], "59")
        self.assertIn("per day", str(error))
        self.assertEqual(headers["x-weir-limit"], "key/requests/1d")

    def test_input_above_the_limit_itself_stops_it_after_one_request(self):
        error, _ = self.stops_after_one("small-input", 413, "never_fits", prompt="word " * 1000)
        self.assertIn("This request is too large", str(error))

    def test_max_tokens_above_the_limit_itself_stops_it_after_one_request(self):
        for stream in (False, True):
            with self.subTest(stream=stream):
                error, _ = self.stops_after_one("small-output", 413, "never_fits", max_tokens=1000, stream=stream)
                self.assertIn("This request is too large", str(error))

    def test_an_unknown_key_is_an_authentication_error(self):
        self.stops_after_one("nobody", 401, "unauthenticated")

    def test_a_blocked_key_is_a_permission_error(self):
        self.stops_after_one("blocked", 403, "blocked")

    def test_a_stream_that_the_provider_cuts_raises_an_error(self):
        for api, read in self.streams.items():
            with self.subTest(api=api):
                counted = CountedOutcomes(self)
                with recorded() as attempts, self.assertRaises(Exception) as caught:
                    read(self, die_after_chunks(3))
                self.assertIn("upstream", str(caught.exception))
                self.assertEqual(len(attempts), 1)
                counted.expect(upstream_failed=1)

    def test_a_provider_that_does_not_answer_is_a_bad_gateway(self):
        headers = {"x-mock-die": "before-header"}
        self.stops_after_one("open", 502, "upstream_failed", max_retries=0, headers=headers)

    def test_the_providers_own_refusal_passes_with_its_own_retry_after(self):
        own_refusal = {"x-mock-status": "429", "x-mock-retry-after": "7"}
        _, headers = self.stops_after_one("open", 429, "served", max_retries=0, headers=own_refusal)
        self.assertEqual(headers["retry-after"], "7")
        self.assertIsNone(headers.get("x-weir-limit"))
