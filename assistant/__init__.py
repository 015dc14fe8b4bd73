"""From a question to a cited answer: question → passages → answer → citations → page."""

import ingest as ingest  # sets what NumPy reads when it is loaded
