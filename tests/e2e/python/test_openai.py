"""The official OpenAI SDK for Python through weir: sync, async, and its helpers."""
import asyncio
import json
import unittest

import openai
import pydantic

import support
from refusals import Refusals
from support import CALL_TOOL, MESSAGES, MODEL, PROMPT, SIXTEEN_TOKENS, THREE_TOKENS, TOOL_ARGUMENTS, WEATHER_TOOL


class Weather(pydantic.BaseModel):
    city: str


ERROR_CLASSES = {
    401: openai.AuthenticationError,
    403: openai.PermissionDeniedError,
    413: openai.APIStatusError,
    429: openai.RateLimitError,
    502: openai.InternalServerError,
}


def options_of(key="open", max_retries=None):
    options = {"base_url": f"{support.WEIR_URL}/v1", "api_key": support.secret_of(key)}
    return options if max_retries is None else options | {"max_retries": max_retries}


def new_client(*args, **kwargs):
    return openai.OpenAI(**options_of(*args, **kwargs))


def with_async_client(use, *args, **kwargs):
    async def run():
        async with openai.AsyncOpenAI(**options_of(*args, **kwargs)) as client:
            return await use(client)

    return asyncio.run(run())


def text_of(stream):
    """The loop that everybody writes: it has no guard against a chunk without choices."""
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream)


async def text_of_async(stream):
    return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])


def arguments_of(completion):
    (call,) = completion.choices[0].message.tool_calls
    return call.function.name, json.loads(call.function.arguments)


