"""Splitting that leaves what stands in brackets whole.

Comes in: one line. Goes out: its pieces, stripped; empty pieces are dropped.
"""

import re


def split_outside(text: str, separator: str) -> list[str]:
    """Split a text where a pattern matches outside brackets.

    Args:
        text: One line; a bracket that never closes is taken for a letter.
        separator: A regular expression, such as "," or ";".
    """
    protected = [match.span() for match in re.finditer(r"\([^()]*(?:\([^()]*\)[^()]*)*\)", text)]
    pieces: list[str] = []
    start = 0
    for match in re.finditer(separator, text):
        if not any(opening <= match.start() < closing for opening, closing in protected):
            pieces.append(text[start : match.start()])
            start = match.end()
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces if piece.strip()]


def trailing_bracket(text: str) -> tuple[str, str | None]:
    """Part a text from the bracket it ends with: "IBM (co-chair, Si2)" gives "IBM" and "co-chair, Si2"."""
    match = re.fullmatch(r"(?P<text>.*\S)\s*\((?P<inside>[^()]+)\)", text.strip())
    return (match["text"], match["inside"].strip()) if match else (text.strip(), None)
