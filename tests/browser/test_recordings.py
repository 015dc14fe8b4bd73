"""Recordings that are played beside the chat, and sources that are added from the page."""

import math
import struct
import wave
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from assistant.outlets.page_backend import PageState
from ingest.record_store import RecordStore, write_store
from ingest.records import Chapter, Cue, Speaker
from tests import made_up
from tests.browser.conftest import Serve, Visit
from tests.browser.scripted import HESSIAN, Scripted, cite, script
from tests.browser.test_chat import ask, wait_for_answer

pytestmark = pytest.mark.browser

SECONDS = 12
SAID = "The gradient vanishes in deep networks."


def recording(path: Path) -> Path:
    """A few seconds of a tone."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        tone = (int(8000 * math.sin(n / 4)) for n in range(8000 * SECONDS))
        file.writeframes(b"".join(struct.pack("<h", value) for value in tone))
    return path


@pytest.fixture
def backend(tmp_path: Path) -> Scripted:
    return lecture(tmp_path)


def lecture(tmp_path: Path) -> Scripted:
    """A backend that knows one recording, on this machine, and one that is not here."""
    cues = tuple(
        Cue(float(start), None, text, "Ada") for start, text in ((0, "Hello."), (4, "A <b>break</b>."), (8, SAID))
    )
    watch = "https://example.invalid/watch"
    chapters = (Chapter("0:00", 0, "Opening"), Chapter("0:06", 6, "Depth"))
    talk = made_up.talk(
        "Lecture 8", (Speaker("Ada"),), transcript=cues, chapters=chapters, id="lecture-8", media_file="lecture.wav",
        video_url=watch, duration_s=SECONDS,
    )  # fmt: skip
    write_store(tmp_path / "s", [talk, replace(talk, id="elsewhere", title="Lecture 9")], [])
    spoken = replace(
        HESSIAN, id="lecture-8", title="Lecture 8", passage_id="lecture-8#t8", section="transcript", text=SAID,
        start_s=8.0, end_s=12.0, url=None, pages=(),
    )  # fmt: skip
    cited = replace(cite(1, spoken, SAID), opens_at_s=8, deep_link="https://example.invalid/watch#t=8")
    return Scripted(
        dict.fromkeys(
            ("When?", "Why does the gradient vanish?"),
            script("It vanishes where many layers are multiplied [1]", cited, passages=(spoken,)),
        ),
        store=RecordStore(tmp_path / "s"),
        recordings={"lecture-8": recording(tmp_path / "lecture.wav")},
    )


def test_cited_moment_is_played_at_its_second_and_the_transcript_follows(
    serve: Serve, visit: Visit, backend: Scripted
) -> None:
    page = visit(serve(backend))
    ask(page, "When?")
    wait_for_answer(page)
    card = page.locator(".card").first
    expect(card.locator(".place")).to_contain_text("As spoken · at 0:00:08")
    expect(card.get_by_role("link", name="Open the talk")).to_have_attribute(
        "href", "https://example.invalid/watch#t=8"
    )
    card.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('#player audio')?.currentTime === 8")
    expect(page.locator(".cues [aria-current]")).to_contain_text(SAID)
    expect(page.locator(".cues")).to_contain_text("A <b>break</b>.")
    page.locator(".cues button").first.click()
    page.wait_for_function("document.querySelector('#player audio').currentTime < 4")
    expect(page.locator(".cues [aria-current]")).to_contain_text("Hello.")
    expect(page.locator(".timeline button")).to_have_count(3)
    assert str(page.locator(".timeline .moment").get_attribute("style")).startswith("left:66.67%")
    page.get_by_role("button", name="0:00:06 Depth").click()
    page.wait_for_function("document.querySelector('#player audio').currentTime >= 6")
    page.locator("#player").get_by_role("button", name="Close").click()
    expect(page.locator("#player audio")).to_have_count(0)


def test_recording_that_is_not_here_is_a_plain_link_with_its_transcript(
    serve: Serve, visit: Visit, backend: Scripted
) -> None:
    page = visit(f"{serve(backend)}?talk=elsewhere", width=390)
    page.locator(".record").get_by_role("button", name="Play").click()
    expect(page.locator("#player")).to_contain_text("The recording itself is not on this machine.")
    link = page.locator("#player").get_by_role("link", name="Recording")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(page.locator(".cues li")).to_have_count(3)
    assert page.locator("video, audio, iframe").count() == 0


def test_media_is_served_in_ranges_to_visitors_only_and_nothing_else_is(serve: Serve, backend: Scripted) -> None:
    url = serve(backend)
    part = httpx.get(f"{url}media/lecture-8", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"RIFF")
    for name in ("elsewhere", "..%2Fs", "nobody"):
        assert httpx.get(f"{url}media/{name}").status_code == 404
    guarded = serve(backend, password="open sesame")
    assert httpx.get(f"{guarded}media/lecture-8").status_code == 401


def test_files_and_folders_are_added_with_progress_and_can_be_cancelled(
    serve: Serve, visit: Visit, tmp_path: Path
) -> None:
    backend = Scripted(page_state=PageState(34, 106, can_add=True))
    page = visit(serve(backend))
    page.get_by_role("tab", name="Sources").click()
    page.get_by_label("Or the path of a folder").fill("missing")
    page.click("#add")
    expect(page.locator("#added")).to_contain_text("missing: no such file or folder")
    dropped = tmp_path / "talk.srt"
    dropped.write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n")
    page.set_input_files("#files input[type=file]", dropped)
    expect(page.locator("#files")).to_contain_text("talk")
    page.get_by_label("Or the path of a folder").fill("/my/lectures")
    page.click("#add")
    expect(page.locator("#added")).to_contain_text("Embedding: 30 of 90, 3 a second, 20 s left")
    expect(page.locator("#condition")).to_contain_text("Embedding: 30 of 90")
    assert backend.added == [(["talk.srt"], "/my/lectures")]
    page.get_by_role("tab", name="Ask").click()
    ask(page, "Meanwhile?")
    wait_for_answer(page, "Meanwhile?")
    page.get_by_role("tab", name="Sources").click()
    page.click("#cancel")
    expect(page.locator("#added")).to_contain_text("Cancelled; the index stays as it was.")


def test_page_that_others_can_reach_takes_no_files(serve: Serve, visit: Visit) -> None:
    page = visit(serve(Scripted()))
    expect(page.get_by_role("tab", name="Models")).to_be_visible()
    expect(page.get_by_role("tab", name="Sources")).to_have_count(0)
