"""A graph in ONNX Runtime: token ids to pooled states, on the CPU."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from termsearch.encoder import Vectors
from termsearch.encoder.batches import like_length_batches
from termsearch.errors import ModelUnavailableError, first_line

__all__ = ["Session"]

#: Tokens of a batch: their states stay in the second-level cache (1 MiB a core). 512 and 2,048
#: gave the same names/s within 5 %.
_BATCH_TOKENS = 1_024

#: What a run costs beside its tokens, in tokens: BERT-base in int8 on two cores takes 6.4 ms for 4,
#: 16 for 40 and 152 for 512.
_START_TOKENS = 16


class Session:
    """Runs a graph that ``graph.write_graph`` wrote, in ``threads``; 0: one a core."""

    def __init__(self, file: Path, *, threads: int = 0) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Threads that wait would spin, on cores that search needs: a query of BERT-base on MeSH
        # took 36 ms of processor time for 22, and 64 clients got 84 answers/s for 116.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3  # errors; its warnings are for those who make graphs
        # The graph is written as it is to run: more passes cost 50 ms and gain nothing.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        try:
            self._session = onnxruntime.InferenceSession(
                str(file), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # every failure of ONNX Runtime has a class of its own
            raise ModelUnavailableError(
                f"{file} can't be loaded by ONNX Runtime {onnxruntime.__version__} "
                f"({first_line(error)}); delete its folder: the next ingest makes it again."
            ) from error
        self._width = int(self._session.get_outputs()[0].shape[1])

    def states(self, ids: Sequence[Sequence[int]]) -> Vectors:
        """One row a name, as long as the model makes it. Shape ``(len(ids), width)``."""
        rows: Vectors = np.empty((len(ids), self._width), np.float32)
        lengths = [len(row) for row in ids]
        for batch in like_length_batches(lengths, _BATCH_TOKENS, _START_TOKENS):
            longest = lengths[batch[-1]]
            tokens = np.zeros((len(batch), longest), np.int64)
            mask = np.zeros((len(batch), longest), np.int32)
            for row, position in enumerate(batch):
                tokens[row, : lengths[position]] = ids[position]
                mask[row, : lengths[position]] = 1
            rows[batch] = self._session.run(["vectors"], {"ids": tokens, "mask": mask})[0]
        return rows

    def launch(self, ids: Sequence[Sequence[int]]) -> Callable[[], Vectors]:
        """As that of ``runner.TorchRunner``; the work is done when this returns."""
        rows = self.states(ids)
        return lambda: rows
