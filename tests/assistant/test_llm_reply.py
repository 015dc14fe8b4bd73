"""A reply's bytes → the answer's words: every form, every family's marks, wherever the stream is cut."""

import json
import re
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.llm import Endpoint, EndpointChoice, short_reply
from assistant.llm.marks import ReasoningFold
from assistant.llm.reply import Said, read_reply, said_by
from ingest.errors import EndpointCut, EndpointError, EndpointSilent
from tests.assistant.test_endpoint import ASK, LIMITS, connect, words
from tests.scripted_endpoint import Refusal, Script, ScriptedEndpoint

ANSWER = "Otters hold hands [1]. They sleep afloat [2]."
THOUGHT = "The user looks for a habit. Source one has it, so I take that."
FINAL = f"<|start|>assistant<|channel|>final<|message|>{ANSWER}"

# Each is the answer, with what the usual families and their templates leave around it.
MARKED = {
    "think": f"<think>\n{THOUGHT}\n</think>\n\n{ANSWER}",
    "Seed": f"<seed:think>{THOUGHT}</seed:think>{ANSWER}",
    "Magistral": f"[THINK]{THOUGHT}[/THINK]{ANSWER}",
    "Kimi": f"◁think▷{THOUGHT}◁/think▷{ANSWER}",
    "Cohere": f"<|START_THINKING|>{THOUGHT}<|END_THINKING|><|START_RESPONSE|>{ANSWER}<|END_RESPONSE|>",
    "OpenThinker": f"<|begin_of_thought|>{THOUGHT}<|end_of_thought|>\n<|begin_of_solution|>{ANSWER}<|end_of_solution|>",
    "Gemma": f"<|channel>thought\n{THOUGHT}<channel|>{ANSWER}<turn|>",
    "MedGemma": f"<unused94>thought\n{THOUGHT}<unused95>{ANSWER}",
    "Granite": f"Here is my thought process:\n{THOUGHT}\n\nHere is my response:\n\n{ANSWER}",
    "Hunyuan": f"<think>\n{THOUGHT}\n</think>\n<answer>\n{ANSWER}\n</answer>",
    "GLM": f"<think>{THOUGHT}</think><|begin_of_box|>{ANSWER}<|end_of_box|>",
    "Apertus": f"<|inner_prefix|>{THOUGHT}<|inner_suffix|>{ANSWER}",
    "gpt-oss": f"<|channel|>analysis<|message|>{THOUGHT}<|end|>{FINAL}<|return|>",
    "gpt-oss, three messages": f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>commentary"
    f"<|message|>Hm.<|end|>{FINAL}",
    "gpt-oss, no channel": f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|message|>{ANSWER}",
    "gpt-oss, head eaten": f"analysis<|message|>{THOUGHT}<|end|>{FINAL}",
    "gpt-oss, first message's head eaten": f"{THOUGHT}<|end|>{FINAL}",
    "gpt-oss, all marks eaten": f"analysis{THOUGHT}assistantfinal{ANSWER}",
    "opening mark eaten": f"{THOUGHT}\n</think>\n\n{ANSWER}",
    "role left over": f"assistant\n{ANSWER}",
    "ChatML": f"<|im_start|>assistant\n{ANSWER}<|im_end|>\n<|im_start|>user\nAnd?",
    "thoughts, then ChatML": f"<think>{THOUGHT}</think><|im_start|>assistant\n{ANSWER}<|im_end|>",
    "Gemma's turns": f"<start_of_turn>model\n{ANSWER}<end_of_turn>\n<start_of_turn>user\nAnd?",
    "Llama 3": f"<|start_header_id|>assistant<|end_header_id|>\n\n{ANSWER}<|eot_id|><|start_header_id|>user",
    "Llama 2": f" {ANSWER}</s>[INST] And? [/INST]",
    "DeepSeek": f"{ANSWER}<｜end▁of▁sentence｜><｜User｜>And?",
    "Phi": f"<|assistant|>{ANSWER}<|end|>\n<|user|>\nAnd?",
    "EXAONE": f"{ANSWER}[|endofturn|]\n[|user|]And?",
    "Command R": f"{ANSWER}<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|USER_TOKEN|>And?",
    "ChatGLM": f"[gMASK]<sop><|assistant|>\n{ANSWER}<|user|>\nAnd?",
    "InternLM": f"{ANSWER}<eoa>\n<|User|>:And?",
    "Seed's ends": f"<seed:bos>assistant\n{ANSWER}<seed:eos><seed:bos>user\nAnd?",
    "Baichuan": f"<reserved_107>{ANSWER}</s><reserved_106>And?",
    "Nemotron": f"<SPECIAL_11>Assistant\n<think>{THOUGHT}</think>\n{ANSWER}\n<SPECIAL_12>",
    "Kimi's turns": f"<|im_assistant|>assistant<|im_middle|>{ANSWER}<|im_end|><|im_user|>user<|im_middle|>And?",
    "Solar's parts": f"<|begin|>assistant<|think|>{THOUGHT}<|end|><|begin|>assistant<|content|>{ANSWER}<|end|>",
    "named after the family": f"<lynx_think>{THOUGHT}</lynx_think>{ANSWER}</lynx_s>",
    "named after the effort": f"<think_slower>{THOUGHT}</think_slower><answer>{ANSWER}</answer>",
    "colon before start and end": f"<|think:start|>{THOUGHT}<|think:end|>{ANSWER}<|im:end|>",
    "start and end behind": f"<|cot_start|>{THOUGHT}<|cot_end|>{ANSWER}",
    "attributes": f'<think effort="high">{THOUGHT}</think >{ANSWER}',
    "closed at once": f"<think />{ANSWER}",
    "numbers without a use": f"[unused16]{THOUGHT}[unused17]{ANSWER}[unused10]",
    "MiniMax": f"]~b]ai\n<think>{THOUGHT}</think>{ANSWER}[e~[",
    "gpt-oss, of a form": f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>final "
    f"<|constrain|>text<|message|>{ANSWER}<|return|>",
    "Apriel": f"Here are my reasoning steps:\n{THOUGHT}\n[BEGIN FINAL RESPONSE]\n{ANSWER}\n"
    "[END FINAL RESPONSE]\n<|end|>",
    "Ling": f"<role>ASSISTANT</role>{ANSWER}<role>HUMAN</role>And?",
    "Reka": f"{ANSWER} <sep> human: And?",
    "role in a line": f"ASSISTANT: {ANSWER}</s>USER: And?",
    "padding": f"<bos>{ANSWER}<eos><pad><pad>",
    "mark after a space": f"{ANSWER} <|im_end|> And?",
    "thoughts within": f"Otters hold hands [1]. <think>{THOUGHT}</think> They sleep afloat [2].",
    "thoughts on a line within": f"Otters hold hands [1].\n<think>{THOUGHT}</think>\nThey sleep afloat [2].",
}
SPOKEN_OF = [
    "Models write <think> before they answer [1].",
    "They write <think> and </think> around thoughts, between <think></think> tags [1].",
    "The mark <|im_end|> ends a turn, </s> a text [1].",
    "Templates use `<|im_start|>user` and “<|im_end|>” [1].",
    'A turn ends with "<|im_end|>" there (see </s>) [1].',
    "The model emits <|channel|>, then <|message|> marks [1].",
    "1 < 2 and a<b, <i>x</i>, C# ### x [1].",
    "### Answer\nIt sways [1].",
    "final remarks are [1].",
    "User: studies show [1].",
]


