"""The most plausible reading of a page as a whole.

Comes in: for each line what it would cost to read it as a title, a speaker, prose and so on, and what each step from
one part to the next costs. Goes out: one part for each line. What the costs are is the page reader's business.

A saved page marks nothing: a title with a comma looks like "Name, Affiliation", a name alone looks like a title. One
line cannot decide it, its neighbours can, so the whole page is decided at once.
"""

from collections.abc import Mapping, Sequence

Costs = Mapping[str, float]
Steps = Mapping[str, Costs]

START = "start"
END = "end"


def cheapest_parts(line_costs: Sequence[Costs], steps: Steps) -> list[str]:
    """Name the part that each line plays, so that the total cost is least.

    Args:
        line_costs: For each line, part → cost; a part that is missing is impossible for that line.
        steps: Part → next part → cost, with START before the first line and END after the last; a missing step is
            impossible. Every line must be reachable by some path.

    Returns:
        One part for each line; on equal cost the part named first in `line_costs` wins.

    Source:
        Viterbi, IEEE Transactions on Information Theory 13(2), 1967.
    """
    best: dict[str, float] = {START: 0.0}
    came_from: list[dict[str, str]] = []
    for costs in line_costs:
        reached: dict[str, float] = {}
        previous: dict[str, str] = {}
        for part, cost in costs.items():
            ways = {before: total + steps[before][part] for before, total in best.items() if part in steps[before]}
            if ways:
                previous[part] = min(ways, key=ways.__getitem__)
                reached[part] = ways[previous[part]] + cost
        came_from.append(previous)
        best = reached
    closing = {part: total + steps[part].get(END, 0.0) for part, total in best.items()}
    part = min(closing, key=closing.__getitem__)
    parts: list[str] = []
    for previous in reversed(came_from):
        parts.append(part)
        part = previous[part]
    return parts[::-1]
