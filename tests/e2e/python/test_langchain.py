"""LangChain for Python, with its OpenAI integration, through weir."""
import functools
import operator
import unittest

import langchain_openai
import openai
import pydantic

import support
from refusals import Refusals
from support import CALL_TOOL, MODEL, PROMPT, SIXTEEN_TOKENS, THREE_TOKENS, TOOL_ARGUMENTS, WEATHER_TOOL


class Weather(pydantic.BaseModel):
    """The weather there."""

    city: str


def new_model(key="open", max_retries=None, headers=None, **fields):
    if max_retries is not None:
        fields["max_retries"] = max_retries
    return langchain_openai.ChatOpenAI(
        base_url=f"{support.WEIR_URL}/v1",
        api_key=support.secret_of(key),
        model=MODEL,
        default_headers=headers,
        **fields,
    )


def gather(stream):
    return functools.reduce(operator.add, stream)


class LangChainTest(unittest.TestCase, Refusals):
    error_classes = {
        401: openai.AuthenticationError,
        403: openai.PermissionDeniedError,
        413: openai.APIStatusError,
        429: openai.RateLimitError,
        502: openai.InternalServerError,
    }

    def test_plain_and_streamed_over_both_apis(self):
        for responses in (False, True):
            model = new_model(use_responses_api=responses, stream_usage=True)
            for how, answer in (("plain", model.invoke(PROMPT)), ("streamed", gather(model.stream(PROMPT)))):
                with self.subTest(responses=responses, how=how):
                    self.assertEqual(answer.text, SIXTEEN_TOKENS)
                    self.assertEqual(answer.usage_metadata["output_tokens"], 16)

    def test_a_tool_call_plain_and_streamed_over_both_apis(self):
        for responses in (False, True):
            model = new_model(use_responses_api=responses, headers=CALL_TOOL).bind_tools([WEATHER_TOOL])
            for how, answer in (("plain", model.invoke(PROMPT)), ("streamed", gather(model.stream(PROMPT)))):
                with self.subTest(responses=responses, how=how):
                    (call,) = answer.tool_calls
                    self.assertEqual((call["name"], call["args"]), ("weather", TOOL_ARGUMENTS))

    def test_structured_output_by_a_tool(self):
        model = new_model(headers=CALL_TOOL).with_structured_output(Weather, method="function_calling")
        self.assertEqual(model.invoke(PROMPT), Weather(**TOOL_ARGUMENTS))

    def test_structured_output_by_a_schema(self):
        for responses in (False, True):
            with self.subTest(responses=responses):
                model = new_model(use_responses_api=responses, headers=THREE_TOKENS)
                structured = model.with_structured_output(Weather, method="json_schema")
                self.assertEqual(structured.invoke(PROMPT), Weather(**TOOL_ARGUMENTS))

    def test_embeddings(self):
        model = langchain_openai.OpenAIEmbeddings(
            base_url=f"{support.WEIR_URL}/v1",
            api_key=support.secret_of("open"),
            model="text-embedding-3-small",
            # To send tokens it would have to download their table.
            check_embedding_ctx_length=False,
        )
        self.assertEqual([len(vector) for vector in model.embed_documents(["one", "two three"])], [16, 16])

    def chat(self, key, prompt=PROMPT, max_tokens=16, stream=False, headers=None, max_retries=None):
        model = new_model(key, max_retries, headers, max_tokens=max_tokens)
        return gather(model.stream(prompt)) if stream else model.invoke(prompt)

    def stream_of_chat(self, headers):
        gather(new_model(headers=headers).stream(PROMPT))

    def stream_of_responses(self, headers):
        gather(new_model(headers=headers, use_responses_api=True).stream(PROMPT))

    streams = {"chat": stream_of_chat, "responses": stream_of_responses}


if __name__ == "__main__":
    unittest.main(verbosity=2)