def fold(pieces: Sequence[str]) -> str:
    folding = ReasoningFold()
    return "".join([*map(folding.feed, pieces), folding.finish()])


def plain(text: str) -> str:
    return " ".join(text.split())


def cut(text: str, cuts: Sequence[int]) -> list[str]:
    places = sorted({0, len(text), *(place % (len(text) + 1) for place in cuts)})
    return [text[a:b] for a, b in zip(places, places[1:], strict=False)]


@pytest.mark.parametrize("reply", MARKED.values(), ids=MARKED.keys())
def test_marks_of_the_families_leave_the_answer_alone(reply: str) -> None:
    assert plain(fold([reply])) == ANSWER
    assert plain(fold(list(reply))) == ANSWER


@pytest.mark.parametrize("reply", SPOKEN_OF)
def test_mark_that_is_spoken_of_stays(reply: str) -> None:
    assert fold([reply]) == reply
    assert fold(list(reply)) == reply


PARTS = st.sampled_from(
    [
        "<think>", "</think>", "[THINK]", "[/THINK]", "◁think▷", "◁/think▷", "<|channel|>analysis<|message|>",
        "<|end|>",
        "<|start|>assistant", "<|channel|>final<|message|>", "<|message|>", "<|return|>", "<|im_end|>", "<|im_start|>",
        "</s>", "<s>", "<end_of_turn>", "[INST]", "<answer>", "</answer>", "<channel|>", "<|channel>thought",
        "<", "[", "◁",
        "|>", "assistant", "user", "final", "analysis", "word", "Word.", "[1]", "Okay, ", "\n", " ", "`", '"',
        "“", "The user ", "x", ",",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PARTS, max_size=14), st.lists(st.integers(0, 300), max_size=8))
