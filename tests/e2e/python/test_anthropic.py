"""The official Anthropic SDK for Python through weir."""
import unittest

import anthropic
import pydantic

import support
from refusals import Refusals
from support import CALL_TOOL, MESSAGES, PROMPT, SCHEMA, SIXTEEN_TOKENS, THREE_TOKENS, TOOL_ARGUMENTS

REQUEST = {"model": "claude-sonnet", "messages": MESSAGES, "max_tokens": 100}
TOOLS = [{"name": "weather", "input_schema": SCHEMA}]


class Weather(pydantic.BaseModel):
    city: str


def new_client(key="open", max_retries=None):
    options = {} if max_retries is None else {"max_retries": max_retries}
    return anthropic.Anthropic(base_url=support.WEIR_URL, api_key=support.secret_of(key), **options)


def text_of(stream):
    return "".join(event.delta.text for event in stream if event.type == "content_block_delta")


class AnthropicTest(unittest.TestCase, Refusals):
    error_classes = {
        401: anthropic.AuthenticationError,
        403: anthropic.PermissionDeniedError,
        413: anthropic.APIStatusError,
        429: anthropic.RateLimitError,
        502: anthropic.InternalServerError,
    }

    @classmethod
    def setUpClass(cls):
        cls.client = new_client()
        cls.addClassCleanup(cls.client.close)

    def test_a_message_with_the_rate_limit_headers_of_a_success(self):
        raw = self.client.messages.with_raw_response.create(**REQUEST)
        message = raw.parse()
        self.assertEqual((message.content[0].text, message.usage.output_tokens), (SIXTEEN_TOKENS, 16))
        self.assertEqual(raw.headers["anthropic-ratelimit-requests-limit"], "100000")
        self.assertGreater(int(raw.headers["anthropic-ratelimit-output-tokens-remaining"]), 0)

    def test_a_streamed_message_event_by_event(self):
        self.assertEqual(text_of(self.client.messages.create(**REQUEST, stream=True)), SIXTEEN_TOKENS)

    def test_a_streamed_message_put_together_by_the_sdk(self):
        with self.client.messages.stream(**REQUEST) as stream:
            text = "".join(stream.text_stream)
            message = stream.get_final_message()
        self.assertEqual(text, SIXTEEN_TOKENS)
        self.assertEqual((message.stop_reason, message.usage.output_tokens), ("end_turn", 16))

    def test_a_tool_call_plain_and_streamed(self):
        request = REQUEST | {"tools": TOOLS, "extra_headers": CALL_TOOL}
        with self.client.messages.stream(**request) as stream:
            streamed = stream.get_final_message()
        for message in (self.client.messages.create(**request), streamed):
            self.assertEqual(message.stop_reason, "tool_use")
            self.assertEqual((message.content[0].name, message.content[0].input), ("weather", TOOL_ARGUMENTS))

    def test_structured_output_parsed_into_a_class_plain_and_streamed(self):
        request = REQUEST | {"output_format": Weather, "extra_headers": THREE_TOKENS}
        self.assertEqual(self.client.messages.parse(**request).parsed_output, Weather(**TOOL_ARGUMENTS))
        with self.client.messages.stream(**request) as stream:
            self.assertEqual(stream.get_final_message().parsed_output, Weather(**TOOL_ARGUMENTS))

    def chat(self, key, prompt=PROMPT, max_tokens=16, stream=False, headers=None, max_retries=None):
        request = REQUEST | {"messages": [{"role": "user", "content": prompt}], "max_tokens": max_tokens}
        with new_client(key, max_retries) as client:
            answer = client.messages.create(**request, stream=stream, extra_headers=headers)
            return text_of(answer) if stream else answer.content[0].text

    def stream_of_messages(self, headers):
        text_of(self.client.messages.create(**REQUEST, stream=True, extra_headers=headers))

    def stream_helper_of_messages(self, headers):
        with self.client.messages.stream(**REQUEST, extra_headers=headers) as stream:
            stream.get_final_message()

    streams = {"messages": stream_of_messages, "messages, helper": stream_helper_of_messages}


if __name__ == "__main__":
    unittest.main(verbosity=2)
