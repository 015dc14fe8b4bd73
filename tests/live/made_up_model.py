"""Writes a tiny model for llama.cpp: a llama of random weights that says made-up words and never ends.

Run by the Python that has `gguf`: python made_up_model.py FILE. A few hundred kilobytes; the same bytes every time.
"""

import sys
from pathlib import Path

import numpy as np
from gguf import GGUFWriter, TokenType  # type: ignore[import-not-found]  # of the server's own environment

WIDTH, HEADS, LAYERS, INNER, TRAINED_TOKENS = 64, 4, 2, 128, 32768
WORDS = ["▁scale", "▁brings", "▁instability", "▁and", "▁more", "▁of", "▁it", "▁then"]
SPECIAL = ["<unk>", "<s>", "</s>"]
TEMPLATE = "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}assistant:"


def write(path: Path) -> None:
    """Write the model; every character that is no word of its own is read byte by byte."""
    tokens = [*SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256)), *WORDS]
    types = [TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL]
    types += [TokenType.BYTE] * 256 + [TokenType.NORMAL] * len(WORDS)
    writer = GGUFWriter(str(path), "llama")
    writer.add_name("made-up")
    writer.add_context_length(TRAINED_TOKENS)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * (3 + 256) + [-1.0] * len(WORDS))
    writer.add_token_types(types)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_chat_template(TEMPLATE)

    random = np.random.default_rng(7)

    def matrix(rows: int, columns: int) -> np.ndarray:
        return random.normal(0, 0.3, (rows, columns)).astype(np.float32)

    writer.add_tensor("token_embd.weight", matrix(len(tokens), WIDTH))
    output = np.zeros((len(tokens), WIDTH), dtype=np.float32)
    half = matrix(len(WORDS) // 2, WIDTH)
    output[-len(WORDS) :] = np.concatenate([half, -half])  # one of each pair wins over bytes and over the end, all zero
    writer.add_tensor("output.weight", output)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, dtype=np.float32))
    for layer in range(LAYERS):
        name = f"blk.{layer}"
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            writer.add_tensor(f"{name}.{part}.weight", matrix(WIDTH, WIDTH))
        for part in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"{name}.{part}.weight", np.ones(WIDTH, dtype=np.float32))
        writer.add_tensor(f"{name}.ffn_gate.weight", matrix(INNER, WIDTH))
        writer.add_tensor(f"{name}.ffn_up.weight", matrix(INNER, WIDTH))
        writer.add_tensor(f"{name}.ffn_down.weight", matrix(WIDTH, INNER))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
