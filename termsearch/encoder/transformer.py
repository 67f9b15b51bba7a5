"""An encoder on torch and transformers.

SapBERT (Liu et al., NAACL 2021, https://aclanthology.org/2021.naacl-main.334): the vector is
the last layer's [CLS] state, names are cut at 25 tokens, as in the authors' README
(https://github.com/cambridgeltl/sapbert). Other models pool as their files say.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from termsearch.encoder import EncoderCard, Precision, Vectors
from termsearch.encoder.batches import sound_rows, worst_cosine
from termsearch.encoder.device import capabilities, find_device, one_line
from termsearch.encoder.loading import load_network, load_tokens, width, within_positions
from termsearch.encoder.tokens import SAMPLE_TEXTS, Tokens
from termsearch.encoder.weights import Weights
from termsearch.errors import (
    ConfigError,
    EncoderExportError,
    ModelUnavailableError,
    first_line,
)

if TYPE_CHECKING:
    import torch

    from termsearch.encoder.bert import Bert

__all__ = ["TransformerEncoder"]

#: The least cosine to fp32 that a sample has to keep before ``auto`` takes a lower precision. All
#: names are to keep 0.999; the worst of a sample is better than the worst of all (bf16: MiniLM,
#: 1,331 names: .99988; a random BERT, 308 names: .9987, which has to be refused).
_MIN_COSINE: Final = 0.9995
#: Where a precision was asked for.
_MIN_COSINE_ASKED: Final[Mapping[Precision, float]] = {"bf16": 0.999, "int8": 0.995}
_SAMPLE = 256

#: The least cosine between a device and the CPU, both in fp32, with which it is trusted.
_MIN_COSINE_DEVICE: Final = 0.999

#: Calls with fewer names are not worth the check and are computed in fp32 until then.
_WORTH_CHECKING = 1_024


class _Runner(Protocol):
    """Token ids to rows."""

    def launch(self, ids: Sequence[Sequence[int]]) -> Callable[[], Vectors]:
        """Start on them; what comes back gives the rows."""


class TransformerEncoder:
    """Embeds in batches of names that have the same number of tokens.

    Equal lengths need no padding and no attention mask, and give what the padded and masked
    batch gives: a masked position adds nothing to a sum. ``tests/test_encoder.py`` holds it to
    the model card's own script.

    With ``precision="auto"``, the first call with many names decides: that and all later calls
    are computed in the fastest precision in which a sample of them keeps its direction. Where
    another than fp32 was asked for, the first call checks it in the same way.

    Attributes:
        precision: What it computes in; ``auto`` until that is decided.
        ahead: Names tokenised while those before are on the device. On the CPU more than a chunk,
            since both want the same cores.
    """

    def __init__(
        self, weights: Weights, *, device: str = "auto", precision: Precision = "auto"
    ) -> None:
        self._device = find_device(device)
        self.ahead = 16_384 if self._device.type == "cuda" else 1 << 20
        with one_line(self._device):
            network = load_network(weights)
            self._weights = weights = within_positions(weights, network)
            self._ids = load_tokens(weights)
            self._dimension = width(network, self._ids, weights)
            self._network: torch.nn.Module | None = network
            self._runner = self._tried(network)
        if precision == "int8" and not self._can_int8():
            raise ConfigError(
                f"--precision int8 needs a CPU and a BERT, RoBERTa or XLM-R; found "
                f"{self._device.type} and {weights.config().get('model_type')}. "
                "Try --precision auto."
            )
        self.precision: Precision = precision
        if precision == "auto" and not self._lower():
            self.precision = "fp32"
        self._asked: Precision = self.precision
        self._settled = self.precision == "fp32"
        self._settling = Lock()

    @cached_property
    def card(self) -> EncoderCard:
        """Reads the weight files once for their digest."""
        return EncoderCard(
            model=self._weights.model,
            revision=self._weights.revision,
            weights=self._weights.digest(),
            tokenizer=self._ids.digest,
            pooling=self._weights.pooling,
            dimension=self._dimension,
            max_tokens=self._weights.max_tokens,
        )

    @property
    def chunk(self) -> int:
        """Enough that each token length fills a batch; 131,072 x 768 floats are 400 MB."""
        return 131_072 if self._device.type == "cuda" else 8_192

    def encode(self, names: Sequence[str], *, unit: bool = True) -> Vectors:
        """Embed ``names``. Shape ``(len(names), dimension)``, float32, in input order.

        Raises:
            BadVectorError: The model gave a vector that is not finite or has no direction.
            ConfigError: A precision was asked for that does not keep the vectors of ``names``.
            TermsearchError: The device is full or failed.
        """
        if not len(names):
            return np.empty((0, self._dimension), np.float32)
        with one_line(self._device):
            self._settle(names)
            return self._rows(names, unit=unit)

    def exportable(self) -> "tuple[Bert, Tokens]":
        """The network in fp32 on the CPU, read again, and the tokenizer.

        Raises:
            EncoderExportError: It is none that :mod:`termsearch.encoder.export` can write.
        """
        from termsearch.encoder.bert import Bert

        if not isinstance(self._ids, Tokens):
            raise EncoderExportError(f"{self._weights.model} has no fast tokenizer")
        network = load_network(self._weights)
        if not isinstance(network, Bert):
            raise EncoderExportError(
                f"{self._weights.model} is a {self._weights.config().get('model_type')}; only "
                "BERT, RoBERTa and XLM-R can be exported"
            )
        return network, self._ids

    def _rows(self, names: Sequence[str], *, unit: bool) -> Vectors:
        """Sound ones; those of one part are looked at while the device is at the next."""
        rows: Vectors = np.empty((len(names), self._dimension), np.float32)
        waiting: Any = None
        for part, ids in self._tokenised(names):
            launched = part, self._runner.launch(ids)
            if waiting:
                _place(rows, names, *waiting, unit=unit)
            waiting = launched
        _place(rows, names, *waiting, unit=unit)
        return rows

    def _tokenised(self, names: Sequence[str]) -> Iterator[tuple[slice, list[list[int]]]]:
        """Parts of ``names``, each tokenised in a thread while the caller works on the last."""
        starts = range(0, len(names), self.ahead)
        parts = [slice(start, start + self.ahead) for start in starts]
        with ThreadPoolExecutor(1, thread_name_prefix="tokens") as thread:
            jobs = [thread.submit(self._ids.ids, names[part]) for part in parts]
            yield from ((part, job.result()) for part, job in zip(parts, jobs, strict=True))

    def _can_int8(self) -> bool:
        from termsearch.encoder.bert import Bert

        return self._device.type == "cpu" and isinstance(self._network, Bert)

    def _lower(self) -> list[Precision]:
        """Precisions below fp32 that are faster on this device, fastest first."""
        has = capabilities(self._device)
        found: list[Precision] = ["int8"] if self._can_int8() and "int8" in has else []
        return [*found, "bf16"] if "bf16" in has else found

    def _settle(self, names: Sequence[str]) -> None:
        """Decide on the precision, if that is to be done and ``names`` are enough for it."""
        with self._settling:
            if self._settled or (self._asked == "auto" and len(names) < _WORTH_CHECKING):
                return
            if self._asked == "auto":
                self._settle_auto(names)
            else:
                self._settle_asked(names)
            self._settled = True

    def _settle_auto(self, names: Sequence[str]) -> None:
        """Computes from now on in the fastest precision that keeps a sample of ``names``."""
        sample = _sample(names)
        exact = self._rows(sample, unit=False)
        for precision in self._lower():
            with suppress(ModelUnavailableError):  # ONNX Runtime has no kernel for it here
                if self._cosine_in(precision, sample, exact) >= _MIN_COSINE:
                    return
        self._set("fp32", ())

    def _settle_asked(self, names: Sequence[str]) -> None:
        least = _MIN_COSINE_ASKED[self._asked]
        sample = _sample([*SAMPLE_TEXTS, *names])
        exact = self._rows(sample, unit=False)
        worst = self._cosine_in(self._asked, sample, exact)
        if not worst >= least:  # nor where it is NaN
            self._set("fp32", ())
            raise ConfigError(
                f"in {self._asked}, vectors of {self._weights.model} fall to cosine {worst:.4f} of "
                f"those in fp32 ({len(sample)} names); {least} is the least. "
                "Try --precision auto."
            )

    def _cosine_in(self, precision: Precision, sample: Sequence[str], exact: Vectors) -> float:
        """The worst of ``sample``; from now on it computes in ``precision``."""
        self._set(precision, sample)
        return worst_cosine(exact, self._runner.launch(self._ids.ids(sample))())

    def _set(self, precision: Precision, sample: Sequence[str]) -> None:
        """Compute in ``precision`` from now on; int8 is fitted to ``sample``."""
        import torch

        if precision == "int8":
            from termsearch.encoder.export import quick_session

            bert, _ = self.exportable()
            self._runner = quick_session(bert, self._ids.ids(sample))
            self._network = None
        else:
            # Read again: int8 has let go of the network, and the bits bf16 dropped are gone.
            network = load_network(self._weights)
            self._runner = self._on_device(
                network.to(dtype=torch.bfloat16) if precision == "bf16" else network
            )
        self.precision = precision

    def _tried(self, network: "torch.nn.Module") -> _Runner:
        """On the device; one that is neither CPU nor CUDA has to give the CPU's vectors first."""
        if self._device.type in {"cpu", "cuda"}:
            return self._on_device(network)
        from termsearch.encoder.runner import TorchRunner

        ids = self._ids.ids(SAMPLE_TEXTS)
        exact = TorchRunner(network, find_device("cpu")).states(ids)
        runner = self._on_device(network)
        try:
            worst = worst_cosine(exact, runner.launch(ids)())
        except NotImplementedError as error:
            raise ConfigError(
                f"the device {self._device} can't compute {self._weights.model} "
                f"({first_line(error)}). Try --device cpu."
            ) from error
        if not worst >= _MIN_COSINE_DEVICE:  # nor where it is NaN
            raise ConfigError(
                f"on the device {self._device}, vectors of {self._weights.model} fall to cosine "
                f"{worst:.4f} of those on the CPU ({len(ids)} texts); {_MIN_COSINE_DEVICE} is the "
                "least. Try --device cpu."
            )
        return runner

    def _on_device(self, network: "torch.nn.Module") -> _Runner:
        from termsearch.encoder.runner import TorchRunner

        self._network = network.to(self._device)
        return TorchRunner(self._network, self._device)


def _place(
    rows: Vectors, names: Sequence[str], part: slice, found: Callable[[], Vectors], *, unit: bool
) -> None:
    rows[part] = sound_rows(found(), names[part], unit=unit)


def _sample(names: Sequence[str]) -> list[str]:
    """At most about 256, of every length."""
    return sorted(names, key=len)[:: max(1, len(names) // _SAMPLE)]
