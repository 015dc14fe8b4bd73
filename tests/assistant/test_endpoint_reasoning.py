"""A model's thinking never reaches its answer, however it is marked and wherever the stream is split."""

from itertools import groupby

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.llm import Endpoint, EndpointChoice, Learned, Piece, Pulse
from assistant.llm.marks import ReasoningFold, may_hide_tag
from ingest.errors import EndpointSilent
from tests.assistant.test_endpoint import ASK, LIMITS, connect, words
from tests.scripted_endpoint import Script, ScriptedEndpoint

REPLIES = {
    "no thinking": ("Scale [1].", "Scale [1]."),
    "block": ("<think>Let me see.</think>Scale [1].", "Scale [1]."),
    "block with line ends": ("<think>\nSo.\n</think>\n\nScale [1].", "Scale [1]."),
    "white space before the block": ("\n <think>So.</think> Scale", "Scale"),
    "capitals": ("<THINK>So.</Think>Scale", "Scale"),
    "other names": ("<thinking>So.</thinking><reasoning>And so.</reasoning>Scale", "Scale"),
    "two blocks": ("<think>a</think>\n<think>b</think>\nScale", "Scale"),
    "empty block": ("<think>\n\n</think>\n\nScale", "Scale"),
    "block that never ends": ("<think>So, and so on", ""),
    "block later, on a line of its own": ("Scale [1].\n<think>Hm.</think>\nMore [2].", "Scale [1].\nMore [2]."),
    "tag as a word": ("Models write <think> before they answer [1].", "Models write <think> before they answer [1]."),
    "less-than sign": ("1 < 2 and a<b, <i>x</i> [1].", "1 < 2 and a<b, <i>x</i> [1]."),
    "lone closing tag after musing": ("Okay, the user asks why.\n</think>\n\nScale [1].", "Scale [1]."),
    "lone closing tag at once": ("</think>Scale [1].", "Scale [1]."),
    "musing that is the answer": ("Let me put it plainly: scale [1].", "Let me put it plainly: scale [1]."),
    "lone closing tag after plain words": ("Somebody asks.</think>Scale [1].", "Somebody asks.Scale [1]."),
    "end in the beginning of a tag": ("Scale </thi", "Scale </thi"),
    "nothing": ("", ""),
}


def fold(*pieces: str, starts_inside: bool = False) -> tuple[str, ReasoningFold]:
    folding = ReasoningFold(starts_inside=starts_inside)
    return "".join([*map(folding.feed, pieces), folding.finish()]), folding


def shown(endpoint: Endpoint) -> list[Piece]:
    """What a page shows: repeated pulses once, waiting not at all."""
    return [piece for piece, _ in groupby(piece for piece in endpoint.stream(ASK) if piece is not Pulse.WAITING)]


@pytest.mark.parametrize(("reply", "answer"), REPLIES.values(), ids=REPLIES.keys())
def test_thinking_is_folded_away(reply: str, answer: str) -> None:
    assert fold(reply)[0] == answer
    assert fold(*reply)[0] == answer


@given(
    st.lists(
        st.sampled_from(
            ["<think>", "</think>", "<", "</", "thi", "nk>", "\n", " ", "Okay, ", "word", "[1]", "<thinking>"]
        ),
        max_size=12,
    ),
    st.lists(st.integers(0, 80), max_size=6),
    st.booleans(),
)
@example(["Okay, ", "</think>", "word"], [3], False)
def test_any_split_gives_the_same_answer(parts: list[str], cuts: list[int], starts_inside: bool) -> None:
    text = "".join(parts)
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[a:b] for a, b in zip(places, places[1:], strict=False)]
    assert fold(*pieces, starts_inside=starts_inside)[0] == fold(text, starts_inside=starts_inside)[0]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("deepseek-r1:8b", True),
        ("DeepSeek-R1-Distill-Qwen-7B", True),
        ("qwq", True),
        ("Qwen3-4B-Thinking-2507", True),
        ("llama3.1:8b", False),
        ("Qwen3-4B-Instruct", False),
    ],
)
def test_models_that_hide_their_opening_tag_are_known_by_name(model: str, expected: bool) -> None:
    assert may_hide_tag(model) is expected


def test_reply_of_such_a_model_is_held_until_its_thoughts_end() -> None:
    assert fold("So I", " see.</think>", "Scale", " [1].", starts_inside=True)[0] == "Scale [1]."
    assert fold("Scale", " [1].", starts_inside=True)[0] == "Scale [1]."


def test_lone_closing_tag_is_remembered_for_the_next_reply() -> None:
    with ScriptedEndpoint(Script(pieces=["Somebody", " asks.", "</think>", "Scale [1]."])) as server:
        endpoint = connect(server.address, "m")
        assert "".join(words(endpoint)) == "Somebody asks.Scale [1]."
        assert "".join(words(endpoint)) == "Scale [1]."


def test_thoughts_sent_apart_are_shown_as_a_pulse_only() -> None:
    with ScriptedEndpoint(Script(pieces=["Scale [1]."], thoughts=["So", " I see."])) as server:
        endpoint = connect(server.address, "m")
        assert shown(endpoint) == [Pulse.THINKING, "Scale [1]."]


def test_thoughts_in_tags_are_shown_as_a_pulse_only() -> None:
    with ScriptedEndpoint(Script(pieces=["<think>", "So.", "</think>", "Scale [1]."])) as server:
        assert shown(connect(server.address, "m")) == [Pulse.THINKING, "Scale [1]."]


@pytest.mark.parametrize(
    "script",
    [Script(pieces=[], thoughts=["So", " on"]), Script(pieces=["<think>", "So", " on"])],
    ids=["apart", "in tags"],
)
def test_reply_of_thoughts_only_is_asked_for_once_more_and_told(script: Script) -> None:
    with ScriptedEndpoint(script) as server, pytest.raises(EndpointSilent, match="only thought and came to no answer"):
        words(connect(server.address, "m"))
    assert len(server.asked) == 2


def test_model_that_used_up_its_room_thinking_gets_more_once() -> None:
    with ScriptedEndpoint(Script(pieces=["<think>So on"], finish_reason="length")) as server:
        endpoint = connect(server.address, "m")
        for _ in range(2):
            with pytest.raises(EndpointSilent, match="only thought"):
                words(endpoint)
    assert [request["max_tokens"] for request in server.asked] == [200, 1700, 1700]


def test_thoughts_leave_at_least_half_of_the_context_to_the_sources() -> None:
    endpoint = Endpoint(EndpointChoice("http://127.0.0.1:9", "m"), LIMITS, Learned(thinks=True))
    assert endpoint.reply_tokens() == 1700
    assert endpoint.prompt_chars() == (4096 - 1700 - 64) * 3
