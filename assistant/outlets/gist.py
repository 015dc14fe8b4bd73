"""`talks gist`: a model writes the gists that nobody has written, once for each talk and paper.

Comes in: an index, an endpoint. Goes out: lines in the home's gists file, each marked with the model's name and with
what it was written from; the next ingest puts them into the index. Each line is written as it comes, so that a run that
was stopped goes on where it was.
"""

from collections.abc import Sequence
from pathlib import Path

from assistant.llm import Endpoint
from assistant.outlets.conversations import append_line
from assistant.prompts import Prompts
from ingest.errors import EndpointError, EndpointUnreachable, IndexUnwritable
from ingest.gists import Gist, gist_line, read_gists
from ingest.passages import record_text
from ingest.pipeline import Progress
from ingest.records import Record

MOST_QUESTIONS = 3
# What a gist needs is said early; a whole transcript would only push the request over the model's context.
LONGEST_TEXT_CHARS = 4000
# A model that fails this often in a row has gone, or cannot do it.
FAILURES_IN_A_ROW = 3


def write_gists(
    records: Sequence[Record], files: Sequence[Path], endpoint: Endpoint, prompts: Prompts, progress: Progress
) -> int:
    """Write the gists that are missing.

    Args:
        files: Where gists are, as `ingest.gists.gist_files` names them; new ones are added to the last.

    Returns:
        How many were written; a record whose reply held no gist is left for the next run.

    Raises:
        EndpointError: The endpoint failed several times in a row; what it wrote before is kept.
        IndexUnwritable: The file cannot be written.
    """
    known, _ = read_gists(files, records)
    missing = [record for record in records if record.id not in known]
    written = failures = 0
    for number, record in enumerate(missing):
        progress("Writing gists", number, len(missing))
        try:
            text = record_text(record)[:LONGEST_TEXT_CHARS]
            prompt = prompts.fill("gist", kind=record.kind, title=record.title, text=text)
            reply = "".join(piece for piece in endpoint.stream(prompt) if isinstance(piece, str))
            gist = parse_gist(reply, endpoint.model())
        except EndpointUnreachable:
            raise
        except EndpointError:
            failures += 1
            if failures == FAILURES_IN_A_ROW:
                raise
            continue
        failures = 0
        if gist is not None:
            try:
                append_line(files[-1], gist_line(record, gist))
            except OSError as error:
                why = f"{files[-1]} cannot be written ({error.strerror}); free some space and go on."
                raise IndexUnwritable(why) from error
            written += 1
    progress("Writing gists", len(missing), len(missing))
    return written


def parse_gist(reply: str, model: str) -> Gist | None:
    """A model's reply as a gist, in whatever layout it came; None when there is no sentence in it."""
    lines = [line.strip().lstrip("-*•·0123456789.) ").strip('*_"“” ') for line in reply.split("\n")]
    questions = [line for line in lines if line.endswith("?")]
    # A line that ends with a colon announces what follows.
    sentences = [line for line in lines if line and not line.endswith(("?", ":"))]
    text = " ".join(sentences)
    return Gist(text, tuple(questions[:MOST_QUESTIONS]), model) if text else None
