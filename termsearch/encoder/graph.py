"""BERT as an ONNX graph, written for batches of short names.

Written node by node rather than traced: the graph then has int8 products, pooling inside, and is
the same bytes for the same weights. Its vectors are compared with torch's before any use.

Plain operators: https://onnx.ai/onnx/operators; those of ``com.microsoft``:
https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from termsearch.encoder.bert import Bert, Layer

__all__ = ["Arithmetic", "write_graph"]

#: How products with weights are computed. ``int8``: both sides in 8 bits, a scale for each token
#: and each column. ``int8-blocks``: a scale for each 32 numbers of a token or column. One
#: core, MeSH names: int8 has 3 times the names/s of fp32 for BERT-base, twice for MiniLM, whose
#: worst vector is at cosine .997; int8-blocks 1.2 times, at .9996 (benchmarks/results/encoder.md).
Arithmetic = Literal["fp32", "int8", "int8-blocks"]

#: The largest input seen in each channel of each product.
Peaks = Mapping[str, npt.NDArray[np.float32]]

_BLOCK = 32
_OPSET, _IR = 18, 9  # ONNX 1.13, which ONNX Runtime 1.14 and later read
_MICROSOFT = "com.microsoft"

#: Initialisers of more bytes go to a file beside the graph, which is mapped and not read.
_LARGE = 1_024


def write_graph(bert: Bert, file: Path, arithmetic: Arithmetic, peaks: Peaks) -> None:
    """Write ``file`` and ``file.data``: ``ids`` and ``mask``, names x tokens, to ``vectors``.

    ``ids`` is int64; ``mask`` is int32, 1 for the tokens of a name and 0 for padding behind them.

    Args:
        bert: On the CPU in fp32.
        file: Ends in ``.onnx``; none of the two may exist.
        arithmetic: See :data:`Arithmetic`.
        peaks: What int8 needs to know of the inputs; may be empty for fp32.
    """
    graph = _Graph(arithmetic, peaks)
    states = graph.embedded(bert)
    for number, layer in enumerate(bert.layers):
        states = graph.layer(f"layers.{number}", cast("Layer", layer), states)
    if bert.pooling == "cls":
        first = graph.keep("pool.first", np.array(0))
        graph.add("Gather", [states, first], "vectors", axis=1)
    else:
        graph.mean(states)
    width = bert.words.embedding_dim
    onnx.save(
        graph.model(width), file, save_as_external_data=True, location=f"{file.name}.data",
        size_threshold=_LARGE,
    )  # fmt: skip


class _Graph:
    """Nodes and constants, collected."""

    def __init__(self, arithmetic: Arithmetic, peaks: Peaks) -> None:
        self._arithmetic, self._peaks = arithmetic, peaks
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def add(self, kind: str, inputs: list[str], out: str, domain: str = "", **options: Any) -> str:
        """A node with one output, whose name it returns."""
        self._nodes.append(
            helper.make_node(kind, inputs, [out], name=out, domain=domain, **options)
        )
        return out

    def keep(self, name: str, values: npt.NDArray[Any]) -> str:
        """A constant; gives its name back."""
        self._constants.append(numpy_helper.from_array(np.array(values, order="C"), name))
        return name

    def model(self, width: int) -> onnx.ModelProto:
        """All of it, checked by nobody: the caller compares its vectors."""
        shape = ["names", "tokens"]
        ids = helper.make_tensor_value_info("ids", TensorProto.INT64, shape)
        mask = helper.make_tensor_value_info("mask", TensorProto.INT32, shape)
        vectors = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["names", width])
        graph = helper.make_graph(self._nodes, "encoder", [ids, mask], [vectors], self._constants)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR)

    def embedded(self, bert: Bert) -> str:
        """Word and position, normalised. Words as fp16: half the file, and cosine 1 - 1e-7."""
        words = self.keep("words", _array(bert.words.weight).astype(np.float16))
        found = self.add("Gather", [words, "ids"], "words.half")
        found = self.add("Cast", [found], "words.found", to=TensorProto.FLOAT)
        whole = self.add("Add", [found, self.places(bert)], "embedded.sum")
        return self.norm("embedded", bert.norm, whole)

    def places(self, bert: Bert) -> str:
        """The vectors of positions."""
        table = self.keep("positions", _array(bert.positions))
        if bert.padding is None:
            shape = self.add("Shape", ["ids"], "ids.shape")
            one, zero = self.keep("one", np.array([1])), self.keep("zero", np.array([0]))
            count = self.add("Gather", [shape, one], "ids.tokens")
            return self.add("Slice", [table, zero, count, zero], "positions.found")
        padding = self.add("Equal", ["ids", self.keep("padding", np.array(bert.padding))], "is.pad")
        counted = self.add("Not", [padding], "is.counted")
        ones = self.add("Cast", [counted], "ids.counted", to=TensorProto.INT64)
        sums = self.add("CumSum", [ones, self.keep("axis", np.array(1))], "ids.count")
        places = self.add("Mul", [sums, ones], "ids.places")
        return self.add("Gather", [table, places], "positions.found")

    def layer(self, name: str, layer: Layer, states: str) -> str:
        """As :meth:`Layer.forward`."""
        asked = states
        parts = [f"{name}.{part}" for part in ("query", "key", "value")]
        if layer.ask is not None:
            first = self.keep(f"{name}.first", np.array([0]))
            asked = self.add("Gather", [states, first], f"{name}.asked", axis=1)
            parts[0] = self.product(f"{name}.ask", layer.ask, asked)
        split = parts if layer.ask is None else parts[1:]
        packed = self.product(f"{name}.packed", layer.packed, states)
        self._nodes.append(
            helper.make_node("Split", [packed], split, axis=-1, num_outputs=len(split))
        )
        inputs = [*parts, "", "mask"]
        joined = self.add(
            "MultiHeadAttention", inputs, f"{name}.joined", _MICROSOFT, num_heads=layer.heads
        )
        out = self.product(f"{name}.out", layer.out, joined)
        half = self.norm(
            f"{name}.half", layer.norm_attention, self.add("Add", [out, asked], f"{name}.sum")
        )
        up = self.product(f"{name}.up", layer.up, half)
        bent = self.add("Gelu", [up], f"{name}.gelu", _MICROSOFT)
        down = self.product(f"{name}.down", layer.down, bent)
        return self.norm(name, layer.norm, self.add("Add", [down, half], f"{name}.whole"))

    def mean(self, states: str) -> str:
        """Of the states of each name's own tokens, as ``vectors``."""
        axis, last = self.keep("pool.axis", np.array([1])), self.keep("pool.last", np.array([2]))
        mask = self.add("Cast", ["mask"], "pool.mask", to=TensorProto.FLOAT)
        each = self.add("Unsqueeze", [mask, last], "pool.each")
        count = self.add("ReduceSum", [mask, axis], "pool.count")  # names x 1
        own = self.add("Mul", [states, each], "pool.own")
        whole = self.add("ReduceSum", [own, axis], "pool.sum", keepdims=0)
        return self.add("Div", [whole, count], "vectors")

    def norm(self, name: str, norm: Any, states: str) -> str:
        """Layer normalisation. Not SkipLayerNormalization, with which int8 lost 12 % (ORT 1.32)."""
        scale = self.keep(f"{name}.norm.scale", _array(norm.weight))
        shift = self.keep(f"{name}.norm.shift", _array(norm.bias))
        inputs = [states, scale, shift]
        return self.add("LayerNormalization", inputs, f"{name}.norm", axis=-1, epsilon=norm.eps)

    def product(self, name: str, linear: Any, states: str) -> str:
        """``states`` times weights plus bias."""
        weights = _array(linear.weight).T  # inputs x outputs
        bias = self.keep(f"{name}.bias", _array(linear.bias))
        if self._arithmetic == "fp32":
            matrix = self.keep(f"{name}.weights", weights)
            return self.add("Add", [self.add("MatMul", [states, matrix], f"{name}.mm"), bias], name)
        factors = _smoothing(weights, self._peaks[name])
        even = self.add("Mul", [states, self.keep(f"{name}.even", 1 / factors)], f"{name}.evened")
        weights = weights * factors[:, None]
        make = self._in_blocks if self._arithmetic == "int8-blocks" else self._in_rows
        return make(name, weights, bias, even)

    def _in_rows(self, name: str, weights: npt.NDArray[np.float32], bias: str, states: str) -> str:
        """Each token divided by its largest number, so that one fixed scale serves all of them.

        A scale for the whole batch (DynamicQuantizeMatMul) is 10 % faster, gave the worst MiniLM
        vector cosine .985, and a name's vector would depend on the names beside it.
        """
        axis = self.keep(f"{name}.axis", np.array([-1]))
        size = self.add("Abs", [states], f"{name}.abs")
        # A token of zeros stays one; the least normal number keeps the division defined.
        peak = self.add("ReduceMax", [size, axis], f"{name}.max", keepdims=1)
        tiny = self.keep(f"{name}.tiny", np.array(1e-30, np.float32))
        peak = self.add("Max", [peak, tiny], f"{name}.peak")
        level = self.add("Div", [states, peak], f"{name}.level")
        step = self.keep(f"{name}.step", np.array(1 / 127, np.float32))
        middle = self.keep(f"{name}.middle", np.array(128, np.uint8))
        rounded = self.add("QuantizeLinear", [level, step, middle], f"{name}.rounded")
        scales = (np.abs(weights).max(axis=0) / 127).clip(1e-30).astype(np.float32)
        inputs = [
            rounded,
            self.keep(f"{name}.weights", np.rint(weights / scales).astype(np.int8)),
            step,
            self.keep(f"{name}.scales", scales),
            middle,
            self.keep(f"{name}.zeros", np.zeros(len(scales), np.int8)),
        ]
        found = self.add("MatMulIntegerToFloat", inputs, f"{name}.mm", _MICROSOFT)
        return self.add("Add", [self.add("Mul", [found, peak], f"{name}.scaled"), bias], name)

    def _in_blocks(
        self, name: str, weights: npt.NDArray[np.float32], bias: str, states: str
    ) -> str:
        """``accuracy_level`` 4: the states in 8 bits too; others have no fast kernel here."""
        inputs, outputs = weights.shape
        blocks = -(-inputs // _BLOCK)
        padded = np.zeros((outputs, blocks * _BLOCK), np.float32)
        padded[:, :inputs] = weights.T
        padded = padded.reshape(outputs, blocks, _BLOCK)
        scales = (np.abs(padded).max(axis=-1) / 127).clip(1e-30).astype(np.float32)
        rounded = (np.rint(padded / scales[..., None]) + 128).astype(np.uint8)
        matrix = self.keep(f"{name}.weights", rounded)
        return self.add(
            "MatMulNBits",
            [states, matrix, self.keep(f"{name}.scales", scales), "", "", bias], name, _MICROSOFT,
            K=inputs, N=outputs, bits=8, block_size=_BLOCK, accuracy_level=4,
        )  # fmt: skip


def _smoothing(
    weights: npt.NDArray[np.float32], peaks: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Factors that move half of a channel's outliers from the states into the weights.

    SmoothQuant (Xiao et al. 2023, https://arxiv.org/abs/2211.10438), equation 4 with alpha 0.5.
    """
    seen, has = peaks.clip(1e-5), np.abs(weights).max(axis=1).clip(1e-5)
    factors = np.sqrt(seen / has)
    found: npt.NDArray[np.float32] = (factors / np.median(factors)).astype(np.float32)
    return found


def _array(tensor: Any) -> npt.NDArray[np.float32]:
    found: npt.NDArray[np.float32] = tensor.detach().float().cpu().numpy()
    return found
