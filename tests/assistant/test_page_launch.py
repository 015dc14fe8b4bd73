"""How the page may be served."""

import os
import subprocess
import sys

import pytest

from assistant.outlets.page.app import page_options
from ingest.errors import SettingsError
from tests.browser.conftest import listening
from tests.browser.scripted import Scripted


def test_loopback_needs_no_password() -> None:
    assert page_options(listening(), Scripted())["auth"] is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "laptop.lan", ""])
def test_other_addresses_are_refused_without_a_password(host: str) -> None:
    with pytest.raises(SettingsError, match="no password is set; set TALKS_PASSWORD"):
        page_options(listening(host=host), Scripted())


def test_password_guards_any_address() -> None:
    options = page_options(listening("0.0.0.0", password="open sesame"), Scripted())
    assert options["auth"] == ("talks", "open sesame")


@pytest.mark.parametrize("switch", ["mcp_server", "pwa", "ssr_mode", "enable_monitoring", "run_history", "show_error"])
def test_what_gradio_must_not_do_is_off(switch: str) -> None:
    assert page_options(listening(), Scripted())[switch] is False


def test_page_names_no_other_machine() -> None:
    options = page_options(listening(), Scripted())
    assert options["footer_links"] == []
    assert options["allowed_paths"] == []
    assert "http://" not in options["head"]
    assert "https://" not in options["head"]
    assert options["theme"]._stylesheets == []


def test_policy_lets_images_come_from_here_only() -> None:
    assert "img-src 'self' data: blob:;" in page_options(listening(), Scripted())["head"]


def test_what_is_meant_for_another_gradio_program_is_not_for_this_one() -> None:
    code = (
        "import assistant.outlets, gradio, os; print(sorted(name for name in os.environ if name.startswith('GRADIO_')))"
    )
    others = {"GRADIO_SERVER_PORT": "none", "GRADIO_ALLOWED_PATHS": "/", "GRADIO_MCP_SERVER": "True"}
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, env=os.environ | others, capture_output=True, text=True, timeout=120, check=True)
    assert run.stdout.strip() == "['GRADIO_ANALYTICS_ENABLED', 'GRADIO_TEMP_DIR']"


def test_quick_import_writes_no_stubs_and_leaves_python_as_it_was() -> None:
    code = (
        "import gc, inspect, pathlib; from assistant.outlets import quick_import\n"
        "read, seen = pathlib.Path.read_text, []\n"
        "pathlib.Path.read_text = lambda path, *given, **named: seen.append(path) or read(path, *given, **named)\n"
        "with quick_import(): import gradio\n"
        "print([path for path in seen if path.suffix == '.pyi'], inspect.getfile(gradio.Chatbot)[-10:])\n"
        "import sys; print(callable(gradio.Chatbot.like), gc.isenabled(), 'mcp' in sys.modules)\n"
        "import mcp"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert run.stdout.split() == ["[]", "chatbot.py", "True", "True", "False"]