def test_any_marks_split_anywhere_give_the_same_answer(parts: list[str], cuts: list[int]) -> None:
    text = "".join(parts)
    assert fold(cut(text, cuts)) == fold([text]) == fold(list(text))


def test_whole_reply_full_of_marks_costs_no_more_than_its_length() -> None:
    whole = {"choices": [{"message": {"content": "a word <think> or " * 20_000}, "finish_reason": "stop"}]}
    began = time.monotonic()
    with ScriptedEndpoint(raw(json.dumps(whole).encode())) as server:
        assert len("".join(words(connect(server.address, "m")))) == 18 * 20_000
    assert time.monotonic() - began < 10


def test_what_costs_grows_with_the_length_of_a_reply() -> None:
    for text in ("<" * 20_000, "[" * 20_000, "<|channel|>" * 2_000, "Okay, " + "x " * 20_000, "word <think> " * 2_000):
        assert isinstance(fold(cut(text, range(0, len(text), 7))), str)


# --- Bytes


def event(value: object) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


def chunk(delta: object, finish: str | None = None, **more: object) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "1", "object": "chat.completion.chunk", "choices": [choice], **more}


ODD: dict[str, bytes] = {
    "empty object": event({}),
    "null": event(None),
    "number": event(7),
    "text": event("ping"),
    "list": event([]),
    "choices null": event({"choices": None}),
    "choices empty": event({"choices": [], "usage": {"total_tokens": 18}}),
    "choice null": event({"choices": [None]}),
    "delta null": event(chunk(None)),
    "delta empty": event(chunk({})),
    "content null": event(chunk({"role": "assistant", "content": None})),
    "content a number": event(chunk({"content": 5})),
    "another choice": event({"choices": [{"index": 1, "delta": {"content": "other"}}]}),
    "tool calls": event(chunk({"tool_calls": [{"index": 0, "function": {"name": "x", "arguments": "{}"}}]})),
    "no JSON": b"data: {broken\n\n",
    "no data": b"data:\n\ndata: \n\n",
    "comment": b": keep-alive\n\n",
    "another event": b'event: metrics\ndata: {"tokens_per_second": 31.5}\n\n',
    "id and retry": b"id: 7\nretry: 100\n\n",
}


def said(body: bytes, size: int = 10**9) -> str:
    pieces: Iterator[bytes] = (body[at : at + size] for at in range(0, len(body), size))
    return "".join(one.words for one in read_reply(pieces))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(list(ODD)), max_size=6), st.integers(1, 40), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_odd_events_anywhere_change_nothing(odd: list[str], size: int, line_end: bytes) -> None:
    spoken = [event(chunk({"content": word})) for word in ("Otters ", "hold\u2028", "hands 🦦.")]
    body = b"".join(ODD[name] for name in odd).join((b"", *spoken, event(chunk({}, "stop")), b"data: [DONE]\n\n"))
    assert said(body.replace(b"\n", line_end), size) == "Otters hold\u2028hands 🦦."


CONTENTS = [
    ("text", "Otters"),
    ("part", {"type": "text", "text": "Otters"}),
    ("parts", [{"type": "text", "text": "Ot"}, {"type": "text", "text": "ters"}]),
    ("part with a value", [{"type": "text", "text": {"value": "Otters"}}]),
    ("texts", ["Ot", "ters"]),
    ("empty text, then a refusal", [{"type": "text", "text": "", "refusal": "Otters"}]),
    ("thinking first", [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}, {"text": "Otters"}]),
]


