"""Runs a torch network over token ids, on whatever device it lies."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import torch
from torch import nn

from termsearch.encoder import Vectors
from termsearch.encoder.batches import equal_length_batches
from termsearch.encoder.device import is_full

__all__ = ["TorchRunner"]

#: Ids, shape ``(names, tokens)``.
_Tokens: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.int64]]"


class TorchRunner:
    """Batches of one length go to the device one behind the other, with no wait between them.

    A batch on a GPU is 32,768 tokens, 5.6 TFLOP of BERT-base, some 10 ms at what an H200 can do,
    against about 150 kernel launches that are queued meanwhile: reckoned, not measured, and the
    reason why there are no CUDA graphs. ``benchmarks/encoder.py --compiled`` tries torch.compile.

    Args:
        network: Token ids, shape ``(names, tokens)``, to pooled states, ``(names, width)``.
        device: Where ``network`` lies.
    """

    def __init__(self, network: nn.Module, device: torch.device) -> None:
        self._network, self._device = network, device
        self._batch_tokens = 4_096 if device.type == "cpu" else 32_768
        if device.type == "cuda":
            # On Hopper and Blackwell torch prefers cuDNN's attention, which builds a plan for each
            # shape it has not seen: 0.4 s (https://github.com/modelscope/FunASR/issues/3704, B200),
            # and of 205 batches of MeSH 196 have shapes of their own. The next in line needs none.
            torch.backends.cuda.enable_cudnn_sdp(False)

    def states(self, ids: Sequence[Sequence[int]]) -> Vectors:
        """One row a name, float32, as long as the network makes it."""
        return self.launch(ids)()

    def launch(self, ids: Sequence[Sequence[int]]) -> Callable[[], Vectors]:
        """Start on ``ids``; what comes back waits for the rows and gives them.

        On a GPU this returns before the work is done, so that names can be tokenised meanwhile. It
        waits for its own work alone: what is launched later goes on while these rows are collected.
        """
        order: list[int] = []
        parts: list[torch.Tensor] = []
        with torch.inference_mode():
            for batch in equal_length_batches([len(row) for row in ids], self._batch_tokens):
                order += batch
                parts += self._states(np.array([ids[i] for i in batch], np.int64))
        wait = self._end_of_work()
        return lambda: _collected(order, parts, wait)

    def _states(self, tokens: _Tokens) -> list[torch.Tensor]:
        """On the host, in parts as large as the device has had room for so far."""
        step = max(1, self._batch_tokens // max(1, tokens.shape[1]))
        if len(tokens) > step:
            starts = range(0, len(tokens), step)
            return [part for at in starts for part in self._states(tokens[at : at + step])]
        try:
            return [self._to_host(self._network(self._on_device(tokens)).float())]
        except RuntimeError as error:
            if len(tokens) == 1 or not is_full(error):
                raise
        # Out of the handler, whose traceback holds what the pass had allocated.
        self._batch_tokens = tokens.size // 2
        return self._states(tokens)

    def _on_device(self, tokens: _Tokens) -> torch.Tensor:
        whole = torch.from_numpy(tokens)
        if self._device.type != "cuda":
            # MPS would read the memory when it may be another's by then
            # (https://github.com/pytorch/pytorch/issues/189690).
            return whole.to(self._device)
        # Only pinned memory is copied while kernels run.
        return whole.pin_memory().to(self._device, non_blocking=True)

    def _to_host(self, found: torch.Tensor) -> torch.Tensor:
        if self._device.type != "cuda":
            return found.cpu()
        host = torch.empty(found.shape, dtype=found.dtype, pin_memory=True)
        return host.copy_(found, non_blocking=True)

    def _end_of_work(self) -> Callable[[], None]:
        """Waits until the device has done all that was launched before this call."""
        if self._device.type != "cuda":
            return lambda: None
        event = torch.cuda.Event()  # type: ignore[no-untyped-call]  # torch has no types for it
        event.record(torch.cuda.current_stream(self._device))
        return event.synchronize


def _collected(order: list[int], parts: list[torch.Tensor], wait: Callable[[], None]) -> Vectors:
    """The rows in the order of the names."""
    wait()
    rows: Vectors = np.empty((len(order), parts[0].shape[1]), np.float32)
    rows[order] = torch.cat(parts).numpy()
    return rows
