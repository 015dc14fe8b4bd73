"""Is every word of a caption file searched, and once? `python -m evals.captions DIR`.

Comes in: a folder with SubRip and WebVTT files. Goes out: how many words stand in them, and how many of these are lost
or doubled on the way into passages. The files' words are counted line by line, without the program's scanner: lines
with which a cue repeats the end of the one before are counted once where captions roll.
"""

import re
import sys
from collections import Counter
from pathlib import Path

from ingest.errors import PageUnreadable
from ingest.passages import record_passages
from ingest.readers.registry import read_file
from ingest.records import Record
from ingest.transcript import spoken_text

# What captions know as marks; a spoken "<s>" is text.
_MARK = re.compile(r"</?(?:c|i|b|u|v|lang|ruby|rt|font)\b[^<>]*>|<[\d:.]+>")
_WORD = re.compile(r"[^\W_]+")


def main() -> None:
    """Print the counts of all files together, and each file that loses or doubles a word."""
    counts: Counter[str] = Counter()
    for path in sorted(one for one in Path(sys.argv[1]).rglob("*") if one.suffix in (".srt", ".vtt")):
        try:
            track = read_file(path, name=path.name).track
        except PageUnreadable as error:
            print(error)
            continue
        if track is None:
            continue
        content = path.read_bytes()
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
        in_file = Counter(_words("\n".join(_lines(text))))
        record = Record(path.stem, "talk", (), transcript=track.cues)
        passages = [one.text for one in record_passages(record) if one.section == "transcript"]
        sounds = [cue.text for cue in track.cues if cue.text != spoken_text(cue.text)]
        unsearched = Counter(_words(" ".join(sounds))) - Counter(_words(" ".join(map(spoken_text, sounds))))
        found = Counter(_words("\n".join(passages))) + unsearched
        # A label ("PROFESSOR:") is no word of the passage but its speaker.
        labels = Counter({word for cue in track.cues for word in _words(cue.speaker or "")})
        lost = Counter({word: n for word, n in (in_file - found).items() if word not in labels})
        doubled = found - in_file
        counts += Counter(files=1, words=in_file.total(), labels=(in_file - found).total() - lost.total())
        counts += Counter(sounds=unsearched.total(), lost=lost.total(), doubled=doubled.total())
        if lost or doubled:
            print(f"{path}: lost {dict(lost.most_common(5))}, doubled {dict(doubled.most_common(5))}")
    print(
        f"{counts['files']} files, {counts['words']:,} words: {counts['lost']} lost, {counts['doubled']} doubled; "
        f"{counts['labels']} name who speaks, {counts['sounds']} are sounds, shown and not searched"
    )


def _lines(text: str) -> list[str]:
    """The lines that are said: no header, number or time; where captions roll, none that ended the cue before it."""
    cues: list[list[str]] = []
    lines = text.splitlines()
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        plain = _MARK.sub("", line).replace("&nbsp;", " ").strip()
        if "-->" in line:
            cues.append([])
        elif cues and plain and not (plain.isdecimal() and "-->" in after):
            cues[-1].append(plain)
    repeats = [
        next(n for n in range(len(cue), -1, -1) if not n or cue[:n] == before[-n:])
        for before, cue in zip([[], *cues], cues, strict=False)
    ]
    rolls = sum(repeats) > len(cues) / 3
    return [line for cue, n in zip(cues, repeats, strict=True) for line in cue[n if rolls else 0 :]]


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


if __name__ == "__main__":
    main()