@pytest.mark.parametrize("content", [content for _, content in CONTENTS], ids=[name for name, _ in CONTENTS])
@pytest.mark.parametrize("form", ["delta", "message"])
def test_content_in_any_form_is_text(content: object, form: str) -> None:
    assert said_by({"choices": [{form: {"role": "assistant", "content": content}}]}).words == "Otters"


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning", "thinking"])
def test_thoughts_sent_apart_are_no_words(name: str) -> None:
    assert said_by(chunk({name: "Hm.", "content": ""})) == Said(thoughts="Hm.")


WHOLE = {"object": "chat.completion", "choices": [{"message": {"content": "Otters"}, "finish_reason": "stop"}]}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(WHOLE).encode(),
        json.dumps(WHOLE, indent=2).encode(),
        b"\xef\xbb\xbf \n" + json.dumps(WHOLE).encode() + b"\n\n",
        event(WHOLE),
        b"\n".join(b"data: " + line for line in json.dumps(WHOLE, indent=1).encode().split(b"\n")) + b"\n\n",
        event(chunk({"content": "Ot"})).replace(b"\n\n", b"\n") + event(chunk({"content": "ters"})),
    ],
    ids=["one line", "indented", "byte order mark", "one event", "event of many lines", "no blank lines"],
)
def test_reply_is_told_by_what_it_holds(body: bytes) -> None:
    assert said(body) == said(body, 3) == "Otters"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(1, 30))
def test_any_bytes_are_read_without_a_stumble(body: bytes, size: int) -> None:
    assert isinstance(said(body, size), str)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "delta", "message", "content", "text", "type", "error", "detail", "index", "finish_reason",
                 "reasoning", "thinking", "value", "refusal"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_json_is_read_without_a_stumble(value: object) -> None:
    told = said_by(value)
    assert isinstance(told.words, str)
    assert isinstance(told.thoughts, str)


# --- Over a socket


def raw(*events: bytes) -> Script:
    return Script(raw=b"".join(events).decode())


OTTERS = ("Otters ", "hold ", "hands.")
STREAMS: dict[str, list[bytes]] = {
    "OpenAI's completion": [event({"choices": [{"text": word}]}) for word in OTTERS] + [b"data: [DONE]\n\n"],
    "pieces, then all": [
        *(event(chunk({"content": word})) for word in OTTERS),
        event({"choices": [{"message": {"content": "".join(OTTERS)}, "finish_reason": "stop"}]}),
    ],
    "pieces called messages": [
        *(event({"choices": [{"message": {"content": word}}]}) for word in OTTERS),
        b"data: [DONE]\n\n",
    ],
    "JSON lines": [
        json.dumps(one).encode() + b"\n" for one in (*(chunk({"content": word}) for word in OTTERS), chunk({}, "stop"))
    ],
    "one list of all": [json.dumps([*(chunk({"content": word}) for word in OTTERS), chunk({}, "stop")]).encode()],
    "wrapped once more": [
        event(one).replace(b"data: ", b"Data: data: ")
        for one in (*(chunk({"content": word}) for word in OTTERS), chunk({}, "stop"))
    ],
    "one choice and no list": [
        *(event({"choices": {"delta": {"content": word}}}) for word in OTTERS),
        b"data: [DONE]\n\n",
    ],
    "number of very many digits": [
        *(event(chunk({"content": word})).replace(b'"1"', b"7" * 6000) for word in OTTERS),
        event(chunk({}, "stop")),
    ],
    "numbers as text": [
        *(event({"choices": [{"index": "0", "delta": {"content": word}}]}) for word in OTTERS),
        b"data: [DONE]\n\n",
    ],
}


