"""Scores of meaning, wording and gists → one score for each text, plain functions from scores to scores.

Comes in: arrays of scores. Goes out: the same, put together, leaning on their neighbours, or in order.
"""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

# Gists speak where the sources' wording is silent. They have this share in the score of a question none of whose
# wording is found; .8 and .9 measured alike. They are ours, so the source always keeps a say.
MOST_GIST_SHARE = 0.9
# … and none in that of a question of which the best passage holds this much wording (`KeywordIndex.scores`): a question
# with a name or a term in it reaches it, one in lay words stays at .1 to .3. From .45 to .6 it measured alike.
WORDING_FOUND = 0.5
# What a timed passage takes of the mean of the two beside it: a moment seldom fits into one. moment@1 .487 → .536 by
# keywords; over .3 harms.
NEIGHBOUR_SHARE = 0.15


def fuse(dense: Scores, keyword: Scores, *, keyword_weight: float) -> Scores:
    """Combine meaning and wording into one score for each text.

    Args:
        dense: Shape (n,), cosine similarity in [-1, 1].
        keyword: Shape (n,), each divided by the best score that the question could get, in [0, 1].
        keyword_weight: In [0, 1]; 0 is meaning alone.

    Returns:
        Shape (n,), higher is better.

    Source:
        Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 2023: the convex
        combination.
    """
    return np.asarray((1 - keyword_weight) * dense + keyword_weight * keyword, dtype=np.float32)


def gist_share(wording_found: float) -> float:
    """How much the gists decide, in [0, 1], when the best passage holds so much of the question's wording."""
    return MOST_GIST_SHARE * max(0.0, 1 - wording_found / WORDING_FOUND)


def spread_gists(gists: Scores, gist_rows: NDArray[np.intp], sources: Scores) -> Scores:
    """A gist's score for each record; one without a gist gets what a gist usually adds to a source.

    Args:
        gists: Shape (g,), scores of the gists.
        gist_rows: Shape (g,), the record's row of each.
        sources: Shape (r,), scores of the records' own texts.

    Returns:
        Shape (r,).
    """
    spread = np.asarray(sources + np.mean(gists - sources[gist_rows]), dtype=np.float32)
    spread[gist_rows] = gists
    return spread


def lean_on_neighbours(
    scores: Scores, is_timed: NDArray[np.bool_], first: NDArray[np.intp], last: NDArray[np.intp]
) -> Scores:
    """Scores in which each timed passage takes a share of the timed ones beside it in its record.

    Args:
        scores: Shape (n,).
        is_timed: Shape (n,).
        first: Shape (r,), of each record its first passage.
        last: Shape (r,), the place after its last one.
    """
    before, after = np.roll(scores, 1), np.roll(scores, -1)
    has_before, has_after = np.roll(is_timed, 1), np.roll(is_timed, -1)
    has_before[first] = has_after[last - 1] = False
    before, after = np.where(has_before, before, after), np.where(has_after, after, before)
    leaning = (1 - NEIGHBOUR_SHARE) * scores + NEIGHBOUR_SHARE / 2 * (before + after)
    return np.asarray(np.where(is_timed & (has_before | has_after), leaning, scores), dtype=np.float32)


def best_rows(scores: Scores, limit: int) -> list[int]:
    """Rows of the best finite scores, best first, at most `limit`; the earlier row of two that are equal."""
    rows = np.flatnonzero(np.isfinite(scores))
    if limit < len(rows):
        # A quarter of the time of sorting 21,715; what equals the last one comes along, so that ties stay in order.
        finite = scores[rows]
        rows = rows[finite >= np.partition(finite, -limit)[-limit]]
    order = rows[np.argsort(-scores[rows], kind="stable")][:limit]
    return [int(row) for row in order]
