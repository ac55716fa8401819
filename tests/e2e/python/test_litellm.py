"""LiteLLM as a client library, in front of weir as an OpenAI-compatible provider."""
import asyncio
import json
import os
import unittest

# Else it asks the Internet for prices while it is imported.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm  # noqa: E402
import pydantic  # noqa: E402

import support  # noqa: E402
from refusals import Refusals  # noqa: E402
from support import (  # noqa: E402
    CALL_TOOL, MESSAGES, MODEL, PROMPT, SIXTEEN_TOKENS, THREE_TOKENS, TOOL_ARGUMENTS, CountedOutcomes, recorded,
)

litellm.suppress_debug_info = True
litellm.telemetry = False


class Weather(pydantic.BaseModel):
    city: str


def options_of(key="open", headers=None, **others):
    return {
        "model": f"openai/{MODEL}",
        "api_base": f"{support.WEIR_URL}/v1",
        "api_key": support.secret_of(key),
        "messages": MESSAGES,
        "extra_headers": headers,
    } | others


def text_of(stream):
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream)


class LiteLLMTest(unittest.TestCase, Refusals):
    error_classes = {
        401: litellm.AuthenticationError,
        # Of OpenAI's it knows neither.
        403: litellm.APIError,
        413: litellm.APIError,
        429: litellm.RateLimitError,
        502: litellm.BadGatewayError,
    }

    @classmethod
    def setUpClass(cls):
        # Its first calls load so much that a window of the paced tiers would pass meanwhile.
        litellm.completion(**options_of())
        text_of(litellm.completion(**options_of(), stream=True))

    def status_of(self, error):
        return error.status_code

    def test_chat_plain(self):
        answer = litellm.completion(**options_of())
        self.assertEqual(answer.choices[0].message.content, SIXTEEN_TOKENS)
        self.assertEqual(answer.usage.completion_tokens, 16)

    def test_chat_streamed(self):
        self.assertEqual(text_of(litellm.completion(**options_of(), stream=True)), SIXTEEN_TOKENS)

    def test_chat_async_plain_and_streamed(self):
        async def use():
            plain = await litellm.acompletion(**options_of())
            stream = await litellm.acompletion(**options_of(), stream=True)
            chunks = [chunk async for chunk in stream]
            return plain.choices[0].message.content, text_of(chunks)

        self.assertEqual(asyncio.run(use()), (SIXTEEN_TOKENS, SIXTEEN_TOKENS))

    def test_a_tool_call_plain_and_streamed(self):
        options = options_of(headers=CALL_TOOL, tools=[support.WEATHER_TOOL])
        chunks = list(litellm.completion(**options, stream=True))
        for answer in (litellm.completion(**options), litellm.stream_chunk_builder(chunks)):
            (call,) = answer.choices[0].message.tool_calls
            self.assertEqual((call.function.name, json.loads(call.function.arguments)), ("weather", TOOL_ARGUMENTS))

    def test_structured_output(self):
        answer = litellm.completion(**options_of(headers=THREE_TOKENS), response_format=Weather)
        self.assertEqual(Weather.model_validate_json(answer.choices[0].message.content), Weather(**TOOL_ARGUMENTS))

    def test_its_router_does_not_try_again_what_never_fits(self):
        deployment = {name: value for name, value in options_of("small-output").items() if name != "messages"}
        router = litellm.Router([{"model_name": "any", "litellm_params": deployment}], num_retries=2)
        counted = CountedOutcomes(self)
        with recorded() as attempts, self.assertRaises(litellm.APIError):
            router.completion("any", MESSAGES, max_tokens=1000)
        self.assertEqual([attempt.status for attempt in attempts], [413])
        counted.expect(never_fits=1)

    def chat(self, key, prompt=PROMPT, max_tokens=16, stream=False, headers=None, max_retries=None):
        messages = [{"role": "user", "content": prompt}]
        retries = 2 if max_retries is None else max_retries
        options = options_of(key, headers, messages=messages, max_tokens=max_tokens, max_retries=retries)
        answer = litellm.completion(**options, stream=stream)
        return text_of(answer) if stream else answer.choices[0].message.content

    def stream_of_chat(self, headers):
        text_of(litellm.completion(**options_of(headers=headers), stream=True))

    streams = {"chat": stream_of_chat}


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
