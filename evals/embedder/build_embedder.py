"""The published weights of all-MiniLM-L6-v2 → the files that the program ships, and the proof that they are faithful.

In: the folder of the published model (see `ingest/models/README.md`) and a folder of texts to calibrate on. Out:
`ingest/models/all-MiniLM-L6-v2`; with `--reference`, the vectors the tests compare with; with `--measure`, the table in
that README.
Never imported by the program; its libraries are in requirements-build.txt.
"""

import argparse
import hashlib
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from encoder_graph import MAX_TOKENS, WIDTH, Plan, Product, Weights, build, product_weights
from measure_embedder import measure
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

CLONE = Path(__file__).parent.parent.parent
TARGET = CLONE / "ingest" / "models" / "all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# How much of an input's spread goes to the weights (SmoothQuant's alpha). Mean cosine with that product alone in int8
# and a range for each text: "qkv" .9990 without, .9998 at .75 to .9; "up" .9982 without, .9997 at .6 to .75; "out"
# .9999 either way. "down" reaches .9986 at best, and stays in float.
SMOOTHING = {"qkv": 0.8, "out": 0.0, "up": 0.7}
# A margin for texts unlike those calibrated on, beyond which values are clipped; it costs .0001 of mean cosine here.
HEADROOM = 1.1
# x86 processors without VNNI add two products of uint8 and int8 in 16 bits: 2 × 170 × 96 fits, 2 × 170 × 127 does not.
WEIGHT_LEVELS = 96

REFERENCE_TEXTS = [
    "Hessian",
    "How do I make training faster when memory is short?",
    "Ways to speed up learning on a GPU with little memory",
    "A cheese soufflé collapses when the oven door is opened too early.",
    "naïve café — “quotes”, emoji 🦜 and 中文 in one line",
    "def fuse(dense, keyword, *, keyword_weight): return keyword_weight * keyword + (1 - keyword_weight) * dense",
    "Second-order methods precondition the gradient with curvature; we show how a Kronecker-factored approximation "
    "of the Hessian scales to networks with a billion parameters.",
    "The speaker is a professor at a university on the other side of the ocean and has won several "
    "prizes for her teaching.",
    "?",
    "1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
    "WHY DOES MY LOSS BECOME NAN AFTER THE FIRST EPOCH?!",
    " ".join(["Large language models are trained on text and asked about everything."] * 60),
]


def tokenizer_of(source: Path) -> Tokenizer:
    """The published tokenizer, cut at 256 tokens and unpadded; batches are padded by the embedder."""
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return tokenizer


def passages_of(folder: Path) -> list[str]:
    """Lines of 20 to 1,000 characters from every text file, longer ones cut at a space, none twice."""
    passages: list[str] = []
    for file in sorted(folder.glob("*.txt")):
        for line in file.read_text(encoding="utf-8").splitlines():
            rest = line.strip()
            while len(rest) >= 20:
                cut = len(rest) if len(rest) <= 1000 else max(rest.rfind(" ", 0, 1000), 1)
                passages.append(rest[:cut])
                rest = rest[cut:].strip()
    return list(dict.fromkeys(passages))


def calibrated_plan(weights: Weights, rows: list[list[int]]) -> Plan:
    """Find smoothing and ranges of every product that is computed in int8.

    Source:
        Xiao et al., "SmoothQuant", ICML 2023, equation 4; scaled to a median of 1.
    """
    model, entering = build(weights, Plan())
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in dict.fromkeys(entering.values()))
    session = onnxruntime.InferenceSession(model.SerializeToString())
    peaks: dict[Product, NDArray[np.float32]] = {}
    for row in rows:
        ids = np.array([row])
        seen = session.run(list(entering.values()), {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        for key, value in zip(entering, seen, strict=True):
            peaks[key] = np.maximum(peaks.get(key, np.float32(0)), np.abs(value).max(axis=(0, 1)))
    smooth, peak = {}, {}
    for key, value in peaks.items():
        if key[1] not in SMOOTHING:
            continue
        alpha = SMOOTHING[key[1]]
        factor = value**alpha / np.abs(product_weights(weights, key)).max(axis=1) ** (1 - alpha)
        smooth[key] = (factor / np.median(factor)).astype(np.float32) if alpha else np.ones_like(value)
        peak[key] = float((value / smooth[key]).max() * HEADROOM)
    return Plan(words="int8", half=True, smooth=smooth, peak=peak, levels=WEIGHT_LEVELS)


def reference_vectors(source: Path, rows: list[list[int]]) -> NDArray[np.float32]:
    """The published model in torch, fp32, one text at a time: shape (n, 384), unit rows."""
    import torch
    from transformers import AutoModel

    encoder = AutoModel.from_pretrained(source).eval()
    vectors = np.empty((len(rows), WIDTH), dtype=np.float32)
    with torch.inference_mode():
        for n, row in enumerate(rows):
            ids = torch.tensor([row])
            tokens = encoder(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
            vectors[n] = torch.nn.functional.normalize(tokens.mean(dim=1), dim=1)[0].numpy()
    return vectors


def write_files(model: onnx.ModelProto, tokenizer: Tokenizer) -> None:
    """Write model, tokenizer, licence and their digests."""
    TARGET.mkdir(exist_ok=True)
    onnx.checker.check_model(model)
    onnx.save(model, TARGET / "model.onnx")
    tokenizer.save(str(TARGET / "tokenizer.json"), pretty=False)
    shutil.copyfile(CLONE / "LICENSE", TARGET / "LICENSE")
    names = ("LICENSE", "model.onnx", "tokenizer.json")
    lines = [f"{hashlib.sha256((TARGET / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (TARGET / "SHA256SUMS").write_text("".join(lines), encoding="ascii")


def main() -> None:
    """Read the arguments and do what they ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="folder with model.safetensors, config.json, tokenizer.json")
    parser.add_argument("texts", type=Path, help="folder with *.txt to calibrate on and to measure with")
    parser.add_argument("--reference", type=Path, metavar="FILE", help="write the reference vectors for the tests")
    parser.add_argument("--measure", action="store_true", help="print the table; write nothing else")
    options = parser.parse_args()
    weights_file = options.source / "model.safetensors"
    if hashlib.sha256(weights_file.read_bytes()).hexdigest() != WEIGHTS_SHA256:
        sys.exit(f"{weights_file}: not the published weights (sha256 differs); use the package named in README.md")
    weights, tokenizer = load_file(weights_file), tokenizer_of(options.source)
    passages = passages_of(options.texts)
    rows = [encoding.ids for encoding in tokenizer.encode_batch(passages)]
    if options.reference:
        encodings = tokenizer.encode_batch(REFERENCE_TEXTS)
        vectors = reference_vectors(options.source, [encoding.ids for encoding in encodings])
        pairs = [
            {"text": text, "vector": [round(float(x), 5) for x in vector]}
            for text, vector in zip(REFERENCE_TEXTS, vectors, strict=True)
        ]
        lines = ",\n".join(json.dumps(pair, ensure_ascii=False) for pair in pairs)
        options.reference.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
        return
    # Calibrated on one half of the texts, measured on the other.
    plan = calibrated_plan(weights, rows[::2])
    if options.measure:
        measure(weights, plan, rows[1::2], reference_vectors(options.source, rows[1::2]))
    else:
        write_files(build(weights, plan)[0], tokenizer)


if __name__ == "__main__":
    main()
