"""The page: a chat, and beside it the passages that its answers rest on; importing it imports Gradio (1 s)."""
