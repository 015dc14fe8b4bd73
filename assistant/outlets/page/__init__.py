"""The page: a chat, and beside it the passages that its answers rest on.

Comes in: a `PageBackend`. Goes out: a Gradio page that asks nothing of any machine but the one that served it.
Importing this package imports Gradio (2 s); the command line does so only when it starts the page.
"""

from assistant.outlets.page.app import build_page, launch_options

__all__ = ["build_page", "launch_options"]
