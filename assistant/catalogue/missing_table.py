"""Details that are asked of one talk, paper or person, as data: how they are asked for, and what tells them.

Comes in: nothing. Goes out: `DETAILS`, read by `missing`.
"""

from dataclasses import dataclass

from ingest.records import Kind

NEVER = r"(?!)"


@dataclass(frozen=True, slots=True)
class Detail:
    """Something that may be asked of a record.

    Attributes:
        topic: As a refusal names it.
        asked: Where whole words of a question match one of these, it is asked for.
        held: Where the record's text matches this, the record may tell it; "" is what was asked, word by word.
        kind: Of which kind of record it is asked; None is both.
        of_person: Whether the question must speak of somebody.
    """

    topic: str
    asked: tuple[str, ...]
    held: str = ""
    kind: Kind | None = None
    of_person: bool = False


_GIVEN = r"(?:given|held|hosted|recorded|filmed|delivered|presented|tak(?:e|es|en|ing) place|took place|happen\w*)"
_WHICH = r"wh(?:at|ich) (?:\w+ ){0,2}?"
_OF_EVENTS = (
    Detail(
        "where or when it was given",
        (
            rf"{_WHICH}(?:room|hall|hour|city|town|country|building|campus|venue|day|date|year|month|week)\b.*\b{_GIVEN}",
            rf"{_WHICH}(?:season|event|occasion|conference|place)\b.*\b{_GIVEN}",
            rf"where\b.*\b{_GIVEN}",
            rf"{_WHICH}(?:room|hall|building|auditorium|campus|venue|hotel) (?:was|is|did)",
        ),
        r"\b(?:room|hall|auditorium)\b",
        "talk",
    ),
    Detail(
        "what the audience asked or did",
        (
            r"audience|listeners|attende\w+|attendance|turnout|applau\w+|clap(?:s|ped)?|heckl\w+|q ?& ?a|q and a",
            r"questions? (?:from|after|at the end|were|was|did (?:people|they|the))",
            r"asked (?:afterwards?|after|at the end|him |her |them )",
            r"(?:first|last) question\b.*\basked|asked\b.*\b(?:first|last) question",
        ),
        r"\baudience|attende|listener|\bquestions? from",
    ),
    Detail(
        "who invited, introduced, moderated or organised it",
        (
            r"who\b.*\b(?:invit(?:e|es|ed)|introduced (?:him|her|them|the speaker)|moderat\w+|chair(?:s|ed))",
            r"who\b.*\b(?:host(?:s|ed)|organi[sz](?:e|es|ed|ing)|put (?:it |this |that )?together|arranged|curated)",
            r"organi[sz]ers?|moderators?|session chairs?",
        ),
        r"\binvit|moderat|\bhost|organi[sz]|chair",
        "talk",
    ),
    Detail(
        "fees, travel or the programme around it",
        (
            r"honorari\w+|registration|entrance fee|fees?|tickets?|admission|sold out|travel\w* (?:costs?|expenses)",
            r"(?:he|she|they|speakers?) (?:get |be |being )?paid",
            r"hotels?|accommodation|catering|lunch|dinner|buffet|dress code",
        ),
    ),
    Detail(
        "how long it lasts",
        (
            r"how long\b.*\b(?:recording|talk|video|lecture|session|tutorial|presentation|speech|last(?:s|ed)?)",
            r"how long (?:is|was) (?:it|this|that)|how long does (?:it|this|that) (?:go on|run)",
            r"how many (?:minutes|hours) (?:is|are|was|does|did|long|of)|(?:minutes|hours) long",
            r"(?:duration|running time|length) of (?:talk|lecture|tutorial|session|recording|video|it|this|that)",
        ),
        r"\b(?:minutes|hours?|duration)\b",
        "talk",
    ),
)
_OF_MEDIA = (
    Detail(
        "slides, transcripts or other files",
        (
            r"slides?|slide ?decks?|decks?|powerpoints?|hand-?outs?|lecture notes|poster|photos?",
            r"transcripts?|transcriptions?|subtitles?|captions?|podcasts?|audio (?:file|version|track)|mp[34]",
            r"file size|megabytes|(?:video )?resolution|livestream\w*",
        ),
    ),
    Detail(
        "how it was received",
        (
            r"citations?|times (?:\w+ )?cited|been cited|get cited|h-index|impact factor",
            r"referees?|reviewers?|peer[- ]review\w*|rejected|ratings?|rated|upvotes?|thumbs up",
            r"viewers|watched|clicks|critics|newspapers?|journalists?|went viral|best[- ]sell\w+",
        ),
    ),
    Detail(
        "where it was published",
        (
            r"wh(?:at|ich|ose) (?:\w+ ){0,2}(?:conference|journal|venue|proceedings|publisher|workshop|magazine)",
            r"(?:conference|journal|venue)\b.*\b(?:accepted|published|appear\w*)",
            r"where (?:was|is|were|has|did|had)\b.*\b(?:published|appear\w*|accepted|submitted|come out|came out)",
            r"doi|isbn|arxiv (?:id|number)",
        ),
        r"\b(?:conference|journal|proceedings|neurips|nips|icml|iclr|aaai|cvpr|iccv|acl|accepted)\b",
        "paper",
    ),
)
_OF_PAPERS = (
    Detail(
        "who wrote it",
        (
            r"who(?:m|se)?\b.*\b(?:wrote|writes?|written|authored|authors?|behind (?:it|this|that)|c[ao]me up with)",
            r"by whom|(?:first|last|lead|senior|corresponding|main|second|third) authors?",
            r"author names?|authors?(?:['’]s?)? (?:names?|affiliations?)|nam(?:e|es)\b.*\bauthors?",
            r"wh(?:at|ich) (?:university|institut\w+|lab|group|company|country)\b.*\b(?:authors?|behind|wrote|written)",
            r"wh(?:at|ich) (?:university|institut\w+|lab|group|company|country)\b.*\b(?:come|comes|came) from",
            r"where\b.*\b(?:authors?|they|researchers)\b.*\b(?:from|based|work\w*|sit|located|affiliated)",
        ),
        NEVER,
        "paper",
    ),
    Detail("its licence", (r"licen[cs]e[ds]?|copyright\w*|patent(?:ed|s)?|royalt\w+",)),
    Detail(
        "who paid for it",
        (
            r"fund(?:ed|ing|er|ers|s)|sponsor(?:s|ed|ing)?|financ(?:ed|ing|ially)|grant money|w\w+ grants?",
            r"who (?:\w+ )?(?:paid|pays|finances|financed|bankroll\w*)",
            r"where\b.*\bmoney|com(?:es?|ing) the money|money (?:com\w+|came)|which agenc(?:y|ies)",
        ),
        r"\b(?:fund|sponsor|grants?\b|financ|supported by)",
    ),
    Detail(
        "how much money that was",
        (
            r"(?:dollar|grant|funding|prize) (?:amounts?|sums?)|amounts? of (?:\w+ ){0,5}(?:grants?|awards?|prizes?)",
            r"how (?:much|large|big|high)\b.*\b(?:grants?|funding|prize money|stipends?)",
        ),
        r"[$€]|\b(?:dollars?|euros?|million)",
    ),
)
_OF_RUNS = (
    Detail(
        "on what hardware it ran",
        (
            r"gpus?|tpus?|cpus?|graphics cards?|a100s?|h100s?|accelerators?|server farm",
            r"wh(?:at|ich) (?:kind of |sort of )?(?:hardware|machines?|computers?|chips?)",
        ),
        r"\b(?:[gtc]pus?|a100s?|h100s?|accelerators?|chips?|machines?|cards?|\d+ ?gb)\b",
    ),
    Detail(
        "what it cost or consumed",
        (
            r"electricity|(?:energy|power|cloud) (?:bill|costs?)|kilowatt\w*|kwh|carbon|co2|emissions|price tag",
            r"how expensive|dollars?|euros?|how much (?:money|did (?:it|this|that|they|the \w+) (?:cost|spend|pay))",
        ),
        r"\b(?:energy|watts?|cost\w*|expens\w+|carbon|dollars?|budgets?)\b",
    ),
    Detail(
        "how long a run took",
        (
            r"how (?:long|many (?:hours|days|weeks|minutes|months))\b.*\b(?:train\w*|run|runs|running|experiments?)",
            r"how (?:long|many (?:hours|days|weeks|minutes|months))\b.*\b(?:take|took|taken|need\w*)",
            r"training time|in (?:hours|days|weeks)",
        ),
        r"\b(?:hours?|days?|weeks?|minutes?|months?|wall[- ]?clock|training time|seconds?)\b",
    ),
    Detail(
        "the settings of the training",
        (
            r"learning rates?|batch[- ]?sizes?|hyper-?parameters?|random seeds?|weight decay|dropout rate",
            r"warm-?up steps",
        ),
    ),
    Detail(
        "the programming language",
        (
            r"(?:programming|coding) languages?|written in (?:python|c\+\+|julia|rust|java)",
            r"pytorch|tensorflow|jax",
        ),
        r"\b(?:python|pytorch|tensorflow|jax|julia|rust|java|matlab|c\+\+)",
    ),
)
_OF_PEOPLE = (
    Detail(
        "books to read",
        (
            r"textbooks?|reading list|further reading",
            r"recommended reading|wh\w+ books? .*\brecommend\w*|(?:written|wrote|published) (?:a |any )?books?",
        ),
        "book|reading",
    ),
    Detail(
        "prizes",
        (r"prizes?|awards?|medals?|honou?rs|distinctions?",),
        r"\b(?:prizes?|award|medal|honou?r|fellow|recipient|distinguish|winn|won\b|place\b)",
    ),
    Detail(
        "who supervised the doctorate",
        (r"supervisors?|advis[eo]rs?|whom?\b.*\b(?:supervis|advis|mentor)ed",),
        r"advis|supervis|mentor|\bunder \w|student of",
        of_person=True,
    ),
    Detail(
        "where somebody studied",
        (
            r"ph\.? ?d|doctorates?|thesis|dissertation|alma mater|(?:his|her|first|university|academic) degree",
            r"bachelor\w*|master['’]s|diploma|undergrad\w*|graduate from|graduated",
            r"where did \w+(?: \w+)? study|where (?:was|were) .* educated",
        ),
        r"ph\.? ?d|doctor|thesis|dissertation|degree|bachelor|master|b\.?sc|m\.?sc|graduat|stud(?:y|ied)|alma|educat",
        of_person=True,
    ),
    Detail(
        "how large somebody's group is",
        (r"how (?:many|big|large)\b.*\b(?:students|postdocs|lab|group|assistants|employees)",),
        r"\b\d+ (?:\w+ )?(?:students|postdocs|members|people)",
        "talk",
        of_person=True,
    ),
    Detail(
        "anybody's private life",
        (
            r"married|marry|marriage|wife|husband|spouse|divorced|children|kids|sons?|daughters?|(?:his|her) family",
            r"siblings?|brothers?|sisters?|parents|birthday|birthplace|date of birth|how old|how tall|w\w+ .* born",
            r"hobb(?:y|ies)|(?:left|right)[- ]handed|religio\w+|nationality|citizenship|passport|vegetarian|vegan",
            r"salary|earns?|wages?|income|net worth|pets?|hometown|gr[eo]w up|childhood",
            r"(?:spare|free) time|a (?:dog|cat)",
            r"mother tongue|native (?:language|speaker)|star sign|shoe size|political party|home address",
            r"phone|telephone|e-?mail\w*|twitter|linkedin|retire[ds]?|retirement",
            r"favou?rite (?:food|music|band|film|movie|colou?r|sport|book|dish|team)",
        ),
        of_person=True,
    ),
)
DETAILS = (*_OF_EVENTS, *_OF_MEDIA, *_OF_PAPERS, *_OF_RUNS, *_OF_PEOPLE)
