"""Sources that were added from the page, and the recordings that are served from them."""

import json
import threading
from pathlib import Path

import pytest

from assistant.assembly import Assistant
from assistant.outlets.page_backend import AddedSources, PageBackend
from assistant.settings import load_settings
from ingest.errors import CorpusMissing, IndexMissing, SettingsError


def written(folder: Path, title: str, **told: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    record = {"kind": "talk", "title": title, "speakers": [{"name": "Ada"}], "abstract": f"About {title}.", **told}
    path = folder / f"{title}.jsonl"
    path.write_text(json.dumps(record), encoding="utf-8")
    return path


def made(tmp_path: Path, **settings: object) -> PageBackend:
    written(tmp_path / "corpus", "Rivers", media_file="rivers.wav")
    return PageBackend(Assistant(load_settings(home=tmp_path / "home", corpus=tmp_path / "corpus", **settings)))


def wait(backend: PageBackend) -> None:
    for thread in threading.enumerate():
        if thread.name == "ingest":
            thread.join(60)
    assert backend.state().ingest is None


def test_file_and_folder_are_kept_and_named_again_after_a_restart(tmp_path: Path) -> None:
    dropped, lectures = written(tmp_path / "upload", "Bees"), tmp_path / "lectures"
    written(lectures, "Trees")
    AddedSources(tmp_path / "home").add([dropped], str(lectures))
    roots = AddedSources(tmp_path / "home").roots()
    assert roots == (tmp_path / "home" / "added", lectures)
    assert (roots[0] / "Bees.jsonl").read_bytes() == dropped.read_bytes()


def test_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing, match="nowhere: no such file or folder"):
        AddedSources(tmp_path).add([], "nowhere")


def test_added_file_is_asked_about_and_what_served_before_serves_meanwhile(tmp_path: Path) -> None:
    backend = made(tmp_path)
    backend.ingest()
    assert backend.state().talks == 1
    backend.add_sources([written(tmp_path / "upload", "Bees")], "")
    assert backend.state().talks in (1, 2)
    wait(backend)
    assert backend.shelf().find() == ("rivers", "bees")
    assert "2 talks" in " ".join(backend.state().told)


def test_cancelled_ingest_leaves_the_index_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = made(tmp_path)
    monkeypatch.setattr(threading.Event, "clear", lambda self: None)
    backend.cancel_ingest()
    backend.ingest()
    assert backend.state().told == ("Cancelled; the index stays as it was.",)
    with pytest.raises(IndexMissing):
        backend.shelf()


def test_page_that_others_reach_takes_no_files_unless_allowed(tmp_path: Path) -> None:
    backend = made(tmp_path, host="0.0.0.0")  # noqa: S104
    assert not backend.state().can_add
    with pytest.raises(SettingsError, match="TALKS_ALLOW_ADDING=1"):
        backend.add_sources([], str(tmp_path))
    assert made(tmp_path, host="0.0.0.0", allow_adding=True).state().can_add  # noqa: S104


def test_recording_is_a_file_that_a_record_names_below_its_folder_and_no_link(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    written(corpus, "Climbing", media_file="../secret.wav")
    written(corpus, "Linked", media_file="link.wav")
    (corpus / "rivers.wav").write_bytes(b"RIFF")
    (tmp_path / "secret.wav").write_bytes(b"RIFF")
    (corpus / "link.wav").symlink_to(tmp_path / "secret.wav")
    backend = made(tmp_path)
    backend.ingest()
    assert {id_: backend.media(id_) for id_ in backend.shelf().find()} == {
        "climbing": None,
        "linked": None,
        "rivers": corpus / "rivers.wav",
    }
