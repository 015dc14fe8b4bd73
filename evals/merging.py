"""How many entries of a file or folder are one talk, and by what: `python -m evals.merging PATH`.

Comes in: anything that `talks ingest` reads. Goes out: on standard output, entries, records, what joined them, and what
kept entries of one title and the same speakers apart.
"""

import sys
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

from ingest.merge import merge, same
from ingest.pipeline import corpus_files, read_corpus
from ingest.records import Record
from ingest.schema import IDS, value_fields
from ingest.text import name_key


def main() -> None:
    """Print the counts of the corpus that is named."""
    records = read_corpus(corpus_files(Path(sys.argv[1])))[0].records
    merged = merge(records)
    print(f"{len(records)} entries, {len(merged.records)} records, {merged.merge_count} merged")
    by_id: dict[str, list[Record]] = defaultdict(list)
    by_title: dict[tuple[str, frozenset[str]], list[Record]] = defaultdict(list)
    for record in records:
        for one in IDS.all_of(record):
            by_id[one].append(record)
        if record.speakers:
            by_title[name_key(record.title), frozenset(speaker.name for speaker in record.speakers)].append(record)
    shared = [entries for entries in by_id.values() if len(entries) > 1]
    print(f"{len(shared)} outside ids stand in more than one entry; {len(merged.warnings)} warnings")
    alike = [entries for entries in by_title.values() if len(entries) > 1]
    print(f"{sum(map(len, alike))} entries share title and speakers with another")
    apart = Counter(
        ", ".join(field.key for field in value_fields() if field.tells_apart and same(field, *pair) is False)
        or "nothing"
        for entries in alike
        for pair in combinations(entries, 2)
    )
    for keys, count in apart.most_common():
        print(f"{count:6} pairs of these differ in {keys}")


if __name__ == "__main__":
    main()
