"""`python -m evals`, and `talks eval` in a clone: figures, printed as tables or JSON.

`python -m evals grounding` measures the check of each sentence; without a command, the quality of search and answers.
"""

import json
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from assistant.assembly import Assistant
from assistant.outlets import show
from assistant.settings import load_settings
from evals import grounding, moments
from evals import report as tables
from evals import turns as whole
from evals.run import run

# As the program reckons with English.
CHARS_PER_TOKEN = 3


class _QualityFirst(TyperGroup):
    """Words that begin with no command are for `quality`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """See click."""
        named = bool(args) and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if named else ["quality", *args])


app = typer.Typer(cls=_QualityFirst, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
app.command("grounding")(grounding.main)
app.command("moments")(moments.main)


@app.command("quality")
def evaluate(
    report: Annotated[
        bool, typer.Option("--report/--dev", help="The half for reporting, or the one for tuning.")
    ] = True,
    beir: Annotated[list[Path] | None, typer.Option("--beir", help="Folder of a collection in BEIR form.")] = None,
    corpus: Annotated[Path | None, typer.Option("--corpus", help="Folder or file that holds the pages.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure how well the labelled questions of evals/ find their talks, beside the usual ways."""
    settings = load_settings(corpus=corpus, home=None)
    half: Literal["dev", "report"] = "report" if report else "dev"
    measured = show.with_progress(lambda progress: run(settings, half, beir or [], progress))
    if as_json:
        _print(
            {
                **tables.report_json(measured.retrieval),
                **tables.conversation_json(measured),
                "collections": tables.beir_json(measured.collections),
            }
        )
        return
    _print(tables.report_text(measured.retrieval, f"{half} half"))
    _print("\n" + tables.conversation_text(measured))
    if measured.collections:
        _print("\n" + tables.beir_text(measured.collections))


@app.command()
def turns(
    questions: Annotated[Path, typer.Argument(help="JSONL as `evals/turns.py` reads it.")],
    corpus: Annotated[Path | None, typer.Option("--corpus", help="Folder or file that they are about.")] = None,
    prompts: Annotated[bool, typer.Option("--prompts", help="Also what would reach a model's prompt.")] = False,
) -> None:
    """Measure whole turns, without a model, on questions of every kind about any collection."""
    settings = load_settings(corpus=corpus, llm_base_url="")
    with tempfile.TemporaryDirectory(prefix="talks-eval-") as home:
        assistant = Assistant(settings.model_copy(update={"home": Path(home)}))
        show.with_progress(assistant.ingest)
        asked = whole.read(questions)
        measured: dict[str, object] = dict(whole.figures(whole.hold(assistant, asked)))
        if prompts:
            for tokens in (16_000, 4_096):
                room = (tokens - settings.llm_answer_tokens) * CHARS_PER_TOKEN
                held = whole.facts_in_prompts(assistant, asked, room_chars=room)
                measured[f"facts in the prompt at {tokens} tokens"] = held
    _print(measured)


def _print(value: object) -> None:
    typer.echo(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    app(prog_name="python -m evals")
