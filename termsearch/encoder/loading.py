"""Reads tokenizer and network of a model with transformers, and refuses what is not all there."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from termsearch.encoder.tokens import SAMPLE_TEXTS, Tokens, digest_of
from termsearch.encoder.weights import Weights, tokenizer_files
from termsearch.errors import ConfigError, ModelUnavailableError, first_line

if TYPE_CHECKING:
    import torch

    from termsearch.encoder.bert import Bert, Whole

__all__ = ["Ids", "load_network", "load_tokens", "width", "within_positions"]

T = TypeVar("T")

#: While transformers makes a network, torch.nn.init is replaced for all threads and put back: two
#: at once put back each other's (``guard_torch_init_functions`` in transformers.initialization).
_one_reads = Lock()

#: A tokenizer has about as many words as its network: one without files has five.
_LEAST_SHARE = 1 / 4


class Ids(Protocol):
    """Names to token ids."""

    digest: str

    def ids(self, names: Sequence[str]) -> list[list[int]]:
        """One list a name, cut at the token limit."""


def load_tokens(weights: Weights) -> Ids:
    """The tokenizer, from the folder alone: nothing is fetched.

    Raises:
        ModelUnavailableError: Its files are damaged, of an unknown kind, or another model's.
    """
    import transformers

    _require_sentencepiece(weights)
    tokenizer = _read(
        weights,
        lambda: transformers.AutoTokenizer.from_pretrained(weights.folder, local_files_only=True),
    )
    words, rows = len(tokenizer), weights.config().get("vocab_size")
    if isinstance(rows, int) and words < rows * _LEAST_SHARE:
        raise ModelUnavailableError(
            f"the tokenizer in {weights.folder} has {words:,} words and the network {rows:,}: most "
            "names would be unknown words to it. Copy the model's tokenizer again."
        )
    fast = getattr(tokenizer, "backend_tokenizer", None)
    return Tokens(fast, weights.max_tokens) if fast else _SlowTokens(tokenizer, weights.max_tokens)


def load_network(weights: Weights) -> "Bert | Whole":
    """Token ids to pooled states: our own forward pass where it is BERT's, else the model's.

    On the CPU, in fp32, from the folder alone.

    Raises:
        ModelUnavailableError: The files are damaged or of an unknown kind, or weights are missing.
    """
    import torch
    import transformers

    from termsearch.encoder.bert import Bert, Whole

    # Its report of unused pooler weights and its bar for 100 tensors would hide our own lines.
    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # untyped upstream
    transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # untyped upstream
    model, found = _read(
        weights,
        lambda: transformers.AutoModel.from_pretrained(
            weights.folder, local_files_only=True, dtype=torch.float32, output_loading_info=True
        ),
    )
    # A pooler is not used, and often not published; what else is missing has random numbers.
    missing = sorted(key for key in found["missing_keys"] if key.split(".")[0] != "pooler")
    if missing:
        raise ModelUnavailableError(
            f"{weights.folder} has no weights for {missing[0]} ({len(missing):,} such parts of its "
            "network): they were saved cut or under other names. Copy the model again."
        )
    return Bert.of(model.eval(), weights.pooling) or Whole(model, weights.pooling)


def within_positions(weights: Weights, network: "Bert | Whole") -> Weights:
    """``weights``, whose limit is no more than ``network`` has positions.

    sentence-transformers has such limits: where a RoBERTa of 514 positions says 514, it takes 512
    tokens and fails with the next.

    Raises:
        ConfigError: More were asked for.
    """
    room = network.room
    if room is None or weights.max_tokens <= room:
        return weights
    if weights.asked:
        raise ConfigError(
            f"{weights.model} has {room} positions; --max-tokens {weights.max_tokens} is more. "
            f"Say --max-tokens {room} or less."
        )
    return replace(weights, max_tokens=room)


def width(network: "torch.nn.Module", tokens: Ids, weights: Weights) -> int:
    """Of its vectors; found by embedding a word on the CPU.

    Raises:
        ModelUnavailableError: It can't embed: it takes more than tokens, or other tokens.
    """
    import torch

    try:
        with torch.inference_mode():
            found: torch.Tensor = network(torch.tensor(tokens.ids(SAMPLE_TEXTS[:1])))
        _, columns = found.shape
    except Exception as error:  # each kind of network has its own
        raise ModelUnavailableError(
            f"{weights.folder} ({weights.config().get('model_type')}) can't embed a word "
            f"({first_line(error)}); choose a --model that is an encoder, as BERT is."
        ) from error
    return columns


def _read(weights: Weights, read: Callable[[], T]) -> T:
    """What ``read`` makes of the folder."""
    try:
        with _one_reads:
            return read()
    # Every format has its own: SafetensorError, UnpicklingError, EOFError, JSONDecodeError, ...
    except Exception as error:
        raise ModelUnavailableError(
            f"{weights.folder} can't be loaded as a model ({first_line(error)}); copy it again, or "
            "choose another --model."
        ) from error


def _require_sentencepiece(weights: Weights) -> None:
    """Where the package is missing, transformers 5 takes its files for another kind's."""
    file, *_ = tokenizer_files(weights.folder)
    if file.suffix != ".model":
        return
    try:
        import_module("sentencepiece")
    except ImportError as error:
        raise ModelUnavailableError(
            f"the tokenizer in {weights.folder} is {file.name}, which the package sentencepiece "
            "reads, and that is not installed: pip install sentencepiece."
        ) from error


class _SlowTokens:
    """Tokenises with transformers, for models whose tokenizer is written in Python."""

    def __init__(self, tokenizer: Any, max_tokens: int) -> None:
        self._tokenizer, self._max_tokens = tokenizer, max_tokens
        self.digest = digest_of(tokenizer(list(SAMPLE_TEXTS))["input_ids"])

    def ids(self, names: Sequence[str]) -> list[list[int]]:
        """See :class:`Ids`."""
        found: list[list[int]] = self._tokenizer(
            list(names), truncation=True, max_length=self._max_tokens
        )["input_ids"]
        return found
