"""What every part of the page needs to speak with Gradio."""

import json
import secrets
from typing import Any

import gradio as gr

Updates = dict[Any, Any]
"""Part → its new value; what is left out stays as it is."""

SCRIPT: dict[str, Any] = {"api_visibility": "private"}
"""For a handler that runs in the browser alone."""

QUIET: dict[str, Any] = SCRIPT | {"show_progress": "hidden"}
"""For a handler that nobody has to wait for with a spinner."""

QUICK: dict[str, Any] = QUIET | {"queue": False}
"""For one that must not wait behind the turns of others."""


def data_of(event: gr.EventData) -> dict[str, Any]:
    """What the page's script sent along with an event."""
    data = event._data
    return data if isinstance(data, dict) else {}


def outgoing(what: str, name: str, text: str) -> str:
    """Something for the script to copy ("copy"), to save as a file ("save") or to say ("tell")."""
    # Numbered, since a part whose value stays the same tells nobody.
    return json.dumps({"do": what, "name": name, "text": text, "n": secrets.token_hex(4)})


def html(value: str, elem_id: str) -> gr.HTML:
    """A piece of HTML that does nothing by itself."""
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False, js_on_load=None)
