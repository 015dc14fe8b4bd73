"""The whole application on a free loopback port, as `talks chat` serves it; ends with its `with` block."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from assistant.assembly import Assistant
from assistant.outlets.page_backend import PageBackend
from assistant.outlets.serve import application


@contextmanager
def served(assistant: Assistant) -> Iterator[str]:
    """Serve; yields the address without a path."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        app = application(assistant, PageBackend(assistant))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
