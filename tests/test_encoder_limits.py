"""Where names are cut: as was asked for, or as the model's files say, if there are positions."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from termsearch.encoder import load_encoder
from termsearch.errors import ConfigError

from .bert import (
    NORMALIZE,
    POOLING,
    TRANSFORMER,
    save_bert,
    save_distilbert,
    save_sentence_transformer,
    save_xlm_roberta,
    write,
)


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("bert"))


@pytest.mark.parametrize(
    ("limits", "expected"),
    [({"model_max_length": 60}, 60), ({"model_max_length": 512}, 128), ({}, 128)],
)
def test_without_a_limit_of_its_own_a_sentence_transformer_has_its_tokenizers(
    bert: Path, tmp_path: Path, limits: dict[str, object], expected: int
) -> None:
    folder = save_sentence_transformer(bert, tmp_path, TRANSFORMER, POOLING, NORMALIZE, **limits)

    assert load_encoder(str(folder), device="cpu", precision="fp32").card.max_tokens == expected


def test_a_limit_of_null_is_none(bert: Path, tmp_path: Path) -> None:
    folder = save_sentence_transformer(bert, tmp_path, TRANSFORMER, POOLING, model_max_length=60)
    write(folder, "sentence_bert_config.json", {"max_seq_length": None})

    assert load_encoder(str(folder), device="cpu", precision="fp32").card.max_tokens == 60


def test_a_token_limit_beyond_the_models_positions_is_refused(bert: Path) -> None:
    with pytest.raises(ConfigError, match="128 positions; --max-tokens 256 is more"):
        load_encoder(str(bert), pooling="cls", max_tokens=256)


def test_positions_of_xlm_roberta_begin_behind_the_padding(tmp_path: Path) -> None:
    folder = str(save_xlm_roberta(tmp_path, padding=1))
    load_encoder(folder, pooling="cls", max_tokens=128, device="cpu").encode(["fever " * 200])

    with pytest.raises(
        ConfigError, match=r"128 positions; --max-tokens 129 is more\. Say --max-tok"
    ):
        load_encoder(folder, pooling="cls", max_tokens=129)


@pytest.fixture
def roberta(tmp_path: Path) -> Path:
    """XLM-R's 130 positions, of which two are none of a token's."""
    return save_xlm_roberta(tmp_path, padding=1)


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("sentence_bert_config.json", {"max_seq_length": 130}),
        ("sentence_bert_config.json", {"max_seq_length": 129}),
        ("tokenizer_config.json", {"model_max_length": 10**30}),
    ],
)
def test_a_limit_of_its_files_beyond_the_positions_is_the_last_position(
    roberta: Path, name: str, stated: dict[str, Any]
) -> None:
    write(roberta, "1_Pooling/config.json", {"pooling_mode": "mean"})
    file = roberta / name
    before = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    write(roberta, name, before | stated)

    encoder = load_encoder(str(roberta), device="cpu", precision="fp32")
    asked = load_encoder(str(roberta), max_tokens=128, device="cpu", precision="fp32")

    long = ["fever " * 200]
    assert encoder.card.max_tokens == 128
    assert encoder.card.agrees_with(asked.card)
    np.testing.assert_array_equal(encoder.encode(long), asked.encode(long))


def test_other_networks_are_held_to_their_positions_too(tmp_path: Path) -> None:
    folder = save_distilbert(tmp_path)
    room = json.loads((folder / "config.json").read_text("utf-8"))["max_position_embeddings"]
    write(folder, "1_Pooling/config.json", {"pooling_mode": "mean"})
    write(folder, "sentence_bert_config.json", {"max_seq_length": room + 1})

    encoder = load_encoder(str(folder), device="cpu", precision="fp32")

    assert encoder.card.max_tokens == room
    assert encoder.encode(["fever " * (room + 50)]).shape == (1, encoder.card.dimension)
    with pytest.raises(ConfigError, match=f"{room} positions; --max-tokens {room + 1} is more"):
        load_encoder(str(folder), max_tokens=room + 1)