class OpenAITest(unittest.TestCase, Refusals):
    error_classes = ERROR_CLASSES

    @classmethod
    def setUpClass(cls):
        cls.client = new_client()
        cls.addClassCleanup(cls.client.close)

    def test_chat_with_the_rate_limit_headers_of_a_success(self):
        raw = self.client.chat.completions.with_raw_response.create(model=MODEL, messages=MESSAGES)
        completion = raw.parse()
        self.assertEqual(completion.choices[0].message.content, SIXTEEN_TOKENS)
        self.assertEqual(completion.usage.completion_tokens, 16)
        self.assertEqual(raw.headers["x-ratelimit-limit-requests"], "100000")
        for name in ("remaining-requests", "reset-requests", "limit-input-tokens", "remaining-output-tokens"):
            self.assertTrue(raw.headers[f"x-ratelimit-{name}"], name)
        self.assertTrue(completion._request_id)

    def test_a_stream_whose_client_did_not_ask_for_usage_sees_none(self):
        chunks = list(self.client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True))
        self.assertEqual(text_of(chunks), SIXTEEN_TOKENS)
        self.assertEqual([chunk for chunk in chunks if chunk.usage], [])

    def test_a_stream_whose_client_asked_for_usage_sees_it_once_at_the_end(self):
        *chunks, last = self.client.chat.completions.create(
            model=MODEL, messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
        self.assertEqual((last.choices, last.usage.completion_tokens), ([], 16))
        self.assertEqual([chunk for chunk in chunks if chunk.usage], [])

    def test_a_stream_put_together_by_the_sdk(self):
        with self.client.chat.completions.stream(model=MODEL, messages=MESSAGES) as stream:
            text = "".join(event.delta for event in stream if event.type == "content.delta")
            completion = stream.get_final_completion()
        self.assertEqual(text, SIXTEEN_TOKENS)
        self.assertEqual(completion.choices[0].message.content, SIXTEEN_TOKENS)

    def test_a_tool_call_plain_and_streamed(self):
        request = {"model": MODEL, "messages": MESSAGES, "tools": [WEATHER_TOOL], "extra_headers": CALL_TOOL}
        plain = self.client.chat.completions.create(**request)
        self.assertEqual(arguments_of(plain), ("weather", TOOL_ARGUMENTS))
        with self.client.chat.completions.stream(**request) as stream:
            self.assertEqual(arguments_of(stream.get_final_completion()), ("weather", TOOL_ARGUMENTS))

    def test_tool_arguments_parsed_into_a_class(self):
        completion = self.client.chat.completions.parse(
            model=MODEL, messages=MESSAGES, tools=[openai.pydantic_function_tool(Weather)], extra_headers=CALL_TOOL
        )
        (call,) = completion.choices[0].message.tool_calls
        self.assertEqual(call.function.parsed_arguments, Weather(**TOOL_ARGUMENTS))

    def test_structured_output_parsed_into_a_class_plain_and_streamed(self):
        request = {"model": MODEL, "messages": MESSAGES, "response_format": Weather, "extra_headers": THREE_TOKENS}
        plain = self.client.chat.completions.parse(**request)
        self.assertEqual(plain.choices[0].message.parsed, Weather(**TOOL_ARGUMENTS))
        with self.client.chat.completions.stream(**request) as stream:
            streamed = stream.get_final_completion()
        self.assertEqual(streamed.choices[0].message.parsed, Weather(**TOOL_ARGUMENTS))

    def test_a_structured_response(self):
        request = {"model": MODEL, "input": PROMPT, "text_format": Weather, "extra_headers": THREE_TOKENS}
        self.assertEqual(self.client.responses.parse(**request).output_parsed, Weather(**TOOL_ARGUMENTS))
        with self.client.responses.stream(**request) as stream:
            self.assertEqual(stream.get_final_response().output_parsed, Weather(**TOOL_ARGUMENTS))

    def test_a_response_plain_and_streamed(self):
        plain = self.client.responses.create(model=MODEL, input=PROMPT)
        self.assertEqual((plain.output_text, plain.usage.output_tokens), (SIXTEEN_TOKENS, 16))
        with self.client.responses.stream(model=MODEL, input=PROMPT) as stream:
            streamed = stream.get_final_response()
        self.assertEqual((streamed.output_text, streamed.usage.output_tokens), (SIXTEEN_TOKENS, 16))

    def test_embeddings(self):
        # It asks for base64 by itself, and decodes it.
        answer = self.client.embeddings.create(model="text-embedding-3-small", input=["one", "two"], dimensions=8)
        self.assertEqual([len(entry.embedding) for entry in answer.data], [8, 8])

    def test_a_field_of_the_wrong_type_is_a_bad_request_that_names_it(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            self.client.chat.completions.create(model=MODEL, messages=MESSAGES, max_tokens="many")
        self.assertEqual(caught.exception.param, "max_tokens")

    def chat(self, key, prompt=PROMPT, max_tokens=16, stream=False, headers=None, max_retries=None):
        messages = [{"role": "user", "content": prompt}]
        with new_client(key, max_retries) as client:
            answer = client.chat.completions.create(
                model=MODEL, messages=messages, max_tokens=max_tokens, stream=stream, extra_headers=headers
            )
            return text_of(answer) if stream else answer.choices[0].message.content

    def stream_of_chat(self, headers):
        text_of(self.client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True, extra_headers=headers))

    def stream_helper_of_chat(self, headers):
        with self.client.chat.completions.stream(model=MODEL, messages=MESSAGES, extra_headers=headers) as stream:
            stream.get_final_completion()

    def stream_of_responses(self, headers):
        list(self.client.responses.create(model=MODEL, input=PROMPT, stream=True, extra_headers=headers))

    streams = {"chat": stream_of_chat, "chat, helper": stream_helper_of_chat, "responses": stream_of_responses}


class AsyncOpenAITest(unittest.TestCase, Refusals):
    error_classes = ERROR_CLASSES
    key_suffix = "-async"

    def test_chat_plain(self):
        async def use(client):
            return await client.chat.completions.create(model=MODEL, messages=MESSAGES)

        self.assertEqual(with_async_client(use).choices[0].message.content, SIXTEEN_TOKENS)

    def test_many_streams_at_once(self):
        async def one(client):
            return await text_of_async(
                await client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
            )

        async def use(client):
            return await asyncio.gather(*(one(client) for _ in range(20)))

        self.assertEqual(with_async_client(use), [SIXTEEN_TOKENS] * 20)

    def test_a_streamed_tool_call_put_together_by_the_sdk(self):
        async def use(client):
            request = {"model": MODEL, "messages": MESSAGES, "tools": [WEATHER_TOOL], "extra_headers": CALL_TOOL}
            async with client.chat.completions.stream(**request) as stream:
                return await stream.get_final_completion()

        self.assertEqual(arguments_of(with_async_client(use)), ("weather", TOOL_ARGUMENTS))

    def chat(self, key, prompt=PROMPT, max_tokens=16, stream=False, headers=None, max_retries=None):
        async def use(client):
            answer = await client.chat.completions.create(
                model=MODEL,
                messages=[{"role": "user", "content": prompt}],
                max_tokens=max_tokens,
                stream=stream,
                extra_headers=headers,
            )
            return await text_of_async(answer) if stream else answer.choices[0].message.content

        return with_async_client(use, key, max_retries)

    def stream_of_chat(self, headers):
        async def use(client):
            request = {"model": MODEL, "messages": MESSAGES, "stream": True, "extra_headers": headers}
            return await text_of_async(await client.chat.completions.create(**request))

        with_async_client(use)

    streams = {"chat": stream_of_chat}


if __name__ == "__main__":
    unittest.main(verbosity=2)
