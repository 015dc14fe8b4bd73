"""`python -m evals`, and `talks eval` in a clone: figures, printed as tables or JSON."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from assistant.assembly import Assistant, make_embedder
from assistant.outlets import show
from assistant.settings import load_settings
from evals import report as tables
from evals import support as pairs
from evals.run import run

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def evaluate(
    report: Annotated[
        bool, typer.Option("--report/--dev", help="The half for reporting, or the one for tuning.")
    ] = True,
    beir: Annotated[list[Path] | None, typer.Option("--beir", help="Folder of a collection in BEIR form.")] = None,
    corpus: Annotated[Path | None, typer.Option("--corpus", help="Folder or file that holds the pages.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Also ask it for search words: auto or a name.")] = None,
    support: Annotated[
        Path | None, typer.Option("--support", help="Measure the support check on these labelled pairs instead.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure how well the labelled questions of evals/ find their talks, beside the usual ways."""
    settings = load_settings(corpus=corpus, home=None)
    if support is not None:
        checked = pairs.evaluate(pairs.read_pairs(support), make_embedder(settings))
        _print(pairs.support_json(checked) if as_json else pairs.support_text(checked))
        return
    half: Literal["dev", "report"] = "report" if report else "dev"
    endpoint = Assistant(settings).endpoint(model) if model else None
    measured = show.with_progress(lambda progress: run(settings, half, beir or [], progress, endpoint))
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


def _print(value: object) -> None:
    typer.echo(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    app(prog_name="python -m evals")
