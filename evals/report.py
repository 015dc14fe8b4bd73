"""Figures → tables for a terminal, and JSON.

Comes in: reports. Goes out: text and plain values.
"""

from dataclasses import asdict
from typing import Any

from evals.beir import BeirFigures
from evals.metrics import NAMES, as_row
from evals.retrieval import PRODUCT, RetrievalReport
from evals.run import Measured


def report_text(report: RetrievalReport, title: str) -> str:
    """Two tables: every system by kind, then every figure of the product with its interval."""
    kinds = list(report.counts)
    heads = [f"{kind} ({report.counts[kind]})" for kind in kinds]
    systems = [
        [name, *(f"{_two(of[kind].recall)} {_two(of[kind].hit)}" for kind in kinds), f"{one.median_ms:.1f}"]
        for name, one in report.systems.items()
        for of in [one.by_kind]
    ]
    own = report.systems[PRODUCT]
    figures = [
        [kind, *(f"{_two(value)} [{_two(low)}, {_two(high)}]" for value, (low, high) in zip(row, spans, strict=True))]
        for kind in kinds
        for row, spans in [(as_row(own.by_kind[kind]), own.intervals[kind])]
    ]
    return "\n\n".join(
        (
            f"{title}: recall@5 and hit@1\n" + _table(["", *heads, "ms"], systems),
            f"{PRODUCT}, with 95 % intervals\n" + _table(["", *NAMES], figures),
        )
    )


def conversation_text(measured: Measured) -> str:
    """Dialogues, refusals and catalogue questions, a line each."""
    rows = [
        [kind, f"{score.right} of {score.dialogues}", _two(score.share)] for kind, score in measured.dialogues.items()
    ]
    lists = measured.catalogue
    rows += [
        ["lists and counts, exact", f"{lists.exact} of {lists.questions}", _two(lists.share)],
        ["answerable, but refused", "", _two(measured.false_refusals)],
    ]
    return "whole turns without a model\n" + _table(["", "right", "share"], rows)


def conversation_json(measured: Measured) -> dict[str, Any]:
    """The same as plain JSON values."""
    dialogues = {kind: {"dialogues": one.dialogues, "right": one.right} for kind, one in measured.dialogues.items()}
    catalogue = {"questions": measured.catalogue.questions, "exact": measured.catalogue.exact}
    return {"dialogues": dialogues, "catalogue": catalogue, "false_refusals": measured.false_refusals}


def beir_text(collections: dict[str, BeirFigures]) -> str:
    """One row for each collection."""
    systems = list(next(iter(collections.values())).ndcg)
    rows = [
        [f"{name} ({one.documents}, {one.queries})", *(f"{one.ndcg[system]:.3f}".lstrip("0") for system in systems)]
        for name, one in collections.items()
    ]
    return "nDCG@10 on public collections (documents, queries)\n" + _table(["", *systems], rows)


def report_json(report: RetrievalReport) -> dict[str, Any]:
    """All figures as plain values, rounded to four places."""
    systems = {
        name: {
            "median_ms": round(one.median_ms, 2),
            **{
                kind: {
                    name: {"mean": round(value, 4), "interval": [round(low, 4), round(high, 4)]}
                    for name, value, (low, high) in zip(NAMES, as_row(row), one.intervals[kind], strict=True)
                }
                for kind, row in one.by_kind.items()
            },
        }
        for name, one in report.systems.items()
    }
    return {"questions": report.counts, "systems": systems}


def beir_json(collections: dict[str, BeirFigures]) -> dict[str, Any]:
    """All figures as plain values."""
    return {name: asdict(one) for name, one in collections.items()}


def _two(value: float) -> str:
    """Two decimals without the leading zero: ".93"."""
    return f"{value:.2f}".removeprefix("0")


def _table(heads: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [heads, *rows]
    )
