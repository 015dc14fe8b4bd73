"""One reader for each format; a file is recognised by what it holds, never by its ending alone.

Comes in: a file (`registry.read_file`). Goes out: a `grouping.Part`: what it gives towards the records; which files
make one recording is found by `grouping`.
"""
