"""Faces for programs built on LlamaIndex."""
