"""A lower precision is taken where it keeps the vectors, and refused where it does not."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from termsearch.encoder import Precision, Vectors, load_encoder
from termsearch.encoder.bert import Bert
from termsearch.encoder.session import Session
from termsearch.encoder.transformer import TransformerEncoder
from termsearch.errors import ConfigError

from .bert import NAMES, card_script, cosines, save_bert, save_distilbert


@pytest.mark.parametrize("spread", [0.02, 0.3])
def test_automatic_precision_keeps_cosine_999_for_every_name(tmp_path: Path, spread: float) -> None:
    save_bert(tmp_path, spread=spread)
    names = [f"{name} {number}" for name in NAMES for number in range(10)]
    automatic = load_encoder(str(tmp_path), pooling="cls", device="cpu")

    assert cosines(automatic.encode(names), card_script(tmp_path, names)).min() >= 0.999


@pytest.mark.parametrize(("precision", "least"), [("bf16", 0.999), ("int8", 0.995)])
def test_a_precision_keeps_its_cosine_and_says_which_it_is(
    tmp_path: Path, precision: Precision, least: float
) -> None:
    folder = save_bert(tmp_path, spread=0.1)
    lower = load_encoder(str(folder), pooling="cls", device="cpu", precision=precision)

    near = cosines(lower.encode(NAMES), card_script(folder, NAMES))

    assert isinstance(lower, TransformerEncoder)
    assert lower.precision == precision
    assert least <= near.min() < 0.999999


def test_in_int8_too_a_name_has_one_vector_whatever_stands_beside_it(tmp_path: Path) -> None:
    folder = save_bert(tmp_path, spread=0.1)
    lower = load_encoder(str(folder), pooling="cls", device="cpu", precision="int8")
    together = lower.encode(NAMES)

    alone = np.concatenate([lower.encode([name]) for name in NAMES[:20]])

    np.testing.assert_allclose(together[:20], alone, atol=1e-5)


@pytest.mark.parametrize(("precision", "least"), [("int8", "0.995"), ("bf16", "0.999")])
def test_a_precision_is_refused_where_vectors_would_turn_and_refused_again(
    tmp_path: Path, precision: Precision, least: str
) -> None:
    folder = save_bert(tmp_path, spread=2.0)
    coarse = load_encoder(str(folder), pooling="cls", device="cpu", precision=precision)

    for names in (NAMES, NAMES[:2]):
        with pytest.raises(
            ConfigError, match=f"in {precision}, vectors .* fall to cosine .*; {least} is the least"
        ):
            coarse.encode(names)


@pytest.mark.parametrize("precision", ["int8", "bf16"])
def test_a_precision_in_which_vectors_are_nan_is_refused(
    tmp_path: Path, precision: Precision, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save_bert(tmp_path, spread=0.1)
    lower = load_encoder(str(folder), pooling="cls", device="cpu", precision=precision)
    begin, states = torch.nn.Module.to, Session.states

    def nan_in_bf16(self: torch.nn.Module, *to: Any, **named: Any) -> torch.nn.Module:
        moved = begin(self, *to, **named)
        if "dtype" in named and isinstance(moved, Bert):
            moved.words.weight.data.fill_(float("nan"))
        return moved

    def nan_in_int8(self: Session, ids: Sequence[Sequence[int]]) -> Vectors:
        return np.full_like(states(self, ids), np.nan)

    monkeypatch.setattr(torch.nn.Module, "to", nan_in_bf16)
    monkeypatch.setattr(Session, "states", nan_in_int8)

    with pytest.raises(ConfigError, match=f"in {precision}, vectors .* fall to cosine nan"):
        lower.encode(NAMES)


def test_int8_is_refused_for_another_network(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="needs a CPU and a BERT, RoBERTa or XLM-R; found cpu"):
        load_encoder(str(save_distilbert(tmp_path)), pooling="cls", precision="int8", device="cpu")