@pytest.mark.parametrize("events", STREAMS.values(), ids=STREAMS.keys())
def test_stream_of_any_form_is_the_whole_answer_once(events: list[bytes]) -> None:
    with ScriptedEndpoint(raw(*events)) as server:
        assert "".join(words(connect(server.address, "m"))) == "Otters hold hands."
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("last", "told"),
    [
        (b'event: error\ndata: {"message": "the tank is dry"}\n\n', "stopped with an error (the tank is dry)"),
        (b"event: error\ndata: the tank is dry\n\n", "stopped with an error (the tank is dry)"),
        (event({"detail": "the tank is dry"}), "broke off in the middle of its answer (the tank is dry)"),
        (b"<html><p>the tank is dry</p></html>", "broke off in the middle of its answer (the tank is dry)"),
        (b'data: {"choices": [{"index": 0, "del', "broke off in the middle of its answer; see"),
        (event(chunk({}, "abort")), "broke off in the middle of its answer; see"),
        (event(chunk({}, "model_length")), "reached its greatest length"),
        (event(chunk({}, "SAFETY")), "content filter"),
    ],
)
def test_answer_whose_last_event_is_no_good_end_is_no_whole_one(last: bytes, told: str) -> None:
    whole = [event(chunk({"content": "Otters"})), last]
    body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (*whole, b""))
    with socket.create_server(("127.0.0.1", 0)) as server:
        pieces = connect(f"http://127.0.0.1:{server.getsockname()[1]}", "m").stream(ASK)

        def answer() -> None:
            line, _ = server.accept()
            with line:
                line.recv(100_000)
                line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
                line.recv(1)

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(EndpointError, match=re.escape(told)):
            list(pieces)


def test_what_a_terminal_obeys_is_taken_out_at_the_door() -> None:
    # The first is no valid JSON, yet it is sent.
    said = [
        b'data: {"choices": [{"delta": {"content": "Ot\0ters \x1b[1m"}}]}\n\n',
        event(chunk({"content": "\u202ehold\x9b"})),
    ]
    with ScriptedEndpoint(raw(*said, event(chunk({}, "stop")))) as server:
        assert "".join(words(connect(server.address, "m"))) == "Otters [1mhold"


@pytest.mark.parametrize(
    "body",
    [
        '{"message": "No models loaded"}', '{"code": 500, "msg": "No models loaded"}', '["No models loaded"]',
        "data: No models loaded\n\n", "data: {'error': 'No models loaded'}\n\n", "No models loaded",
        '"No models loaded"',
        'data: {"status": "No models loaded"}\n\ndata: [DONE]\n\n', "<html><body><p>No models loaded</p></body></html>",
    ],
)  # fmt: skip
def test_reply_of_no_known_form_is_told_in_its_own_words(body: str) -> None:
    with ScriptedEndpoint(Script(raw=body)) as server, pytest.raises(EndpointSilent, match="No models loaded"):
        words(connect(server.address, "m"))


def test_whole_reply_on_an_open_ended_line_is_whole_without_a_reason_for_its_end() -> None:
    with ScriptedEndpoint(raw(json.dumps({"choices": [{"message": {"content": "Otters."}}]}).encode())) as server:
        assert words(connect(server.address, "m")) == ["Otters."]


def test_answer_that_a_filter_cut_is_no_whole_one() -> None:
    script = raw(event(chunk({"content": "Otters"})), event(chunk({}, "content_filter")), b"data: [DONE]\n\n")
    with ScriptedEndpoint(script) as server, pytest.raises(EndpointSilent, match="content filter"):
        words(connect(server.address, "m"))


def test_message_at_the_end_of_a_stream_is_not_said_twice() -> None:
    script = raw(event(chunk({"content": "Otters."})), event(WHOLE), b"data: [DONE]\n\n")
    with ScriptedEndpoint(script) as server:
        assert words(connect(server.address, "m")) == ["Otters."]


def test_error_after_the_end_leaves_the_answer_complete() -> None:
    script = raw(event(chunk({"content": "Otters."}, "stop")), event({"error": {"message": "metrics failed"}}))
    with ScriptedEndpoint(script) as server:
        assert words(connect(server.address, "m")) == ["Otters."]


def test_server_that_says_its_end_and_keeps_the_line_open_is_not_waited_for() -> None:
    # Its end comes with the second piece; after that it is silent for longer than anybody waits.
    script = raw(event(chunk({"content": "Otters."}, "stop")))
    script.raw_pause_s = 4.0
    began = time.monotonic()
    with ScriptedEndpoint(script) as server:
        assert words(connect(server.address, "m")) == ["Otters."]
    assert time.monotonic() - began < 3


