# LangChain through weir: pip install langchain-openai; export OPENAI_API_KEY=...; python3 python_langchain.py
import os

from langchain_openai import ChatOpenAI

model = ChatOpenAI(
    base_url=os.environ.get("WEIR_URL", "http://127.0.0.1:8000") + "/v1",
    model="gpt-4o-mini",
    max_retries=5,  # After a 429 it waits as long as weir says and asks again, up to five times.
)

print(model.invoke("Say hello.").content)

for chunk in model.stream("Say hello."):
    print(chunk.content, end="", flush=True)
print()
