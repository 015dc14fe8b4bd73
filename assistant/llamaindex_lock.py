"""LlamaIndex, imported late and by one thread at a time.

It takes a second to import, so nothing does before a model is asked. Its modules import each other in a circle: two
threads that enter the circle at two places, such as a page that loads it ahead and a first question, both fail. Whoever
imports it for a request calls `load_llamaindex` first.
"""

import threading
from importlib import import_module

_LOADING = threading.Lock()


def load_llamaindex() -> None:
    """Import it, with the openai client; waits for another thread that is at it."""
    with _LOADING:
        import_module("llama_index.core")
        import_module("llama_index.llms.openai_like")
