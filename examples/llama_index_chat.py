"""The collection as LlamaIndex parts: a chat engine over its own retriever; swap the LLM or the retriever for yours.

Run: `python examples/llama_index_chat.py "What goes wrong in training when models get bigger?"`.
"""

import sys

from assistant.assembly import Assistant
from assistant.integrations.llama_index import TalksChatEngine, TalksRetriever
from assistant.settings import load_settings

assistant = Assistant(load_settings())
if not assistant.has_index:
    assistant.ingest()
engine = TalksChatEngine(assistant, retriever=TalksRetriever(assistant, limit=8))  # llm=Ollama(...) writes answers
response = engine.chat(" ".join(sys.argv[1:]) or "What does Volkan Cevher speak about?")
print(response)
for found in response.source_nodes:
    print(f"- {found.node.metadata['title']} ({found.node.node_id})")
