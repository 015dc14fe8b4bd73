"""From a question to a cited answer: question → passages → answer → citations → page."""
