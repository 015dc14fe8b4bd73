"""Every error a user can meet, in one tree.

    TalksError
    ├── SettingsError            a setting has a value that cannot be used
    ├── CorpusMissing            no such file or folder
    ├── CorpusEmpty              nothing in it is a talk or a paper
    ├── PageUnreadable           one file: no permission, binary, unknown kind, a bad line
    ├── IndexUnusable            the index cannot be used
    │   ├── IndexMissing         nothing has been ingested into this home yet
    │   ├── IndexBusy            another ingest holds the lock
    │   ├── IndexUnwritable      the disk is full or the home cannot be written
    │   ├── IndexDamaged         a snapshot is there but is not what was written
    │   └── EmbedderChanged      the index was made with another embedder
    ├── IngestCancelled          whoever watched an ingest has ended it
    ├── EmbedderError            texts cannot be turned into vectors
    ├── PromptError              a template in prompts/ lacks or invents a variable
    ├── RecordMissing            no talk or paper has this id
    ├── QuestionTooLong          a question is longer than is read
    └── EndpointError            the model endpoint did not give an answer
        ├── EndpointUnreachable  nothing listens there, or not in time
        ├── EndpointRejected     it answered with an error of its own
        │   └── EndpointOverflow the question with its sources is too long for the model
        ├── EndpointSilent       it answered with nothing, or broke off
        └── EndpointCut          the answer reached its greatest length

Each message is one sentence or two for the person at the screen: what failed, where, and what to do next.
"""

from ingest.text import one_line


class TalksError(Exception):
    """Base of all errors that are shown to users; its text is the message."""


class SettingsError(TalksError):
    """A setting has a value that cannot be used."""


class CorpusMissing(TalksError):
    """The file or folder named as the corpus does not exist."""


class CorpusEmpty(TalksError):
    """No file of the corpus holds a talk or a paper."""


class PageUnreadable(TalksError):
    """One file cannot be read; the others can.

    Attributes:
        file: The file as the user knows it.
        line: The 1-based line, or None when the whole file is meant.
    """

    def __init__(self, file: str, line: int | None, message: str) -> None:
        place = file if line is None else f"{file}, line {line}"
        super().__init__(f"{place}: {one_line(message)}")
        self.file = file
        self.line = line


class IndexUnusable(TalksError):
    """The index cannot be used."""


class IndexMissing(IndexUnusable):
    """Nothing has been ingested into this home yet."""


class IndexBusy(IndexUnusable):
    """Another ingest holds the lock."""


class IngestCancelled(TalksError):
    """Whoever watched an ingest has ended it."""


class IndexUnwritable(IndexUnusable):
    """The disk is full or the home folder cannot be written."""


class IndexDamaged(IndexUnusable):
    """A snapshot is there but is not what was written."""


class EmbedderChanged(IndexUnusable):
    """The index was made with another embedder than the one that is set."""


class EmbedderError(TalksError):
    """Texts cannot be turned into vectors."""


class PromptError(TalksError):
    """A prompt template lacks a variable or asks for one that does not exist."""


class RecordMissing(TalksError):
    """No talk or paper has the id that was asked for."""


class QuestionTooLong(TalksError):
    """A question has more characters than are read."""


class EndpointError(TalksError):
    """The model endpoint did not give an answer."""


class EndpointUnreachable(EndpointError):
    """Nothing listens at the address, or it did not answer in time."""


class EndpointRejected(EndpointError):
    """The endpoint answered with an error of its own."""


class EndpointSilent(EndpointError):
    """The endpoint answered with nothing, or broke off in the middle."""


class EndpointOverflow(EndpointRejected):
    """The question with its sources is longer than the model can read.

    Attributes:
        context_tokens: What it reads and writes together, or None when the server did not say.
    """

    def __init__(self, message: str, context_tokens: int | None) -> None:
        super().__init__(message)
        self.context_tokens = context_tokens


class EndpointCut(EndpointError):
    """The answer reached its greatest length; what came is good and goes no further."""
