"""Names to token ids, by the `tokenizers` package alone, which needs no transformers."""

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["SAMPLE_TEXTS", "Tokens"]

#: Texts whose tokens tell tokenizers apart: case, accents, Greek, CJK, digits, hyphens, rare words.
SAMPLE_TEXTS = (
    "Fever", "FEVER", "fièvre élevée", "α-1-antitrypsin", "発熱", "11β-hydroxylase, 500 MCG/ML",
    "pseudopseudohypoparathyroidism", "Crohn's disease", "hyper-/hypokalemia",
)  # fmt: skip


class Tokens:
    """Cuts names at ``max_tokens``, special tokens included. It lets go of Python's lock.

    Attributes:
        digest: Of the token ids of a sample: another vocabulary or another casing gives others.
            Not of the tokenizer's files, which differ between copies that work alike.
    """

    def __init__(self, tokenizer: "Tokenizer", max_tokens: int) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_str(tokenizer.to_str())  # the caller's stays as it is
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.digest = digest_of(self.ids(SAMPLE_TEXTS))
        self._tokenizer.enable_truncation(max_tokens)

    @classmethod
    def load(cls, file: Path, max_tokens: int) -> "Tokens":
        """From a ``tokenizer.json``."""
        from tokenizers import Tokenizer

        return cls(Tokenizer.from_file(str(file)), max_tokens)

    def save(self, file: Path) -> None:
        """As a ``tokenizer.json``."""
        self._tokenizer.save(str(file))

    def ids(self, names: Sequence[str]) -> list[list[int]]:
        """One list of ids a name, without padding."""
        return [found.ids for found in self._tokenizer.encode_batch_fast(list(names))]


def digest_of(ids: Sequence[Sequence[int]]) -> str:
    """Sixteen hexadecimal digits."""
    return blake2b(str([list(row) for row in ids]).encode(), digest_size=8).hexdigest()
