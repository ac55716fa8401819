# The OpenAI SDK for Python through weir: pip install openai; export OPENAI_API_KEY=...; python3 python_openai.py
import os

import openai

client = openai.OpenAI(
    base_url=os.environ.get("WEIR_URL", "http://127.0.0.1:8000") + "/v1",
    max_retries=5,  # After a 429 the SDK waits as long as weir says and asks again, up to five times.
)
model = "gpt-4o-mini"
messages = [{"role": "user", "content": "Say hello."}]

answer = client.chat.completions.create(model=model, messages=messages)
print(answer.choices[0].message.content)

for chunk in client.chat.completions.create(model=model, messages=messages, stream=True):
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
print()
