"""Where people meet the program: command line, page, files of questions.

Gradio reads its environment while it is imported, from whichever module that happens first; so it is set here.
"""

import atexit
import gc
import inspect
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


def _temporary_folder() -> str:
    """A name of our own below a folder that can be written; made by whoever needs it, gone when the program ends."""
    try:
        above = tempfile.gettempdir()
    except OSError:  # neither the usual folders nor the present one
        above = tempfile.tempdir = "/dev/shm"
    # Gradio's own is called the same for everybody on a machine, and belongs to who came first.
    folder = os.path.join(above, f"talks-page-{secrets.token_hex(8)}")  # noqa: PTH118  # pathlib costs the command line
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


# Meant for another program: they would share folders of this machine, open further doors, or stop the import.
for _name in [name for name in os.environ if name.upper().startswith("GRADIO_")]:
    del os.environ[_name]
# Else it reports each start to its makers.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ["GRADIO_TEMP_DIR"] = _temporary_folder()


@contextmanager
def quick_import() -> Iterator[None]:
    """Import what serves the page in 0.9 s of computing instead of 2.7, as measured with Gradio 6.31.

    Gradio writes type stubs for a developer's editor beside its own code, anew whenever it is imported, but for classes
    that come from no file; it imports the SDK of tools that it is not to have; and of what is imported nothing is ever
    garbage.
    """
    where, sdk = inspect.getfile, sys.modules.get("mcp")
    inspect.getfile = _no_file  # type: ignore[assignment]  # whatever it is asked
    sys.modules["mcp"] = None  # type: ignore[assignment]  # as if it were not installed
    gc.disable()
    try:
        yield
    finally:
        inspect.getfile = where
        del sys.modules["mcp"]
        if sdk is not None:
            sys.modules["mcp"] = sdk
        gc.freeze()
        gc.enable()


def _no_file(_: object) -> str:
    raise FileNotFoundError
