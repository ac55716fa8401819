# Anthropic's SDK for Python through weir:
#   pip install anthropic; export ANTHROPIC_API_KEY=...; python3 python_anthropic.py
import os

import anthropic

client = anthropic.Anthropic(
    base_url=os.environ.get("WEIR_URL", "http://127.0.0.1:8000"),  # without /v1, which the SDK adds itself
    max_retries=5,  # After a 429 the SDK waits as long as weir says and asks again, up to five times.
)
question = {"model": "claude-sonnet-4-5", "max_tokens": 100, "messages": [{"role": "user", "content": "Say hello."}]}

answer = client.messages.create(**question)
print(answer.content[0].text)

with client.messages.stream(**question) as stream:
    for text in stream.text_stream:
        print(text, end="", flush=True)
print()
