"""Ways to store and compute the encoder → one table of faithfulness, size, speed and memory.

In: the weights, the chosen plan, token rows and their reference vectors. Out: a Markdown table on standard output.
Each variant runs in a process of its own, so that load time and memory are its own; speeds are the best of three rounds
in which all variants take turns, so that other work on the machine falls on all of them alike.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from encoder_graph import WIDTH, Plan, Weights, build
from numpy.typing import NDArray

ROUNDS = 3
BATCH = 4
LONG_TOKENS = 150


def _embed(run: Callable[..., list[NDArray[np.float32]]], rows: list[list[int]]) -> NDArray[np.float32]:
    vectors = np.empty((len(rows), WIDTH), dtype=np.float32)
    order = sorted(range(len(rows)), key=lambda n: len(rows[n]))
    for start in range(0, len(rows), BATCH):
        part = order[start : start + BATCH]
        ids = np.zeros((len(part), max(len(rows[n]) for n in part)), dtype=np.int64)
        mask = np.zeros_like(ids)
        for k, n in enumerate(part):
            ids[k, : len(rows[n])], mask[k, : len(rows[n])] = rows[n], 1
        vectors[part] = run(None, {"input_ids": ids, "attention_mask": mask})[0]
    return vectors


def _peak_mb() -> float:
    # Not getrusage: a new process inherits its parent's peak there. Linux only, as is this measurement.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _one(model: Path, rows_file: Path) -> dict[str, object]:
    """Load one model and embed every row; called in a fresh process."""
    import onnxruntime

    rows = json.loads(rows_file.read_text())
    before_mb = _peak_mb()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    start = time.perf_counter()
    session = onnxruntime.InferenceSession(str(model), options)
    load_s = time.perf_counter() - start
    np.save(model.with_suffix(".npy"), _embed(session.run, rows))
    peak_mb = _peak_mb() - before_mb
    long_rows = [row for row in rows if len(row) >= LONG_TOKENS]
    start = time.perf_counter()
    _embed(session.run, long_rows)
    per_s = len(long_rows) / (time.perf_counter() - start)
    question = [next(row for row in sorted(rows, key=len) if len(row) >= 16)]
    took = []
    for _ in range(50):
        start = time.perf_counter()
        _embed(session.run, question)
        took.append(time.perf_counter() - start)
    return {"per_s": per_s, "question_ms": 1000 * float(np.median(took)), "load_s": load_s, "peak_mb": peak_mb}


def _variants(weights: Weights, chosen: Plan, folder: Path) -> dict[str, Path]:
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    plain = folder / "fp32.onnx"
    onnx.save(build(weights, Plan())[0], plain)
    files = {"fp32": plain}
    plans = {
        "fp16 weights, fp32 compute": Plan(words="fp16", half=True),
        "the same, words int8": Plan(words="int8", half=True),
        "**chosen: qkv, out, up int8 with fixed ranges, down fp16, words int8**": chosen,
        "the same, weights to ±127": replace(chosen, levels=127),
        "the same, weights to ±63": replace(chosen, levels=63),
    }
    for number, (name, plan) in enumerate(plans.items()):
        files[name] = folder / f"plan{number}.onnx"
        onnx.save(build(weights, plan)[0], files[name])
    for reduce_range in (False, True):
        name = "dynamic int8 per channel" + (", 7 bits" if reduce_range else "") + ", words fp32"
        files[name] = folder / f"dynamic{reduce_range:d}.onnx"
        quantize_dynamic(
            plain,
            files[name],
            per_channel=True,
            reduce_range=reduce_range,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul"],
            # Shapes are not inferred through the operators of onnxruntime.
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    for block in (32, 128):
        name = f"8-bit weights in blocks of {block}, words fp32"
        files[name] = folder / f"blocks{block}.onnx"
        quantizer = MatMulNBitsQuantizer(
            onnx.load(plain), bits=8, block_size=block, is_symmetric=True, accuracy_level=4
        )
        quantizer.process()
        quantizer.model.save_model_to_file(str(files[name]))
    return files


def measure(weights: Weights, chosen: Plan, rows: list[list[int]], reference: NDArray[np.float32]) -> None:
    """Print the table.

    Args:
        weights: As published.
        chosen: The plan that the program ships.
        rows: Token ids; none of them were calibrated on.
        reference: Shape (n, 384), the published model's vectors of these rows in torch.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows_file = folder / "rows.json"
        rows_file.write_text(json.dumps(rows))
        files = _variants(weights, chosen, folder)
        seen: dict[str, list[dict[str, float]]] = {variant: [] for variant in files}
        for _ in range(ROUNDS):
            for variant, file in files.items():
                command = [sys.executable, __file__, str(file), str(rows_file)]
                seen[variant].append(json.loads(subprocess.run(command, check=True, stdout=-1).stdout))
        print("| variant | MB | cosine, mean | worst | passages/s | question, ms | load, s | memory, MB |")
        print("|---|---|---|---|---|---|---|---|")
        for variant, file in files.items():
            cosine = (np.load(file.with_suffix(".npy")) * reference).sum(axis=1)
            best = {key: min(row[key] for row in seen[variant]) for key in seen[variant][0]}
            fastest = max(row["per_s"] for row in seen[variant])
            print(
                f"| {variant} | {file.stat().st_size / 1e6:.1f} | {cosine.mean():.5f} | {cosine.min():.5f} "
                f"| {fastest:.0f} | {best['question_ms']:.1f} | {best['load_s']:.2f} | {best['peak_mb']:.0f} |"
            )


if __name__ == "__main__":
    print(json.dumps(_one(Path(sys.argv[1]), Path(sys.argv[2]))))
