"""The list of earlier conversations, as HTML.

Comes in: summaries. Goes out: HTML in which everything is escaped; the page's script turns its buttons into events.
"""

from collections.abc import Sequence
from html import escape

from assistant.outlets.conversations import Summary


def history_html(summaries: Sequence[Summary], current: str) -> str:
    """The visitor's conversations, the last used first; the one on the page is marked."""
    if not summaries:
        return '<p class="hint">Conversations are kept on this machine and appear here.</p>'
    return f'<ul class="kept">{"".join(_item_html(summary, current) for summary in summaries)}</ul>'


def _item_html(summary: Summary, current: str) -> str:
    mark = ' aria-current="true"' if summary.id == current else ""
    title, id_ = escape(summary.title), escape(summary.id)
    return (
        f'<li><button type="button" class="kept-open" data-do="opened_conversation" data-id="{id_}"{mark}>'
        f'<span class="kept-title" dir="auto">{title}</span><span class="kept-date">{summary.date}</span></button>'
        f'<button type="button" class="kept-delete" data-do="deleted_conversation" data-id="{id_}" '
        f'data-confirm="Delete this conversation for good?" aria-label="Delete “{title}”" title="Delete">×</button>'
        "</li>"
    )
