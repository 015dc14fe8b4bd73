from pathlib import Path

import pytest

from ingest.errors import PageUnreadable
from ingest.readers import read_file

PAGE = "Recorded Talks: Sets\nMaps\nAda Lind, MIT\nWe show how maps are drawn.\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PAGE.encode(), id="plain"),
        pytest.param(b"\xef\xbb\xbf" + PAGE.encode(), id="byte order mark"),
        pytest.param(PAGE.replace("\n", "\r\n").encode(), id="carriage returns"),
        pytest.param(PAGE.replace("\n", "\n\n").encode().rstrip(), id="blank lines"),
    ],
)
def test_page_is_read_however_it_was_saved(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.name"
    path.write_bytes(content)
    [record] = read_file(path, name="sub/any.name").records
    assert (record.title, record.abstract) == ("Maps", "We show how maps are drawn.")
    assert record.sources[0].file == "sub/any.name"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "any.txt: the file is empty", id="empty"),
        pytest.param(b" \n\n", "any.txt: the file is empty", id="blank"),
        pytest.param(b"\x89PNG\0\0", "any.txt: not a text file", id="binary"),
        pytest.param("Recorded Talks\nä".encode("latin-1"), "any.txt, line 2: not UTF-8 text", id="another encoding"),
        pytest.param(PAGE.encode("utf-16"), "any.txt: not a text file", id="two bytes a letter"),
        pytest.param(
            b"Dear diary,\ntoday I read.", "not a Recorded Talks page, a Daily Papers page or native", id="unknown"
        ),
    ],
)
def test_file_that_cannot_be_read_says_what_to_do(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "any.txt"
    path.write_bytes(content)
    with pytest.raises(PageUnreadable, match=message):
        read_file(path, name="any.txt")


def test_file_that_cannot_be_opened_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PageUnreadable, match="gone.txt: it cannot be opened"):
        read_file(tmp_path / "gone.txt", name="gone.txt")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    # Root may read everything, so a mode of 000 would not show it everywhere.
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(PageUnreadable, match="shut.txt: no permission to read it"):
        read_file(tmp_path / "shut.txt", name="shut.txt")
