"""Words lost and doubled between a caption file and the passages."""

from pathlib import Path

import pytest

from evals import captions

ROLLING = """WEBVTT

00:00:01.000 --> 00:00:02.000
where the river runs

00:00:02.000 --> 00:00:03.000
where the river runs
into the open sea

00:00:03.000 --> 00:00:04.000
into the open sea
the gulls are many
"""
PLAIN = """1
00:00:01,000 --> 00:00:02,000
PROFESSOR: No, no.

2
00:00:02,000 --> 00:00:03,000
No, no. <i>12</i> gulls [LAUGHTER]
12
"""


def test_every_word_is_counted_once_rolling_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rolling.vtt").write_text(ROLLING)
    (tmp_path / "plain.srt").write_text(PLAIN)
    (tmp_path / "empty.srt").write_text("")
    monkeypatch.setattr("sys.argv", ["captions", str(tmp_path)])
    captions.main()
    said = capsys.readouterr().out.splitlines()
    assert "empty.srt" in said[0]
    assert said[1:] == ["2 files, 21 words: 0 lost, 0 doubled; 1 name who speaks, 1 are sounds, shown and not searched"]
