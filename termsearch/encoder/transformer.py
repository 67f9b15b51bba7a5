"""An encoder on torch and transformers.

SapBERT (Liu et al., NAACL 2021, https://aclanthology.org/2021.naacl-main.334): the vector is
the last layer's [CLS] state, names are cut at 25 tokens, as in the authors' README
(https://github.com/cambridgeltl/sapbert). Other models pool as their files say.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, cast

import numpy as np

from termsearch.encoder import EncoderCard, Precision, Vectors
from termsearch.encoder.weights import Weights
from termsearch.errors import BadVectorError, ConfigError, ModelUnavailableError

if TYPE_CHECKING:
    import torch
    from transformers import PretrainedConfig, PreTrainedTokenizerBase

__all__ = ["TransformerEncoder"]

#: The least cosine to fp32 that a sample has to keep in bf16. All names are to keep 0.999; the
#: worst of a sample is better than the worst of all (MiniLM, 1,331 names: .99988; a random BERT,
#: 308 names: .9987, which has to be refused).
_MIN_COSINE = 0.9995
_SAMPLE = 256

#: Calls with fewer names are not worth the check of bf16 and are computed in fp32 until then.
_WORTH_CHECKING = 1_024


#: Texts whose tokens tell tokenizers apart: case, accents, Greek, CJK, digits, hyphens, rare words.
_SAMPLE_TEXTS = (
    "Fever", "FEVER", "fièvre élevée", "α-1-antitrypsin", "発熱", "11β-hydroxylase, 500 MCG/ML",
    "pseudopseudohypoparathyroidism", "Crohn's disease", "hyper-/hypokalemia",
)  # fmt: skip


class TransformerEncoder:
    """Embeds in batches of names that have the same number of tokens.

    Equal lengths need no padding and no attention mask, and give what the padded and masked
    batch gives: a masked position adds nothing to a sum. ``tests/test_encoder.py`` holds it to
    the model card's own script.

    With ``precision="auto"``, the first call with many names decides: if a sample of them keeps
    its direction in bf16, that and all later calls are computed in bf16.
    """

    def __init__(
        self, weights: Weights, *, device: str = "auto", precision: Precision = "auto"
    ) -> None:
        import torch

        self._weights = weights
        self._device = _device(device)
        self._tokenizer, self._model = _load(weights, self._device)
        self._dimension = int(cast("PretrainedConfig", self._model.config).hidden_size)
        self._check_limit()
        self._batch_tokens = 65_536 if self._device.type == "cuda" else 8_192
        self._precision: Precision = precision
        if precision == "auto" and not _has_bf16(self._device):
            self._precision = "fp32"
        if precision == "bf16":
            self._model.to(dtype=torch.bfloat16)

    @cached_property
    def card(self) -> EncoderCard:
        """Reads the weight files once for their digest."""
        return EncoderCard(
            model=self._weights.model,
            revision=self._weights.revision,
            weights=self._weights.digest(),
            tokenizer=self._tokenizer_digest(),
            pooling=self._weights.pooling,
            dimension=self._dimension,
            max_tokens=self._weights.max_tokens,
        )

    @property
    def chunk(self) -> int:
        """Enough names that each token length fills a batch; 65,536 x 768 floats are 200 MB."""
        return 65_536 if self._device.type == "cuda" else 8_192

    def encode(self, names: Sequence[str], *, unit: bool = True) -> Vectors:
        """Embed ``names``. Shape ``(len(names), dimension)``, float32, in input order.

        Raises:
            BadVectorError: The model gave a vector that is not finite or has no direction.
        """
        if self._precision == "auto" and len(names) >= _WORTH_CHECKING:
            self._precision = self._settled(names)
        rows = self._rows(names)
        return _scaled(rows, names) if unit else rows

    def _rows(self, names: Sequence[str]) -> Vectors:
        """As long as the model makes them."""
        rows: Vectors = np.empty((len(names), self._dimension), np.float32)
        if not len(names):
            return rows
        ids = self._tokenizer(
            list(names),
            truncation=True,
            max_length=self._weights.max_tokens,
            padding=False,
            return_attention_mask=False,
            return_token_type_ids=False,
        )["input_ids"]
        for batch in _equal_length_batches([len(row) for row in ids], self._batch_tokens):
            rows[batch] = self._states([ids[i] for i in batch]).float().cpu().numpy()
        return rows

    def _check_limit(self) -> None:
        """Refuse a limit beyond the model's positions, where it would fail in mid-run."""
        positions = getattr(self._model.config, "max_position_embeddings", None)
        if isinstance(positions, int) and self._weights.max_tokens > positions:
            raise ConfigError(
                f"{self._weights.model} has {positions} positions; --max-tokens "
                f"{self._weights.max_tokens} is more."
            )

    def _states(self, ids: list[list[int]]) -> "torch.Tensor":
        """Pooled states of one batch, shape ``(len(ids), dimension)``, on the device."""
        import torch

        tokens = torch.tensor(ids, device=self._device)
        with torch.inference_mode():
            states: torch.Tensor = self._model(input_ids=tokens).last_hidden_state
            # The mean is taken in fp32: bf16 has 8 bits to add up to 256 tokens with.
            return states[:, 0] if self._weights.pooling == "cls" else states.float().mean(dim=1)

    def _tokenizer_digest(self) -> str:
        """Of the token ids of a sample: another vocabulary or another casing gives others.

        Not of its files, which differ between copies that work alike.
        """
        ids = self._tokenizer(list(_SAMPLE_TEXTS))["input_ids"]
        return blake2b(str([list(row) for row in ids]).encode(), digest_size=8).hexdigest()

    def _settled(self, names: Sequence[str]) -> Precision:
        """Leaves the model in bf16 if a sample of ``names`` keeps its vectors, else in fp32."""
        import torch

        longest_too = sorted(names, key=len)[:: max(1, len(names) // _SAMPLE)]
        exact = self._rows(longest_too)
        self._model.to(dtype=torch.bfloat16)
        rounded = self._rows(longest_too)
        lengths = np.linalg.norm(exact, axis=1) * np.linalg.norm(rounded, axis=1)
        if float(((exact * rounded).sum(axis=1) / lengths).min()) >= _MIN_COSINE:
            return "bf16"
        self._model = _load(self._weights, self._device)[1]  # the bits bf16 dropped are gone
        return "fp32"


def _equal_length_batches(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Positions of names of one length each, at most ``tokens`` tokens together."""
    by_length: dict[int, list[int]] = {}
    for position, length in enumerate(lengths):
        by_length.setdefault(length, []).append(position)
    for length, positions in sorted(by_length.items()):
        step = max(1, tokens // max(1, length))
        for start in range(0, len(positions), step):
            yield positions[start : start + step]


def _scaled(rows: Vectors, names: Sequence[str]) -> Vectors:
    """``rows`` at length 1."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    bad = np.flatnonzero(~(np.isfinite(lengths[:, 0]) & (lengths[:, 0] > 0)))
    if bad.size:
        raise BadVectorError(
            f"the model gave no usable vector for {names[int(bad[0])]!r} ({bad.size} such names); "
            "its weights are damaged, or --precision fp32 is needed."
        )
    scaled: Vectors = rows / lengths
    return scaled


def _device(wanted: str) -> "torch.device":
    import torch

    if wanted == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        torch.empty(1, device=wanted).cpu()  # "meta" makes tensors and can't read them
        return torch.device(wanted)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ConfigError(f"no device {wanted!r} here ({reason}); try --device cpu.") from error


def _has_bf16(device: "torch.device") -> bool:
    """Whether ``device`` multiplies in bf16 faster than in fp32."""
    import torch

    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu" and hasattr(torch.cpu, "get_capabilities"):  # since torch 2.10
        found = torch.cpu.get_capabilities()
        return bool(found.get("avx512_bf16") or found.get("amx_bf16") or found.get("bf16"))
    return False


def _load(
    weights: Weights, device: "torch.device"
) -> "tuple[PreTrainedTokenizerBase, torch.nn.Module]":
    """Tokenizer and fp32 model, from the folder alone: nothing is fetched."""
    import torch
    import transformers

    # Its report of unused pooler weights and its bar for 100 tensors would hide our own lines.
    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # untyped upstream
    transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # untyped upstream
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            weights.folder, local_files_only=True
        )
        model: torch.nn.Module = transformers.AutoModel.from_pretrained(
            weights.folder, local_files_only=True, dtype=torch.float32
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelUnavailableError(
            f"{weights.folder} can't be loaded as a model ({reason}); copy it again, or choose "
            "another --model."
        ) from error
    return tokenizer, model.eval().to(device)
