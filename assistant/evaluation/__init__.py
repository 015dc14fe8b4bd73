"""How well records are found, measured: `talks eval`.

Comes in: labelled questions and an open generation, or public collections. Goes out: figures by kind of question, for
the product and for baselines in the same run.

    questions.py   labelled questions, read and checked
    metrics.py     recall, hits, reciprocal rank, nDCG; intervals; the ROC curve
    systems.py     the product and the baselines, each a function from question to ranked ids
    retrieval.py   every system over every question
    beir.py        public collections in BEIR form, through the product's own ingest and ranker
    report.py      figures → tables and JSON
    run.py         the whole of it, in a home of its own
"""
