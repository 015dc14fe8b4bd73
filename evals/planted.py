"""Sentences of talks → true sentences that say the same in other words, and false ones with one planted error.

Comes in: descriptions of talks, one text each. Goes out: `Planted` claims beside the passage that they were made from,
for learning and measuring the check of `assistant.answer.grounding`. Everything follows from the seed. A false claim is
made from a rewritten sentence, never from the sentence itself, so that being rewritten tells nothing; what a rewriting
or an error cannot be applied to is left out. No part of the product reads this.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import islice

from ingest.passages import Span, split_sentences

KINDS = (
    "foreign name",
    "swapped names",
    "number",
    "number of another fact",
    "unit",
    "polarity",
    "scope",
    "cause and effect",
    "comparative direction",
    "invented detail",
    "neighbour's fact",
)
_RARE = ("number of another fact", "unit", "number", "cause and effect", "foreign name", "comparative direction")
_FREQUENT = tuple(kind for kind in KINDS if kind not in _RARE)
_PASSAGE_CHARS = 1000
_FEWEST_WORDS, _MOST_WORDS = 7, 45

_VERBS = {  # third person → participle; what passives and clauses are found by
    line.split()[0]: line.split()[1]
    for line in """uses used;provides provided;offers offered;includes included;supports supported;covers covered
    presents presented;describes described;introduces introduced;requires required;combines combined;explores explored
    discusses discussed;implements implemented;handles handled;solves solved;improves improved;maintains maintained
    leads led;runs run;teaches taught;builds built;develops developed;creates created;shows shown;explains explained
    compares compared;reduces reduced;increases increased;replaces replaced;detects detected;generates generated
    analyzes analyzed;examines examined;demonstrates demonstrated;proposes proposed;organizes organized;needs needed
    writes written;powers powered;manages managed;drives driven;extends extended;wraps wrapped;stores stored
    processes processed;controls controlled;makes made;gives given;enables enabled;causes caused;affects affected
    simplifies simplified;speeds sped;helps helped;allows allowed;ensures ensured;defines defined;contains contained
    addresses addressed;evaluates evaluated;investigates investigated;outperforms outperformed;exceeds exceeded
    beats beaten;trains trained;predicts predicted;estimates estimated;measures measured;tests tested;studies studied
    applies applied;adopts adopted;shares shared;reveals revealed;produces produced;achieves achieved;learns learned
    sees seen;takes taken;becomes become;brings brought;keeps kept;turns turned;follows followed;works worked""".replace(  # noqa: E501
        "\n", ";"
    ).split(";")
}
_VERB = (
    r"(?:is|are|was|were|has|have|had|will|can|could|may|might|should|must|does|do|did|"
    + "|".join(sorted({*_VERBS, *(verb.removesuffix("s") for verb in _VERBS), *_VERBS.values()}, key=len, reverse=True))
    + r")"
)

_SYNONYMS = [
    pair.split("/")
    for pair in """use/make use of/employ;used/employed;uses/makes use of/employs;using/with the help of/by means of
    show/demonstrate/illustrate;shows/demonstrates/illustrates;discuss/talk about/go over;discusses/talks about
    explore/look into/examine;explores/looks into/examines;learn/find out;help/assist/aid;helps/assists/aids
    build/construct/create;building/constructing/creating;built/created;create/build;creating/building;make/produce
    fast/quick/speedy;faster/quicker;big/large;large/big;small/little;easy/simple;simple/easy;easier/simpler
    difficult/hard;hard/difficult;important/essential/key;many/numerous/a lot of;several/a number of;various/different
    begin/start;start/begin;starting/beginning;method/approach/technique;methods/approaches/techniques
    approach/method;approaches/methods;technique/method;techniques/methods;tool/utility;tools/utilities
    issue/problem;issues/problems;problem/issue;problems/issues;challenges/difficulties;challenge/difficulty
    developer/programmer;developers/programmers;programmers/developers;company/firm;companies/firms
    talk/presentation/session;presentation/talk;session/talk;tutorial/workshop;popular/widely used;well known/famous
    cover/deal with/treat;covers/deals with/treats;present/introduce;presents/introduces;introduce/present
    introduces/presents;describe/outline;describes/outlines;provide/offer/give;provides/offers/gives;offers/provides
    allow/let/permit;allows/lets/permits;enables/allows;enable/allow;require/need;requires/needs;need/require
    improve/make better/enhance;improves/enhances;improving/enhancing;reduce/lower/cut;reduces/lowers;increase/raise
    increases/raises;get/obtain;obtain/get;implement/realise;understand/grasp;understanding/grasping;goal/aim;goals/aims
    example/instance;examples/instances;main/chief/principal;common/frequent;often/frequently;usually/normally
    application/app;applications/apps;software/programs;world/globe
    give/provide;gives/provides;choose/pick/select;choosing/picking;share/pass on;job/position
    users/those who use it;team/group;quickly/fast;new/novel;complex/complicated;complicated/complex
    explain/clarify/make clear;explains/makes clear;analyze/analyse/study;analysis/examination;think/believe
    idea/notion/concept;ideas/concepts;concept/idea;concepts/ideas;feature/capability;features/capabilities
    fix/repair;modern/present-day;available/at hand;includes/contains;contains/includes;including/among them
    based on/built on;in order to/so as to/to;as well as/and also;such as/like;for example/for instance
    because/since;but/yet;however/nevertheless;while/whereas;also/as well
    released/published;published/released;founded/started;wrote/authored;author/writer;professor/faculty member
    received/obtained/earned;obtained/received;joined/became part of;worked at/was employed at;lives in/is based in
    is able to/can;are able to/can;able to/in a position to;a variety of/various;a lot of/much;deal with/handle
    handle/deal with;performance/efficiency;costs/expenses;student/learner;students/learners;beginner/novice
    beginners/novices;research/investigations;collect/gather;collecting/gathering;whole/entire;entire/whole
    look at/examine;dive into/go deep into;walk through/go step by step through;real world/practical;powerful/strong
    robust/sturdy;recent/latest;future/coming;open source/freely licensed;journey/path;discover/find
    write/author;writing/authoring;testing/checking;test/check;deploy/roll out;deploying/rolling out;clean/tidy
    propose/suggest/put forward;proposes/suggests/puts forward;achieve/reach/attain;achieves/reaches/attains
    results/findings;novel/new;task/assignment;tasks/assignments;training/teaching;estimate/assess;requires/calls for
    efficient/economical;effective/successful;investigate/study;investigates/studies;significant/considerable
    outperforms/does better than;surpasses/does better than;theory/theoretical account;framework/scheme""".replace(
        "\n", ";"
    ).split(";")
    for pair in [pair.strip()]
]
_SYNONYM: dict[str, list[str]] = {}
for _first, *_rest in _SYNONYMS:
    _SYNONYM.setdefault(_first, []).extend(_rest)
_SYNONYM_RE = re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, _SYNONYM), key=len, reverse=True)) + r")\b")

_SCOPE = {
    "some": ("all", "most"),
    "many": ("all", "most", "few"),
    "most": ("all",),
    "several": ("all", "most"),
    "various": ("all",),
    "few": ("most", "no"),
    "often": ("always", "never"),
    "usually": ("always",),
    "sometimes": ("always", "never"),
    "mostly": ("only", "entirely"),
    "primarily": ("only", "exclusively"),
    "mainly": ("only", "exclusively"),
    "frequently": ("always",),
    "typically": ("always",),
    "generally": ("always", "without exception"),
    "rarely": ("never", "often"),
    "can": ("always", "must"),
    "may": ("will", "will always"),
    "might": ("will", "will always"),
    "could": ("will",),
    "one of the": ("the only one of the", "the first of the"),
    "a few": ("all", "most"),
    "at least": ("exactly", "at most"),
    "up to": ("more than", "at least"),
    "almost": ("exactly",),
    "nearly": ("exactly", "more than"),
    "about": ("exactly",),
    "around": ("exactly",),
    "over": ("exactly", "less than"),
    "more than": ("exactly", "less than"),
    "part of": ("all of",),
    "parts of": ("all of",),
    "partly": ("entirely",),
    "likely": ("certain",),
    "seems to": ("is proven to",),
    "tends to": ("always",),
    "tend to": ("always",),
    "only": ("also",),
    "a new": ("the first", "the only"),
    "a simple": ("the simplest",),
    "an important": ("the most important", "the only"),
    "a popular": ("the most popular",),
    "a powerful": ("the most powerful",),
    "an open source": ("the only open source",),
}
_WEAKER = {  # entailed: the truth of the first carries the second
    "all": ("many", "the"),
    "every": ("many a", "each"),
    "always": ("often", "usually"),
    "most": ("many",),
    "many": ("some", "several", "quite a few"),
    "must": ("should",),
    "never": ("hardly ever",),
    "will": ("can", "is going to"),
    "the most popular": ("a popular",),
    "the most important": ("an important",),
    "exactly": ("",),
    "only": ("",),
    "entirely": ("",),
    "completely": ("",),
    "several": ("some", "a few", "multiple"),
    "often": ("frequently", "in many cases"),
    "usually": ("typically", "as a rule"),
    "some": ("a few", "certain"),
    "almost": ("nearly", "close to"),
}
_DIRECTION = [
    pair.split("/")
    for pair in """more/less;more/fewer;faster/slower;better/worse;best/worst;easier/harder;larger/smaller;higher/lower
    bigger/smaller;longer/shorter;cheaper/costlier;stronger/weaker;greater/smaller;increase/decrease;increases/decreases
    increased/decreased;increasing/decreasing;improve/worsen;improves/worsens;improved/worsened;improving/worsening
    reduce/increase;reduces/increases;reducing/increasing;reduced/increased;before/after;earlier/later;most/least
    faster/more slowly;simplify/complicate;simplifies/complicates;simpler/more complicated;safer/riskier;newer/older
    outperforms/falls behind;outperform/fall behind;exceeds/stays below;surpass/fall short of;accelerate/slow down
    accelerates/slows down;accelerating/slowing down;lower/raise;lowers/raises;grow/shrink;growing/shrinking
    gain/loss;above/below;first/last;fewer/more;high/low;fast/slow;large/small;big/small;easy/hard;simple/complex
    early/late;minimize/maximize;maximize/minimize;maximizes/minimizes;speeds up/slows down;speed up/slow down
    cheap/expensive;strong/weak;quickly/slowly;upper/lower;rise/fall;rising/falling;enhance/impair;enhances/impairs
    flatter/sharper;deeper/shallower;wider/narrower;closer/farther;youngest/oldest;superior/inferior""".replace(
        "\n", ";"
    ).split(";")
    for pair in [pair.strip()]
]
_OTHER_WAY: dict[str, list[str]] = {}
for _one, _other in _DIRECTION:
    _OTHER_WAY.setdefault(_one, []).append(_other)
    if _one not in ("more",):
        _OTHER_WAY.setdefault(_other, []).append(_one)
_CONTRARY = {
    "with": "without",
    "without": "with",
    "possible": "impossible",
    "impossible": "possible",
    "supports": "lacks",
    "support": "lack",
    "able": "unable",
    "succeed": "fail",
    "useful": "useless",
    "efficient": "inefficient",
    "always": "never",
    "never": "always",
    "stable": "unstable",
    "known": "unknown",
    "necessary": "unnecessary",
    "includes": "excludes",
    "include": "exclude",
    "allows": "prevents",
    "allow": "prevent",
    "enables": "prevents",
    "enable": "prevent",
    "open": "closed",
    "dynamic": "static",
    "static": "dynamic",
    "same": "different",
    "different": "identical",
    "everyone": "nobody",
    "agree": "disagree",
    "love": "hate",
    "correct": "wrong",
    "reliable": "unreliable",
    "lossless": "lossy",
    "safe": "unsafe",
    "public": "private",
    "free": "paid",
    "supervised": "unsupervised",
    "offline": "online",
    "convex": "nonconvex",
    "nonconvex": "convex",
    "linear": "nonlinear",
    "nonlinear": "linear",
    "accepted": "rejected",
    "remains": "no longer is",
    "works": "fails",
    "avoid": "cause",
    "prevents": "causes",
    "solves": "fails to solve",
}
_UNITS = [
    group.split()
    for group in """seconds minutes hours days weeks months years decades;second minute hour day week month year decade
    percent times dollars;million billion thousand;megabytes gigabytes terabytes;MB GB TB KB;meters kilometers miles feet
    watts kilowatts megawatts;dollars euros pounds;users countries companies;million billion trillion;nodes cores GPUs
    lines files packages;people teams organisations;students schools;downloads stars;parameters tokens layers
    milliseconds seconds minutes;ms s;countries cities;attendees speakers;projects companies;books articles""".replace(  # noqa: E501
        "\n", ";"
    ).split(";")
]
_WORD_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()
_FIRST_PERSON = re.compile(
    r"\b(I|I'm|I'll|I've|I'd|my|me|mine|myself|we|we'll|we're|we've|our|us|you|your|you'll)\b", re.I
)
_CAPITALISED = r"[A-Z][\w.+#&’'-]*[\w+#](?: (?:of |de |van |von )?[A-Z][\w.+#&-]*[\w+#])*"
_NAME = re.compile(rf"(?<=[a-z,;:)] ){_CAPITALISED}")
_NUMBER = re.compile(r"(?<![\w.-])\d[\d,]*(?:\.\d+)?(?![\w-])")
_MONTHS = "January February March April May June July August September October November December".split()


@dataclass(frozen=True, slots=True)
class Planted:
    """A claim beside the passage that it was made from.

    Attributes:
        talk: Which talk; learning and measuring are parted by it.
        kind: "" where the claim is true, else one of `KINDS`.
        wrong: Spans of the claim, in characters, that the error put there or moved; empty where it is all or nothing.
    """

    talk: str
    passage: str
    claim: str
    kind: str
    wrong: tuple[Span, ...] = ()

    @property
    def is_true(self) -> bool:
        """Whether the passage carries it."""
        return not self.kind


@dataclass(frozen=True, slots=True)
class Talk:
    """What claims are made from."""

    id: str
    title: str
    speakers: tuple[str, ...]
    text: str

    @property
    def passage(self) -> str:
        """Title, speakers and text, as the check reads a cited passage."""
        return "\n".join((self.title, *self.speakers, self.text))


def usable(sentence: str) -> bool:
    """Whether a sentence is one that a claim can be made from."""
    words = sentence.split()
    return (
        _FEWEST_WORDS <= len(words) <= _MOST_WORDS
        and sentence[0].isupper()
        and sentence[-1] in ".!"
        and not re.search(r"https?:|www\.|[*_#|<>{}@\\]|\?|“.*“", sentence)
        and sum(letter.isalpha() or letter == " " for letter in sentence) > 0.9 * len(sentence)
    )


def talk_from(given: dict[str, object]) -> Talk | None:
    """A talk of a PyVideo file, or None where it is too short or not English."""
    text = str(given.get("description") or "")
    if not str(given.get("language") or "").startswith("en") or len(text) < 250:
        return None
    text = re.sub(r"[ \t]+", " ", re.sub(r"(?<=[\w,;])\r?\n(?=[\w(])", " ", text)).strip()
    if len(text) > _PASSAGE_CHARS:
        text = text[:_PASSAGE_CHARS].rsplit(". ", 1)[0] + "."
    speakers = given.get("speakers")
    names = tuple(str(one) for one in speakers) if isinstance(speakers, list) else ()
    return Talk(str(given["_path"]), str(given.get("title") or ""), names, text)


def plant(talk: Talk, others: Sequence[Talk], rng: random.Random, *, most_sentences: int = 3) -> list[Planted]:
    """True and false claims about one talk.

    Args:
        talk: What they are made from.
        others: Where names and details come from that this talk does not hold.
        rng: Decides everything.
        most_sentences: How many sentences of the talk are used.
    """
    sentences = [talk.text[start:end] for start, end in split_sentences(talk.text)]
    good = [place for place, sentence in enumerate(sentences) if usable(sentence)]
    found: list[Planted] = []
    for place in rng.sample(good, min(most_sentences, len(good))):
        writer = _Writer(talk, sentences, place, others, rng)
        for _ in range(2):
            true = writer.rewritten()
            if true != sentences[place]:
                found.append(Planted(talk.id, talk.passage, true, ""))
        # Few sentences offer a place for a number, a unit or a cause; those come first.
        kinds = [*rng.sample(_RARE, len(_RARE)), *rng.sample(_FREQUENT, len(_FREQUENT))]
        made = (one for kind in kinds if (one := writer.falsified(kind)) is not None)
        found += islice(made, 4)
        if rng.random() < 0.25:  # the sentence is taken out of the passage: what the claim says is not there any more
            rest = talk.passage.replace(sentences[place], "")
            found.append(Planted(talk.id, rest, writer.rewritten(), "invented detail", ()))
    return found


def replant(claim: Planted, talk: Talk, others: Sequence[Talk], rng: random.Random, *, most: int = 3) -> list[Planted]:
    """A true claim that somebody wrote, with errors of up to so many kinds, and with other words for some of its."""
    sentences = [claim.claim, *(talk.text[start:end] for start, end in split_sentences(talk.text))]
    writer = _Writer(talk, sentences, 0, others, rng, is_written=True)
    kinds = [kind for kind in (*_RARE, *_FREQUENT) if kind != "invented detail"]
    made = (one for kind in rng.sample(kinds, len(kinds)) if (one := writer.falsified(kind)) is not None)
    found = [replace(one, passage=claim.passage) for one in islice(made, most)]
    other_words = writer.in_other_words()
    return [*found, replace(claim, claim=other_words)] if other_words != claim.claim else found


class _Writer:
    """Rewrites one sentence of a talk, or plants an error in it; one that is written already is not rewritten."""

    def __init__(
        self,
        talk: Talk,
        sentences: Sequence[str],
        place: int,
        others: Sequence[Talk],
        rng: random.Random,
        *,
        is_written: bool = False,
    ) -> None:
        self._is_written = is_written
        self._talk = talk
        self._sentences = sentences
        self._place = place
        self._others = others
        self._rng = rng
        name = rng.choice(talk.speakers) if talk.speakers else ""
        self._who = rng.choice(
            [w for w in ("The speaker", name, name.split(" ")[-1] if name else "", "He", "She") if w]
        )

    # -- true ---------------------------------------------------------------------------------------------------------

    def rewritten(self) -> str:
        """The sentence in other words; what it says stays true."""
        if self._is_written:
            return self._sentences[self._place]
        text = _third_person(self._sentences[self._place], self._who, self._rng)
        steps: list[tuple[float, Callable[[str], str]]] = [
            (0.12, self._merge),
            (0.5, self._compress),
            (0.25, self._split),
            (0.35, self._reorder),
            (0.3, self._passive),
            (0.75, self._synonyms),
            (0.5, self._synonyms),
            (0.3, self._weaker),
            (0.4, _numbers_spelled),
            (0.35, self._frame),
        ]
        for chance, step in steps:
            if self._rng.random() < chance:
                changed = step(text)
                if len(changed.split()) >= 4:
                    text = changed
        return _tidy(text)

    def _compress(self, text: str) -> str:
        cuts: list[Callable[[str], str]] = [
            lambda t: re.sub(r"\s*\([^)]*\)", "", t),
            lambda t: re.sub(r"^(?:However|In particular|For example|Finally|Also|In addition|Additionally|Then|So),? ", "", t),  # noqa: E501
            lambda t: re.sub(r", (?:which|including|such as|e\.g\.|where|while|so that|making|using)\b[^,;]*(?=[.,;]|$)", "", t, count=1),  # noqa: E501
            lambda t: re.sub(r"\b(?:very|really|just|simply|actually|quite|easily|highly|truly|\w{3,}ly)\b ?", "", t),
            lambda t: re.sub(r" (?:with|using|by|from|through|at|on|in|for|during|across) [^,;]{5,60}(?=\.$)", "", t),
            lambda t: re.sub(r"^(?:In|With|For|During|At|On) [^,]{3,40}, (?=\w)", "", t),
            lambda t: re.sub(r", [^,]+(?=,? and )", "", t, count=1),
            lambda t: re.sub(r"\b(?:new|great|powerful|amazing|interesting|novel|exciting|useful|popular|various)\b ", "", t),  # noqa: E501
        ]  # fmt: skip
        for cut in self._rng.sample(cuts, self._rng.choice((1, 2, 3))):
            shorter = cut(text)
            if len(shorter.split()) >= 5:
                text = shorter
        return text

    def _split(self, text: str) -> str:
        parts = [
            part
            for part in re.split(r"; |, and (?=(?:the|it|they|he|she|this|we|I)\b)|, but | – | — ", text)
            if len(part.split()) >= 5
        ]
        return self._rng.choice(parts) if parts else text

    def _merge(self, text: str) -> str:
        near = [
            n
            for n in (self._place - 1, self._place + 1)
            if 0 <= n < len(self._sentences) and usable(self._sentences[n])
        ]
        if not near or len(text.split()) > 25:
            return text
        n = self._rng.choice(near)
        other = _third_person(self._sentences[n], self._who, self._rng)
        first, second = (other, text) if n < self._place else (text, other)
        if len(second.split()) > 25:
            return text
        second = (
            second
            if re.match(r"(?:[A-Z]\w*[A-Z]|I\b)", second)
            or second.split()[0] in self._talk.passage.replace(second, "")
            and second[0].isupper()
            and second.split()[0] not in _STARTERS
            else second[0].lower() + second[1:]
        )
        return f"{first.rstrip('.!')}{self._rng.choice((', and ', '; ', ', while '))}{second}"

    def _reorder(self, text: str) -> str:
        if match := re.match(
            r"((?:In|With|By|For|When|If|After|Before|During|At|On|Using|Because|While|As|Although|Since|Without)\b[^,]{3,70}), ([^,].{12,}?)([.!])$",  # noqa: E501
            text,
        ):
            lead, rest, stop = match.groups()
            return f"{rest[0].upper()}{rest[1:]}{'' if lead.split()[0] in ('In', 'With', 'By', 'For', 'At', 'On', 'During') else ','} {lead[0].lower()}{lead[1:]}{stop}"  # noqa: E501
        if match := re.match(
            r"(.{20,}) ((?:in|with|by|for|when|if|after|before|during|at|because|while|without) [^,;]{6,60})([.!])$",
            text,
        ):
            rest, tail, stop = match.groups()
            return f"{tail[0].upper()}{tail[1:]}, {_lower_first(rest)}{stop}"
        if match := re.search(r"\b([\w -]{3,25}), ([\w -]{3,25}),? and ([\w-]+)", text):
            items = list(match.groups())
            first = items[0].split()
            moved = " ".join(first[:-1])
            items[0] = first[-1]
            self._rng.shuffle(items)
            return f"{text[: match.start()]}{moved}{' ' if moved else ''}{items[0]}, {items[1]} and {items[2]}{text[match.end() :]}"  # noqa: E501
        if match := re.search(r"\b([A-Za-z][\w-]{3,}) and ([A-Za-z][\w-]{3,})\b", text):
            return f"{text[: match.start()]}{match[2]} and {match[1]}{text[match.end() :]}"
        return text

    def _passive(self, text: str) -> str:
        match = re.match(
            rf"((?:[\w’'-]+ ){{0,4}}[\w’'-]+) ({'|'.join(_VERBS)}) ((?:(?!\b{_VERB}\b)[\w’' -]){{4,50}}?)( (?:that|which|to|for|in|with|by|from|on|and|when|as)\b.*|[.,;].*)$",  # noqa: E501
            text,
        )
        if (
            not match
            or match[1].lower() in ("it", "that", "which")
            or re.search(r"\b(?:to|that|which|and|who)$", match[1])
        ):
            return text
        subject, verb, thing, rest = match.groups()
        if re.match(r"(?:to|that|how|why|what|up|at|into|you|us)\b", thing):
            return text
        is_many = thing.split()[-1].endswith("s") and not thing.startswith(("a ", "an "))
        return f"{thing[0].upper()}{thing[1:]} {'are' if is_many else 'is'} {_VERBS[verb]} by {_lower_first(subject)}{rest}"  # noqa: E501

    def in_other_words(self) -> str:
        """The sentence with other words for some of its own."""
        return self._synonyms(self._sentences[self._place])

    def _synonyms(self, text: str) -> str:
        chance = self._rng.choice((0.3, 0.6, 1.0))
        return _SYNONYM_RE.sub(
            lambda m: self._rng.choice(_SYNONYM[m.group()]) if self._rng.random() < chance else m.group(), text
        )

    def _weaker(self, text: str) -> str:
        present = [word for word in _WEAKER if re.search(rf"\b{word}\b", text)]
        if not present:
            return text
        word = self._rng.choice(present)
        return re.sub(
            rf"\b{word}\b ?", lambda _: (weak + " ") if (weak := self._rng.choice(_WEAKER[word])) else "", text, count=1
        )

    def _frame(self, text: str) -> str:
        if (
            re.match(r"(?:The (?:talk|speaker|session|presentation|tutorial)|According|He|She|They|As )\b", text)
            or self._who.split()[0] == text.split()[0]
        ):
            return text
        who = self._who if self._who not in ("He", "She") else "the speaker"
        who = who if who != "The speaker" else "the speaker"
        capital = who[0].upper() + who[1:]
        frame = self._rng.choice(
            (
                f"According to {who}, ", f"{capital} explains that ", f"{capital} says that ", "The talk explains that ",  # noqa: E501
                f"{capital} points out that ", "In this talk, ", "The abstract says that ", f"{capital} argues that ",
                "The talk notes that ", f"{capital} mentions that ", "As the talk describes, ", f"For {who}, ",
            )
        )  # fmt: skip
        return frame + _lower_first(text)

    # -- false --------------------------------------------------------------------------------------------------------

    def falsified(self, kind: str) -> Planted | None:
        """The sentence in other words with one error of this kind; None where it offers no place for it."""
        text = self.rewritten()
        makers: dict[str, Callable[[str], str | None]] = {
            "foreign name": self._foreign_name,
            "swapped names": self._swapped_names,
            "number": self._number,
            "number of another fact": self._other_number,
            "unit": self._unit,
            "polarity": self._polarity,
            "scope": self._scope,
            "cause and effect": self._cause,
            "comparative direction": self._comparative,
            "invented detail": self._invented,
            "neighbour's fact": self._neighbour,
        }
        wrong = makers[kind](text)
        if wrong is None:
            return None
        wrong = _tidy(wrong)
        if wrong in (text, self._sentences[self._place]):
            return None
        return Planted(self._talk.id, self._talk.passage, wrong, kind, _changed(text, wrong))

    def _foreign_name(self, text: str) -> str | None:
        names = [match for match in _NAME.finditer(text) if match.group() not in _MONTHS]
        foreign = self._foreign_names()
        if not foreign:
            return None
        new = self._rng.choice(foreign)
        if names:
            old = self._rng.choice(names)
            return text[: old.start()] + new + text[old.end() :]
        if self._who not in ("He", "She", "The speaker") and self._who in text:
            other = self._rng.choice(self._others)
            return text.replace(self._who, self._rng.choice(other.speakers), 1) if other.speakers else None
        return None

    def _foreign_names(self) -> list[str]:
        other = self._rng.choice(self._others)
        return [
            m.group()
            for m in _NAME.finditer(other.text)
            if m.group() not in self._talk.passage and m.group() not in _MONTHS
        ]

    def _swapped_names(self, text: str) -> str | None:
        names = [m for m in re.finditer(_CAPITALISED, text) if m.group() not in _STARTERS and m.group() not in _MONTHS]
        pairs = [
            (a, b)
            for n, a in enumerate(names)
            for b in names[n + 1 :]
            if a.group() != b.group()
            and not re.fullmatch(
                r"\W*(?:and|or|as well as|,|/)?\W*(?:[\w ]+, )*(?:and )?\W*", text[a.end() : b.start()]
            )
        ]
        if pairs and self._rng.random() < 0.8:
            a, b = self._rng.choice(pairs)
            return text[: a.start()] + b.group() + text[a.end() : b.start()] + a.group() + text[b.end() :]
        if match := re.search(  # noqa: SIM102
            r"\b((?:the |a |an )?[\w-]+(?: [\w-]+)?) ((?:outperforms|beats|replaces|calls|controls|powers|uses|extends|depends on|is based on|is built on|is inspired by|runs on|converts|generates|inspired|taught|founded|wraps|instead of|rather than|into|relies on) )((?:the |a |an )?[\w-]+(?: [\w-]+)?)\b",  # noqa: E501
            text,
        ):
            if self._rng.random() < 0.5:
                return f"{text[: match.start()]}{match[3]} {match[2]}{match[1]}{text[match.end() :]}"
        here = {m.group() for m in names}
        elsewhere = [
            m.group()
            for m in _NAME.finditer(self._talk.passage)
            if m.group() not in here and m.group() not in _MONTHS and m.group() not in self._sentences[self._place]
        ]
        inside = [m for m in names if m.start() > 0]
        if elsewhere and inside:
            old, new = self._rng.choice(inside), self._rng.choice(elsewhere)
            return text[: old.start()] + new + text[old.end() :]
        return None

    def _number(self, text: str) -> str | None:
        found = list(re.finditer(rf"{_NUMBER.pattern}|\b(?:{'|'.join(_WORD_NUMBERS[2:])})\b", text))
        if not found:
            return None
        old = self._rng.choice(found)
        if old.group()[0].isdigit():
            value = float(old.group().replace(",", ""))
            other = (
                [value * 2, value * 10, value / 2, value + 1, value - 1, value + 5]
                if not 1900 < value < 2100
                else [value + 1, value - 2, value - 7]
            )
            number = self._rng.choice([one for one in other if one > 0])
            new = f"{number:,.0f}" if number >= 10000 else f"{number:g}"
        else:
            new = self._rng.choice([word for word in _WORD_NUMBERS[2:] if word != old.group()])
        return (
            None
            if re.search(rf"\b{re.escape(new)}\b", self._talk.passage)
            else text[: old.start()] + new + text[old.end() :]
        )

    def _other_number(self, text: str) -> str | None:
        here = list(_NUMBER.finditer(text))
        passage = [m.group() for m in _NUMBER.finditer(self._talk.text)]
        if len({m.group() for m in here}) > 1 and self._rng.random() < 0.5:
            a, b = sorted(self._rng.sample(here, 2), key=lambda m: m.start())
            return text[: a.start()] + b.group() + text[a.end() : b.start()] + a.group() + text[b.end() :]
        elsewhere = [one for one in passage if one not in {m.group() for m in here}]
        if here and elsewhere:
            old = self._rng.choice(here)
            like = [
                one
                for one in elsewhere
                if (1900 < float(one.replace(",", "")) < 2100) == (1900 < float(old.group().replace(",", "")) < 2100)
            ]
            return text[: old.start()] + self._rng.choice(like or elsewhere) + text[old.end() :]
        return None

    def _unit(self, text: str) -> str | None:
        places = [
            (m, group)
            for group in _UNITS
            for m in re.finditer(rf"\b(?:{'|'.join(group)})\b", text)
            if re.search(
                r"(?:\d|\b(?:" + "|".join(_WORD_NUMBERS) + r"|few|several|many|hundred|of))\s*[\w-]*\s*$",
                text[: m.start()],
            )
        ]
        if "%" in text and self._rng.random() < 0.7:
            return text.replace("%", self._rng.choice((" times", " per mille")), 1)
        if "$" in text and self._rng.random() < 0.7:
            return text.replace("$", "€", 1)
        if not places:
            return None
        old, group = self._rng.choice(places)
        return text[: old.start()] + self._rng.choice([one for one in group if one != old.group()]) + text[old.end() :]

    def _polarity(self, text: str) -> str | None:
        ways: list[str] = []
        for match in re.finditer(
            r"\b(is|are|was|were|can|will|could|should|must|has|have|does|do|did|would|may|might)\b(?! not|n't)", text
        ):
            ways.append(f"{text[: match.end()]} not{text[match.end() :]}")
        for match in re.finditer(rf" ({'|'.join(_VERBS)}) ", text):
            base = {"is": "be"}.get(
                match[1],
                re.sub(r"(?<=(?:ss|ch|sh|ix))es$|s$", "", match[1])
                .replace("studie", "study")
                .replace("simplifie", "simplify")
                .replace("applie", "apply"),
            )
            ways += [
                f"{text[: match.start()]} does not {base} {text[match.end() :]}",
                f"{text[: match.start()]} never {match[1]} {text[match.end() :]}",
                f"{text[: match.start()]} fails to {base} {text[match.end() :]}",
            ][self._rng.randrange(3) :][:1]
        for word, other in _CONTRARY.items():
            for match in re.finditer(rf"\b{word}\b", text):
                ways.append(text[: match.start()] + other + text[match.end() :])
        for match in re.finditer(r"\b(?:not|never|cannot|n't|no longer|hardly|without having to)\b ?", text):
            gone = "can " if match.group().startswith("cannot") else ""
            ways += [text[: match.start()] + gone + text[match.end() :]] * 4
        return self._rng.choice(ways) if ways else None

    def _scope(self, text: str) -> str | None:
        ways: list[str] = []
        for word, others in _SCOPE.items():
            for match in re.finditer(rf"\b{word}\b", text, re.I):
                if word in (
                    "over",
                    "about",
                    "around",
                    "more than",
                    "at least",
                    "up to",
                    "almost",
                    "nearly",
                ) and not re.match(r" \d| (?:a |one |two |three |ten |half|every|all)", text[match.end() :]):
                    continue
                ways += [text[: match.start()] + self._rng.choice(others) + text[match.end() :]] * 3
        for match in re.finditer(
            r"(?<=[a-z] )(?:the )?(?=[a-z]{4,}s (?:are|have|can|will|in|of|with|for|that|to|and|from)\b)", text
        ):
            ways.append(
                text[: match.start()] + self._rng.choice(("all ", "only ", "most ", "all ")) + text[match.end() :]
            )
        for match in re.finditer(r"(?<=[a-z] )a (?=[a-z]+ [a-z]+)", text):
            ways.append(
                text[: match.start()] + self._rng.choice(("every ", "the only ", "the first ")) + text[match.end() :]
            )
        if re.match(r"([A-Z][a-z]+s) (?=are|have|can|will|need|use)", text):
            ways.append(f"{self._rng.choice(('All', 'Most', 'Only'))} {_lower_first(text)}")
        for match in re.finditer(r"\b(is|are|will|can|does|has|have)\b ", text if not ways else ""):
            ways.append(
                text[: match.end()] + self._rng.choice(("always ", "only ", "without exception ")) + text[match.end() :]
            )
        return self._rng.choice(ways) if ways else None

    def _cause(self, text: str) -> str | None:
        body = text.rstrip(".!")
        ways: list[str] = []
        for link in (" because ", " so that ", ", so ", " since ", " in order to ", " therefore "):
            if link in body:
                first, second = body.split(link, 1)
                if len(first.split()) > 2 and len(second.split()) > 2:
                    ways += [f"{_upper_first(second)}{link}{_lower_first(first)}."] * 2
                    ways.append(body.replace(link, self._rng.choice((" although ", " even though ")), 1) + ".")
        for link, other in (
            (" because of ", " despite "),
            (" due to ", " despite "),
            (" thanks to ", " in spite of "),
            (" despite ", " because of "),
            (" although ", " because "),
            ("While ", "Because "),
            (" by using ", " by avoiding "),
            (" based on ", " independent of "),
            (" as a result of ", " in spite of "),
        ):
            if link in body:
                ways.append(body.replace(link, other, 1) + ".")
        if match := re.match(r"(If|When|Because|Since) ([^,]+), (.{8,})$", body):
            ways += [f"{match[1]} {_lower_first(match[3])}, {match[2]}."] * 2
        if match := re.match(
            r"(.{5,60}?) (leads? to|causes?|results? in|enables?|allows? for|improves?|affects?|drives?|depends? on|requires?|helps?|makes? possible|influences?|determines?|comes? from|relies on|rely on|stems? from) ([^,;]{4,70})$",  # noqa: E501
            body,
        ):
            ways += [f"{_upper_first(match[3])} {match[2]} {_lower_first(match[1])}."] * 3
        if match := re.match(
            r"(.{8,60}?) to (make|improve|build|help|create|get|solve|reduce|increase|avoid|find|support|provide|understand|train) (.{5,60})$",  # noqa: E501
            body,
        ):
            ways.append(f"{match[1]} because of {match[3]}, not to {match[2]} it.")
        return self._rng.choice(ways) if ways else None

    def _comparative(self, text: str) -> str | None:
        ways: list[str] = []
        for word, others in _OTHER_WAY.items():
            for match in re.finditer(rf"\b{word}\b(?! (?:than )?\d)", text):
                weight = (
                    3 if word.endswith("er") or word in ("more", "less", "better", "worse", "before", "after") else 1
                )
                ways += [text[: match.start()] + self._rng.choice(others) + text[match.end() :]] * weight
        if than := re.search(
            r"\b([\w-]+(?: [\w-]+)?) (is|are|was|were) ([\w ]*\w+er|more \w+|less \w+|better|worse) than ([\w-]+(?: [\w-]+)?)",  # noqa: E501
            text,
        ):
            ways += [f"{text[: than.start()]}{than[4]} {than[2]} {than[3]} than {than[1]}{text[than.end() :]}"] * 3
        return self._rng.choice(ways) if ways else None

    def _invented(self, text: str) -> str | None:
        other = self._rng.choice(self._others)
        sentences = [other.text[start:end] for start, end in split_sentences(other.text)]
        usable_ones = [one for one in sentences if usable(one)]
        body = text.rstrip(".!")
        ways: list[str] = []
        if usable_ones:
            foreign = self._rng.choice(usable_ones).rstrip(".!")
            foreign = _third_person(foreign, self._who, self._rng)
            if match := re.search(
                r" ((?:with|using|by|from|through|at|on|in|for|during|across|without|to) [^,;]{8,50})$", foreign
            ):
                ways += [f"{body} {match[1]}."] * 4
                if here := re.search(r" (?:with|using|by|from|through|at|on|in|for|during) [^,;]{8,50}$", body):
                    ways += [f"{body[: here.start()]} {match[1]}."] * 4
            if match := re.search(rf"\b({_VERB} [^,;]{{8,60}})", foreign):
                ways += [f"{body} and {match[1]}.", f"{body}, which {match[1]}."]
            if match := re.search(r"\b([a-z]{5,} [a-z]{5,}) and ([a-z]{5,})\b", foreign):
                ways += [f"{body} and {match[2]}.", f"{body}, especially for {match[1]}."]
            if match := re.search(r"\b([a-z]{6,}) (?=[a-z]{5,}\b)", foreign):  # noqa: SIM102
                if here := re.search(r"\b(?:the|of|for|and) (?=[a-z]{5,}\b)", body):
                    ways.append(f"{body[: here.end()]}{match[1]} {body[here.end() :]}.")
        if other.speakers:
            ways.append(f"{body}, together with {self._rng.choice(other.speakers)}.")
        foreign_names = self._foreign_names()
        if foreign_names:
            ways += [
                f"{body} {self._rng.choice(('at', 'with', 'for', 'using', 'as part of'))} {self._rng.choice(foreign_names)}."  # noqa: E501
            ]
        ways.append(
            f"{body} {self._rng.choice(('last summer', 'at no cost', 'in production', 'for several years', 'on mobile phones', 'in a single afternoon', 'for the first time in public', 'as a keynote', 'under a grant', 'in two languages', 'for hospitals', 'with live music', 'to a large audience', 'which won a prize', 'and plans a book about it'))}."  # noqa: E501
        )
        return self._rng.choice(ways)

    def _neighbour(self, text: str) -> str | None:
        place = [n for n, one in enumerate(self._sentences) if n != self._place and usable(one)]
        if not place:
            return None
        other = _third_person(self._sentences[self._rng.choice(place)], self._who, self._rng).rstrip(".!")
        body = text.rstrip(".!")
        ways: list[str] = []
        own, theirs = (
            re.match(rf"((?:The |A |An )?[\w’'() -]{{3,60}}?) ({_VERB} .{{8,}})$", one) for one in (body, other)
        )
        if (
            own
            and theirs
            and not {own[1].lower(), theirs[1].lower()} & {"it", "this", "he", "she", "they", "that"}
            and own[1].lower() != theirs[1].lower()
        ):
            ways += [f"{own[1]} {theirs[2]}.", f"{theirs[1]} {own[2]}."] * 2
        tail = r" (with|using|by|from|through|at|on|in|for|during|because|to) ([^,;]{8,60})$"
        a, b = re.search(tail, body), re.search(tail, other)
        if a and b and a[2] != b[2]:
            ways += [f"{body[: a.start()]} {a[1]} {b[2]}."] * 2
        return self._rng.choice(ways) if ways else None


def _changed(before: str, after: str) -> tuple[Span, ...]:
    """The words of the second text that stand otherwise in the first; where one is gone, its neighbours."""
    words = [match.span() for match in re.finditer(r"\S+", after)]
    old, new = ([word.strip(".,;").lower() for word in text.split()] for text in (before, after))
    changed: set[int] = set()
    for tag, _, _, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            changed |= set(range(first, last)) or {max(first - 1, 0), min(first, len(words) - 1)}
    return tuple(words[place] for place in sorted(changed))


_STARTERS = frozenset(
    """The This That These Those In On At For With By From When While If As After Before During Using Because Although
    Since Without It He She They We You I A An And But So Then There Here However Also Finally What How Why Who Which
    Many Some Most All Each Every No Not To Is Are Our My His Her Their Its One Two Three Learn Come Join See According
    Speaker Talk Abstract Description Python""".split()
)


def _lower_first(text: str) -> str:
    first = text.split(" ")[0] if text else ""
    return text[0].lower() + text[1:] if first in _STARTERS and first not in ("I", "Python") else text


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _tidy(text: str) -> str:
    text = (
        re.sub(r"\s+", " ", text)
        .replace(" ,", ",")
        .replace(" .", ".")
        .replace(",.", ".")
        .replace("..", ".")
        .strip(" ,;")
    )
    text = re.sub(r"\b([Aa]) (?=[aeio]\w)", r"\1n ", text)
    text = _upper_first(text)
    return text if text.endswith((".", "!")) else f"{text}."


def _numbers_spelled(text: str) -> str:
    text = re.sub(r"(?<![\w.,-])([2-9]|1[012])(?![\w.,%-])", lambda m: _WORD_NUMBERS[int(m[1])], text)
    return text if text != text else text


def _third_person(text: str, who: str, rng: random.Random) -> str:
    """From "I" and "we" to the one who speaks, from "you" to the audience; not always, as writers do."""
    if not _FIRST_PERSON.search(text):
        return text
    if rng.random() < 0.15 and not re.search(r"\b(?:I|my|me)\b", text):
        return text
    text = text.replace("’", "'")
    lead = rng.random()
    if lead < 0.6:
        text = re.sub(
            r"^(?:In|During|With|Throughout) this (?:talk|session|tutorial|presentation|workshop),? (?:I|we)(?:'ll| will| am going to|'m going to|'re going to)? ",  # noqa: E501
            rng.choice((f"{who} ", "The talk ", "The session ", "In the talk, I ")) + rng.choice(("will ", "")),
            text,
        )
    they = rng.choice(("they", "the speaker", "he", "she") if who != "He" else ("he", "the speaker"))
    audience = rng.choice(("listeners", "attendees", "people", "the audience", "one", "participants", "you"))
    group = rng.choice(("they", "the speakers", "the team", "the authors", who))
    their = rng.choice(("their", "the speaker's", "his", "her"))

    def subject(match: re.Match[str], name: str, singular: bool) -> str:
        verb = match[1] or ""
        name = name if match.start() else _upper_first(name)
        name = name if not match.start() or name.split()[0] not in ("The", "He", "She") else _lower_first(name)
        if not verb or not singular:
            return f"{name} {verb}".rstrip() + (" " if not verb else "")
        fixed = {"am": "is", "have": "has", "do": "does", "was": "was", "are": "is", "go": "goes", "were": "was"}.get(
            verb
        )
        if fixed is None:
            keep = verb in (
                "will",
                "can",
                "would",
                "could",
                "should",
                "must",
                "may",
                "might",
                "did",
                "had",
                "also",
                "then",
                "wrote",
                "gave",
                "made",
                "found",
                "built",
                "led",
                "went",
                "began",
                "became",
                "thought",
                "came",
                "saw",
                "hope",
            ) or verb.endswith(("ed", "ly"))
            fixed = (
                verb
                if keep
                else verb + ("es" if verb.endswith(("ch", "sh", "ss", "x")) else "s")
                if not verb.endswith("y")
                else verb[:-1] + "ies"
                if not verb.endswith(("ay", "ey", "oy"))
                else verb + "s"
            )
        return f"{name} {fixed}"

    for short, full in (
        ("I'm", "I am"),
        ("I'll", "I will"),
        ("I've", "I have"),
        ("I'd", "I would"),
        ("We'll", "We will"),
        ("we'll", "we will"),
        ("we're", "we are"),
        ("We're", "We are"),
        ("we've", "we have"),
        ("We've", "We have"),
        ("you'll", "you will"),
        ("You'll", "You will"),
        ("you're", "you are"),
        ("you've", "you have"),
    ):
        text = re.sub(rf"\b{short}\b", full, text)
    one = who if rng.random() < 0.6 else they
    text = re.sub(r"\bI ((?:[a-z]+)\b)?", lambda m: subject(m, one, one not in ("they",)), text)
    text = re.sub(
        r"\b[Ww]e ((?:[a-z]+)\b)?",
        lambda m: subject(m, group, group not in ("they", "the speakers", "the authors")),
        text,
    )
    text = re.sub(r"\b[Yy]ou ((?:[a-z]+)\b)?", lambda m: subject(m, audience, audience == "one"), text)
    text = re.sub(r"\b[Mm]y\b", their, text)
    text = re.sub(r"\b[Oo]ur\b", rng.choice((their, "the", "their")), text)
    text = re.sub(r"\b[Yy]our\b", rng.choice(("their", "one's", "your")), text)
    text = re.sub(r"\bme\b", rng.choice(("the speaker", "them")), text)
    text = re.sub(r"\bus\b", rng.choice(("them", "people", "the team")), text)
    return _upper_first(text)
