"""The encoder all-MiniLM-L6-v2 → an ONNX graph that goes from token ids to unit vectors.

In: the weights as published, and a plan: how each is stored and computed. Out: an ONNX model with the inputs
`input_ids` and `attention_mask`, both (batch, tokens) int64, and the output `embedding`, (batch, 384) float32, each row
the mean over the tokens, scaled to length 1. Which plan is the right one is left to `build_embedder.py`.

The graph is written by hand, as BERT is short, so that each matrix product can be stored in its own way. Operators of
the domain com.microsoft are onnxruntime's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

LAYERS, WIDTH, HEADS, HEAD_WIDTH = 6, 384, 12, 32
# The model was trained on and is published for 256 tokens; it has positions for 512.
MAX_TOKENS = 256
MICROSOFT = "com.microsoft"
# Added to a score in attention where there is no token: its share becomes 0 after softmax.
MASKED = np.float32(-1e4)

Weights = Mapping[str, NDArray[np.float32]]
# One matrix product of the encoder: its layer, and "qkv", "out", "up" or "down".
Product = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """How weights are stored and products computed.

    Attributes:
        words: How the 30,522 word vectors are stored: "fp32", "fp16", or "int8" with one scale a word.
        half: Store the float weights of products as fp16 and widen them when the model loads.
        smooth: For each product computed in int8, shape (inputs,): divides its input and multiplies its weights.
        peak: The largest absolute value of that divided input, for each product computed in int8.
        levels: The largest absolute value of an int8 weight.
    """

    words: str = "fp32"
    half: bool = False
    smooth: Mapping[Product, NDArray[np.float32]] = field(default_factory=dict)
    peak: Mapping[Product, float] = field(default_factory=dict)
    levels: int = 127


class _Writer:
    """Collects nodes and constants; every method returns the name of a tensor."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: object) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def ops(self, kind: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any) -> list[str]:
        number = len(self.nodes)
        names = [f"{kind}_{number}_{k}" for k in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=f"n{number}", domain=domain, **attributes))
        return names

    def op(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        return self.ops(kind, *inputs, domain=domain, **attributes)[0]


def product_weights(weights: Weights, product: Product) -> NDArray[np.float32]:
    """The matrix of a product, shape (inputs, outputs); query, key and value are one matrix side by side."""
    layer, name = product
    parts = {
        "qkv": [f"attention.self.{part}" for part in ("query", "key", "value")],
        "out": ["attention.output.dense"],
        "up": ["intermediate.dense"],
        "down": ["output.dense"],
    }[name]
    matrix = np.concatenate([weights[f"encoder.layer.{layer}.{part}.weight"] for part in parts]).T.copy()
    if name == "qkv":  # the division of scores by the root of the head's width, done once, here
        matrix[:, :WIDTH] *= np.float32(HEAD_WIDTH**-0.5)
    return matrix


def build(weights: Weights, plan: Plan) -> tuple[onnx.ModelProto, dict[Product, str]]:
    """Write the graph.

    Args:
        weights: As published, by their names.
        plan: How to store and compute them; `Plan()` is the model as published, in fp32.

    Returns:
        The model, and the tensor that enters each matrix product, for calibration.
    """
    g = _Writer()
    entering: dict[Product, str] = {}

    def product(key: Product, x: str) -> str:
        entering[key] = x
        matrix = product_weights(weights, key)
        if key not in plan.peak:
            if not plan.half:
                return g.op("MatMul", x, g.constant(matrix))
            # onnxruntime folds this Cast of a constant when it loads: no cost afterwards.
            return g.op("MatMul", x, g.op("Cast", g.constant(matrix.astype(np.float16)), to=TensorProto.FLOAT))
        matrix = matrix * plan.smooth[key][:, None]
        scales = (np.abs(matrix).max(axis=0) / plan.levels).astype(np.float32)
        stored = g.constant(np.round(matrix / scales).astype(np.int8))
        x = g.op("Mul", x, g.constant(1 / plan.smooth[key]))
        # The range is fixed, not taken from the batch: a vector must not depend on what it was embedded with.
        step, zero = g.constant(np.float32(plan.peak[key] / 127)), g.constant(np.uint8(128))
        x = g.op("QuantizeLinear", x, step, zero)
        return g.op("MatMulIntegerToFloat", x, stored, step, g.constant(scales), zero, domain=MICROSOFT)

    def words() -> str:
        table = weights["embeddings.word_embeddings.weight"]
        if plan.words == "fp32":
            return g.op("Gather", g.constant(table), "input_ids")
        if plan.words == "fp16":
            return g.op("Cast", g.op("Gather", g.constant(table.astype(np.float16)), "input_ids"), to=TensorProto.FLOAT)
        scales = np.maximum(np.abs(table).max(axis=1, keepdims=True) / 127, 1e-8).astype(np.float32)
        rows = g.op("Gather", g.constant(np.round(table / scales).astype(np.int8)), "input_ids")
        return g.op("Mul", g.op("Cast", rows, to=TensorProto.FLOAT), g.op("Gather", g.constant(scales), "input_ids"))

    zero, one, ones = g.constant([0]), g.constant([1]), g.constant([1, 2])
    by_head, flat = g.constant([0, 0, HEADS, HEAD_WIDTH]), g.constant([0, 0, WIDTH])
    mask = g.op("Cast", "attention_mask", to=TensorProto.FLOAT)
    absent = g.op("Sub", g.constant(np.float32(1)), g.op("Unsqueeze", mask, ones))
    absent = g.op("Mul", absent, g.constant(MASKED))

    positions = weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
    positions = positions + weights["embeddings.token_type_embeddings.weight"][0]
    length = g.op("Shape", "input_ids", start=1, end=2)
    x = g.op("Add", words(), g.op("Slice", g.constant(positions), zero, length, zero))
    scale, shift = (g.constant(weights[f"embeddings.LayerNorm.{part}"]) for part in ("weight", "bias"))
    x = g.op("LayerNormalization", x, scale, shift, axis=-1, epsilon=1e-12)
    for layer in range(LAYERS):
        values = {
            name.removeprefix(f"encoder.layer.{layer}."): value
            for name, value in weights.items()
            if name.startswith(f"encoder.layer.{layer}.")
        }

        def add_and_norm(x: str, y: str, place: str, values: Weights = values) -> str:
            names = (f"{place}.LayerNorm.weight", f"{place}.LayerNorm.bias", f"{place}.dense.bias")
            constants = [g.constant(values[name]) for name in names]
            return g.op("SkipLayerNormalization", x, y, *constants, domain=MICROSOFT, epsilon=1e-12)

        bias = np.concatenate([values[f"attention.self.{part}.bias"] for part in ("query", "key", "value")])
        bias[:WIDTH] *= np.float32(HEAD_WIDTH**-0.5)
        qkv = g.op("Add", product((layer, "qkv"), x), g.constant(bias))
        query, key, value = (
            g.op("Transpose", g.op("Reshape", part, by_head), perm=order)
            for part, order in zip(
                g.ops("Split", qkv, outputs=3, axis=-1, num_outputs=3),
                ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]),
                strict=True,
            )
        )
        shares = g.op("Softmax", g.op("Add", g.op("MatMul", query, key), absent), axis=-1)
        mixed = g.op("Transpose", g.op("MatMul", shares, value), perm=[0, 2, 1, 3])
        x = add_and_norm(x, product((layer, "out"), g.op("Reshape", mixed, flat)), "attention.output")
        bias_up = g.constant(values["intermediate.dense.bias"])
        wide = g.op("BiasGelu", product((layer, "up"), x), bias_up, domain=MICROSOFT)
        x = add_and_norm(x, product((layer, "down"), wide), "output")
    # The sum over tokens is enough: the length is set to 1 anyway.
    total = g.op("Squeeze", g.op("MatMul", g.op("Unsqueeze", mask, one), x), one)
    g.nodes.append(helper.make_node("LpNormalization", [total], ["embedding"], name="unit_length", axis=-1, p=2))

    inputs = ("input_ids", "attention_mask")
    graph = helper.make_graph(
        g.nodes,
        "all-MiniLM-L6-v2",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in inputs],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", WIDTH])],
        g.constants,
    )
    operators = [helper.make_opsetid("", 18), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=operators, ir_version=8), entering