def test_stream_without_an_end_on_an_open_ended_line_broke_off() -> None:
    with ScriptedEndpoint(raw(event(chunk({"content": "Otters"})))) as server:
        reply = connect(server.address, "m").stream(ASK)
        came: list[object] = []
        with pytest.raises(EndpointSilent, match="broke off"):
            came.extend(reply)
    assert "Otters" in came


def test_turn_mark_ends_the_request() -> None:
    with ScriptedEndpoint(
        Script(pieces=["Otters [1].", "<|im_end|>", "\n<|im_start|>user"], is_endless=True)
    ) as server:
        assert "".join(words(connect(server.address, "m"))) == "Otters [1]."


@pytest.mark.parametrize(
    ("refusals", "sent"),
    [
        (["temperature must be 1 for this model"], {"max_tokens": 200, "stream": True}),
        (["Use 'max_completion_tokens' in place of 'max_tokens'."], {"temperature": 0, "max_completion_tokens": 200}),
        (["max_tokens is no option here", "'temperature': unsupported"], {"stream": True}),
        (["max_tokens? Only max_completion_tokens.", "max_completion_tokens is unknown"], {"temperature": 0}),
        (["This model cannot stream."], {"temperature": 0, "max_tokens": 200}),
    ],
    ids=["temperature", "renamed", "both", "renamed and refused", "stream"],
)
@pytest.mark.parametrize("status", [400, 404, 406, 422])
def test_refused_parameter_is_left_out_and_not_sent_again(
    refusals: list[str], sent: dict[str, object], status: int
) -> None:
    with ScriptedEndpoint(Script(first=[Refusal(status, told) for told in refusals])) as server:
        endpoint = connect(server.address, "m")
        assert words(endpoint) == words(endpoint) == ["Scale brings instability [1]."]
    optional = {"temperature", "max_tokens", "max_completion_tokens", "stream"}
    assert len(server.asked) == len(refusals) + 2
    last, again = server.asked[-2:]
    assert sent.items() <= last.items()
    assert {name: last[name] for name in optional & last.keys()} == {
        name: again[name] for name in optional & again.keys()
    }


def test_field_of_an_error_names_the_parameter() -> None:
    body = {"detail": [{"loc": ["body", "temperature"], "msg": "Extra inputs are not permitted"}]}
    script = Script(status=422, body=json.dumps(body))
    with ScriptedEndpoint(script) as server, pytest.raises(Exception, match="Extra inputs"):
        words(connect(server.address, "m"))
    assert "temperature" not in server.asked[1]
    assert "max_tokens" in server.asked[1]


def test_error_about_a_parameter_inside_a_stream_is_understood() -> None:
    body = event({"error": {"message": "temperature: only the default is taken", "param": "temperature"}}).decode()
    with ScriptedEndpoint(Script(raw=body)) as server, pytest.raises(EndpointSilent, match="only the default"):
        words(connect(server.address, "m"))
    assert [request.get("temperature") for request in server.asked] == [0, None]


def test_refusal_that_stays_gives_nothing_up() -> None:
    script = Script(status=400, body='{"error": {"message": "temperature?"}}')
    with ScriptedEndpoint(script) as server:
        endpoint = connect(server.address, "m")
        with pytest.raises(Exception, match="temperature"):
            words(endpoint)
        script.status = 200
        assert words(endpoint)
    assert server.asked[-1]["temperature"] == 0


def test_short_reply_that_is_cut_loses_its_last_word() -> None:
    with ScriptedEndpoint(Script(pieces=["word "] * 50)) as server:
        endpoint = connect(server.address, "m")
        assert short_reply(endpoint, ASK, most_chars=20) == "word word word word word"
        assert short_reply(endpoint, ASK, most_chars=2000) == "word " * 50


def test_cut_answer_is_no_broken_one() -> None:
    with ScriptedEndpoint(Script(finish_reason="length")) as server, pytest.raises(EndpointCut):
        list(Endpoint(EndpointChoice(server.address, "m"), LIMITS).stream(ASK))
