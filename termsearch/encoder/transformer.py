"""An encoder on torch and transformers.

SapBERT (Liu et al., NAACL 2021, https://aclanthology.org/2021.naacl-main.334): the vector is
the last layer's [CLS] state, names are cut at 25 tokens, as in the authors' README
(https://github.com/cambridgeltl/sapbert). Other models pool as their files say.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from termsearch.encoder import EncoderCard, Precision, Vectors
from termsearch.encoder.batches import unit_rows, worst_cosine
from termsearch.encoder.loading import capabilities, find_device, load_model, network_of
from termsearch.encoder.tokens import SAMPLE_TEXTS, Tokens, digest_of
from termsearch.encoder.weights import Weights
from termsearch.errors import ConfigError, EncoderExportError, ModelUnavailableError

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

    from termsearch.encoder.bert import Bert

__all__ = ["TransformerEncoder"]

#: The least cosine to fp32 that a sample has to keep before ``auto`` takes a lower precision. All
#: names are to keep 0.999; the worst of a sample is better than the worst of all (bf16: MiniLM,
#: 1,331 names: .99988; a random BERT, 308 names: .9987, which has to be refused).
_MIN_COSINE = 0.9995
#: Where int8 was asked for.
_MIN_COSINE_INT8 = 0.995
_SAMPLE = 256

#: Calls with fewer names are not worth the check and are computed in fp32 until then.
_WORTH_CHECKING = 1_024


class _Ids(Protocol):
    """Names to token ids."""

    digest: str

    def ids(self, names: Sequence[str]) -> list[list[int]]:
        """One list a name, cut at the token limit."""


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
    are computed in the fastest precision in which a sample of them keeps its direction.

    Attributes:
        precision: What it computes in; ``auto`` until that is decided.
        ahead: Names tokenised while those before are on the device. On the CPU more than a chunk,
            since both want the same cores.
    """

    def __init__(
        self, weights: Weights, *, device: str = "auto", precision: Precision = "auto"
    ) -> None:
        self._weights = weights
        self._device = find_device(device)
        self.ahead = 16_384 if self._device.type == "cuda" else 1 << 20
        self._tokenizer, model = load_model(weights, self._device)
        config: Any = model.config
        self._dimension = int(config.hidden_size)
        self._check_limit(config)
        self._ids: _Ids = _ids(self._tokenizer, weights.max_tokens)
        self._network: torch.nn.Module | None = None
        self._runner = self._on_torch(network_of(model, weights))
        self.precision: Precision = precision
        if precision == "int8" and not self._can_int8():
            raise ConfigError(
                f"--precision int8 needs a CPU and a BERT, RoBERTa or XLM-R; found "
                f"{self._device.type} and {config.model_type}. Try --precision auto."
            )
        if precision == "auto" and not self._lower():
            self.precision = "fp32"
        if precision == "bf16":
            self._set(precision, ())

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
            ConfigError: ``int8`` was asked for and does not keep the vectors of ``names``.
        """
        if not len(names):
            return np.empty((0, self._dimension), np.float32)
        if self.precision == "auto" and len(names) >= _WORTH_CHECKING:
            self._settle(names)
        elif self.precision == "int8" and self._network is not None:
            self._settle_int8(names)
        rows = self._rows(names)
        return unit_rows(rows, names) if unit else rows

    def exportable(self) -> "tuple[Bert, Tokens]":
        """The network in fp32 on the CPU, read again, and the tokenizer.

        Raises:
            EncoderExportError: It is none that :mod:`termsearch.encoder.export` can write.
        """
        from termsearch.encoder.bert import Bert

        if not isinstance(self._ids, Tokens):
            raise EncoderExportError(f"{self._weights.model} has no fast tokenizer")
        model = load_model(self._weights, find_device("cpu"))[1]
        bert = Bert.of(model, self._weights.pooling)
        if bert is None:
            raise EncoderExportError(
                f"{self._weights.model} is a {type(model).__name__}; only BERT, RoBERTa and "
                "XLM-R can be exported"
            )
        return bert, self._ids

    def _rows(self, names: Sequence[str]) -> Vectors:
        """As long as the model makes them."""
        rows: Vectors = np.empty((len(names), self._dimension), np.float32)
        waiting: Any = None
        for part, ids in self._tokenised(names):
            launched = part, self._runner.launch(ids)
            if waiting:
                rows[waiting[0]] = waiting[1]()
            waiting = launched
        rows[waiting[0]] = waiting[1]()
        return rows

    def _tokenised(self, names: Sequence[str]) -> Iterator[tuple[slice, list[list[int]]]]:
        """Parts of ``names``, each tokenised in a thread while the caller works on the last."""
        starts = range(0, len(names), self.ahead)
        parts = [slice(start, start + self.ahead) for start in starts]
        with ThreadPoolExecutor(1, thread_name_prefix="tokens") as thread:
            jobs = [thread.submit(self._ids.ids, names[part]) for part in parts]
            yield from ((part, job.result()) for part, job in zip(parts, jobs, strict=True))

    def _check_limit(self, config: Any) -> None:
        """Refuse a limit beyond the model's positions, where it would fail in mid-run."""
        positions = getattr(config, "max_position_embeddings", None)
        if isinstance(positions, int) and self._weights.max_tokens > positions:
            raise ConfigError(
                f"{self._weights.model} has {positions} positions; --max-tokens "
                f"{self._weights.max_tokens} is more."
            )

    def _can_int8(self) -> bool:
        from termsearch.encoder.bert import Bert

        return self._device.type == "cpu" and isinstance(self._network, Bert)

    def _lower(self) -> list[Precision]:
        """Precisions below fp32 that are faster on this device, fastest first."""
        has = capabilities(self._device)
        found: list[Precision] = ["int8"] if self._can_int8() and "int8" in has else []
        return [*found, "bf16"] if "bf16" in has else found

    def _settle(self, names: Sequence[str]) -> None:
        """Computes from now on in the fastest precision that keeps a sample of ``names``."""
        sample = _sample(names)
        exact = self._rows(sample)
        for precision in self._lower():
            with suppress(ModelUnavailableError):  # ONNX Runtime has no kernel for it here
                self._set(precision, sample)
                if worst_cosine(exact, self._rows(sample)) >= _MIN_COSINE:
                    return
        self._set("fp32", ())

    def _settle_int8(self, names: Sequence[str]) -> None:
        sample = _sample([*SAMPLE_TEXTS, *names])
        exact = self._rows(sample)
        self._set("int8", sample)
        if (worst := worst_cosine(exact, self._rows(sample))) < _MIN_COSINE_INT8:
            self._set("fp32", ())
            raise ConfigError(
                f"in int8, vectors of {self._weights.model} fall to cosine {worst:.4f} of those in "
                f"fp32 ({len(sample)} names); {_MIN_COSINE_INT8} is the least. "
                "Try --precision auto."
            )

    def _set(self, precision: Precision, sample: Sequence[str]) -> None:
        """Compute in ``precision`` from now on; int8 is fitted to ``sample``."""
        import torch

        self.precision = precision
        if precision == "int8":
            from termsearch.encoder.export import quick_session

            bert, _ = self.exportable()
            self._runner = quick_session(bert, self._ids.ids(sample))
            self._network = None
            return
        # Read again: int8 has let go of the network, and the bits bf16 dropped are gone.
        network = network_of(load_model(self._weights, self._device)[1], self._weights)
        self._runner = self._on_torch(
            network.to(dtype=torch.bfloat16) if precision == "bf16" else network
        )

    def _on_torch(self, network: "torch.nn.Module") -> _Runner:
        from termsearch.encoder.runner import TorchRunner

        self._network = network
        return TorchRunner(network, self._device)


def _sample(names: Sequence[str]) -> list[str]:
    """At most about 256, of every length."""
    return sorted(names, key=len)[:: max(1, len(names) // _SAMPLE)]


class _SlowTokens:
    """Tokenises with transformers, for models whose tokenizer is written in Python."""

    def __init__(self, tokenizer: "PreTrainedTokenizerBase", max_tokens: int) -> None:
        self._tokenizer, self._max_tokens = tokenizer, max_tokens
        self.digest = digest_of(tokenizer(list(SAMPLE_TEXTS))["input_ids"])

    def ids(self, names: Sequence[str]) -> list[list[int]]:
        """See :class:`_Ids`."""
        found: list[list[int]] = self._tokenizer(
            list(names), truncation=True, max_length=self._max_tokens
        )["input_ids"]
        return found


def _ids(tokenizer: "PreTrainedTokenizerBase", max_tokens: int) -> _Ids:
    fast = getattr(tokenizer, "backend_tokenizer", None)
    return _SlowTokens(tokenizer, max_tokens) if fast is None else Tokens(fast, max_tokens)
