"""The page: a chat, and beside it the passages that its answers rest on.

Comes in: a `Backend`. Goes out: a Gradio page that asks nothing of any machine but the one that served it. Importing
this package imports Gradio (2 s); the command line does so only when it starts the page.
"""

import os

# Gradio reads these while it is imported; without them it reports each start to its makers.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from assistant.outlets.page.backend import Backend, Opened, PageState, Turn  # noqa: E402
from assistant.outlets.page.launch import launch_options, page_options  # noqa: E402
from assistant.outlets.page.wiring import build_page  # noqa: E402

__all__ = ["Backend", "Opened", "PageState", "Turn", "build_page", "launch_options", "page_options"]
