"""What the tests of all Python SDKs share: addresses, keys, a record of every attempt, weir's counters."""
import contextlib
import os
import re
import time
import unittest.mock
import urllib.request

import httpx
import httpx2

WEIR_URL = os.environ["WEIR_URL"]
METRICS_URL = os.environ["WEIR_ADMIN_URL"] + "/metrics"
GIVE_UP_S = 10

MODEL = "gpt-4o-mini"
PROMPT = "Say something."
MESSAGES = [{"role": "user", "content": PROMPT}]

# What the stand-in provider says: sixteen tokens unless the request bounds it.
SIXTEEN_TOKENS = " tok" * 16
# Makes it call the first tool, whose first argument is then these tokens.
CALL_TOOL = {"x-mock-tool-calls": "1", "x-mock-tokens": "3"}
TOOL_ARGUMENTS = {"city": " tok tok tok"}
# An answer that fits a schema has so many in its first property.
THREE_TOKENS = {"x-mock-tokens": "3"}
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
WEATHER_TOOL = {"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}


def secret_of(key):
    return f"test-{key}"


def die_after_chunks(count):
    """Cuts the provider's stream after so many events with a token."""
    return {"x-mock-die-after-chunks": str(count)}


class Attempt:
    def __init__(self):
        self.started_at_s = time.monotonic()
        self.answered_at_s = self.status = self.headers = None

    def answered(self, response):
        self.answered_at_s = time.monotonic()
        self.status, self.headers = response.status_code, response.headers
        return response


@contextlib.contextmanager
def recorded():
    """The attempts of whatever goes over httpx meanwhile, under either of its names, with or without await."""
    attempts = []

    def recording(send):
        def record(self, request):
            attempts.append(Attempt())
            return attempts[-1].answered(send(self, request))

        return record

    def recording_async(send):
        async def record(self, request):
            attempts.append(Attempt())
            return attempts[-1].answered(await send(self, request))

        return record

    with contextlib.ExitStack() as patches:
        for library in (httpx, httpx2):
            for transport, method, wrap in (
                (library.HTTPTransport, "handle_request", recording),
                (library.AsyncHTTPTransport, "handle_async_request", recording_async),
            ):
                replacement = wrap(getattr(transport, method))
                patches.enter_context(unittest.mock.patch.object(transport, method, replacement))
        yield attempts


def _outcomes():
    with urllib.request.urlopen(METRICS_URL) as answer:
        text = answer.read().decode()
    return {name: int(n) for name, n in re.findall(r'^weir_requests_total\{outcome="(\w+)"\} (\d+)$', text, re.M)}


class _Sent:
    """How many requests weir was sent over httpx, under either of its names."""

    count = 0

    @classmethod
    def counting(cls, send):
        def count(transport, request):
            cls.count += str(request.url).startswith(WEIR_URL)
            return send(transport, request)

        return count


for _library in (httpx, httpx2):
    for _transport, _method in ((_library.HTTPTransport, "handle_request"),
                                (_library.AsyncHTTPTransport, "handle_async_request")):
        setattr(_transport, _method, _Sent.counting(getattr(_transport, _method)))


class CountedOutcomes:
    """weir's own count of requests by outcome, since the beginning or since it was last compared."""

    def __init__(self, test):
        self.test, self.before = test, _outcomes()
        # Those of the tests before may be answered and not counted yet.
        give_up_at_s = time.monotonic() + GIVE_UP_S
        while sum(self.before.values()) < _Sent.count and time.monotonic() < give_up_at_s:
            self.before = _outcomes()

    def expect(self, **expected):
        """Waits until as many were counted, because weir counts only after it has answered, and compares."""
        give_up_at_s = time.monotonic() + GIVE_UP_S
        while True:
            now = _outcomes()
            counted = {name: n - self.before[name] for name, n in now.items() if n > self.before[name]}
            if sum(counted.values()) >= sum(expected.values()) or time.monotonic() > give_up_at_s:
                self.before = now
                return self.test.assertEqual(counted, expected)
