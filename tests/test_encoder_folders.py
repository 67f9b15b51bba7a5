"""What a model's folder says is followed, and what is not all there is refused in one line."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import T5Config, T5Model

from termsearch.encoder import load_encoder
from termsearch.encoder.weights import is_here
from termsearch.errors import ConfigError, ModelUnavailableError

from .bert import (
    POOLING,
    TRANSFORMER,
    copied,
    save_bert,
    save_sentence_transformer,
    save_sentencepiece,
    write,
)

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 437955512\n"


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("bert"))


def test_pooling_and_limit_are_read_from_a_sentence_transformers_folder(
    bert: Path, tmp_path: Path
) -> None:
    copied(bert, tmp_path)
    (tmp_path / "1_Pooling").mkdir()
    pooling = {"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    (tmp_path / "sentence_bert_config.json").write_text('{"max_seq_length": 64}')

    card = load_encoder(str(tmp_path), device="cpu", precision="fp32").card

    assert (card.pooling, card.max_tokens, card.dimension) == ("mean", 64, 48)


def test_a_folder_that_does_not_say_how_to_pool_asks_for_it(bert: Path) -> None:
    with pytest.raises(ConfigError, match=r"Say --pooling cls \(as SapBERT\) or --pooling mean"):
        load_encoder(str(bert))


def test_a_module_that_is_not_computed_here_is_refused(bert: Path, tmp_path: Path) -> None:
    dense = "sentence_transformers.base.modules.dense.Dense"
    folder = save_sentence_transformer(bert, tmp_path, TRANSFORMER, POOLING, dense)

    with pytest.raises(ConfigError, match=r"through Dense \(modules.json\), which is not computed"):
        load_encoder(str(folder), pooling="cls")


def test_dropout_which_acts_in_training_alone_is_no_hindrance(bert: Path, tmp_path: Path) -> None:
    dropout = "sentence_transformers.models.Dropout"
    folder = save_sentence_transformer(bert, tmp_path, TRANSFORMER, POOLING, dropout)

    with_it = load_encoder(str(folder), device="cpu", precision="fp32")

    without = load_encoder(str(bert), pooling="mean", device="cpu", precision="fp32")
    assert (with_it.encode(["fever"]) == without.encode(["fever"])).all()


def test_a_prompt_before_every_text_is_refused_and_an_empty_one_is_not(
    bert: Path, tmp_path: Path
) -> None:
    folder = save_sentence_transformer(bert, tmp_path, TRANSFORMER, POOLING)
    prompts = {"prompts": {"q": "query: ", "plain": ""}}
    write(folder, "config_sentence_transformers.json", prompts | {"default_prompt_name": "plain"})
    load_encoder(str(folder), device="cpu", precision="fp32")
    write(folder, "config_sentence_transformers.json", prompts | {"default_prompt_name": "q"})

    with pytest.raises(ConfigError, match="puts 'query: ' before every text"):
        load_encoder(str(folder), device="cpu", precision="fp32")


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


def test_a_folder_without_a_tokenizer_is_refused(bert: Path, tmp_path: Path) -> None:
    copied(bert, tmp_path, "tokenizer.json", "vocab.txt")

    with pytest.raises(ModelUnavailableError, match=r"holds no tokenizer \(tokenizer.json, vocab"):
        load_encoder(str(tmp_path), pooling="cls")


def test_a_tokenizer_of_a_few_words_is_refused(bert: Path, tmp_path: Path) -> None:
    copied(bert, tmp_path, "tokenizer.json")
    (tmp_path / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nfever\n")

    with pytest.raises(ModelUnavailableError, match="has 6 words and the network 84"):
        load_encoder(str(tmp_path), pooling="cls")


def test_a_snapshot_of_the_hub_without_a_tokenizer_is_not_here(
    bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    model, commit = tmp_path / "models--owner--name", "0" * 40
    (model / "refs").mkdir(parents=True)
    (model / "refs" / "main").write_text(commit)
    snapshot = model / "snapshots" / commit
    snapshot.mkdir(parents=True)

    copied(bert, snapshot, "tokenizer.json", "vocab.txt")
    without = is_here("owner/name")
    copied(bert, snapshot)

    assert (without, is_here("owner/name")) == (False, True)


@pytest.mark.parametrize("file", ["model.safetensors", "pytorch_model.bin"])
@pytest.mark.parametrize("prefix", ["", "module."])
def test_weights_that_are_missing_are_refused_by_name(
    bert: Path, tmp_path: Path, file: str, prefix: str
) -> None:
    copied(bert, tmp_path, "model.safetensors")
    weights = load_file(bert / "model.safetensors")
    kept = {f"{prefix}{key}": part for key, part in weights.items() if "layer.2." not in key}
    if file.endswith("bin"):
        torch.save(kept, tmp_path / file)
    else:
        save_file(kept, tmp_path / file, metadata={"format": "pt"})

    first = "embeddings" if prefix else "encoder.layer.2"
    with pytest.raises(ModelUnavailableError, match=f"has no weights for {first}"):
        load_encoder(str(tmp_path), pooling="cls")


def test_a_pooler_that_is_missing_is_not_missed(bert: Path, tmp_path: Path) -> None:
    copied(bert, tmp_path)
    weights = load_file(bert / "model.safetensors")
    kept = {key: part for key, part in weights.items() if not key.startswith("pooler.")}
    assert len(kept) < len(weights)
    save_file(kept, tmp_path / "model.safetensors", metadata={"format": "pt"})

    assert load_encoder(str(tmp_path), pooling="cls", device="cpu").encode(["fever"]).shape == (
        1,
        48,
    )


def cut(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


@pytest.mark.parametrize("damage", [cut, lambda _: b""])
@pytest.mark.parametrize("file", ["model.safetensors", "pytorch_model.bin"])
def test_weights_that_were_cut_are_one_line(
    bert: Path, tmp_path: Path, file: str, damage: Callable[[bytes], bytes]
) -> None:
    copied(bert, tmp_path)
    if file.endswith("bin"):
        torch.save(load_file(tmp_path / "model.safetensors"), tmp_path / file)
        (tmp_path / "model.safetensors").unlink()
    (tmp_path / file).write_bytes(damage((tmp_path / file).read_bytes()))

    with pytest.raises(ModelUnavailableError, match=r"can't be loaded as a model .*copy it again"):
        load_encoder(str(tmp_path), pooling="cls")


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
def test_a_pointer_of_git_lfs_is_told_as_one(bert: Path, tmp_path: Path, file: str) -> None:
    copied(bert, tmp_path)
    (tmp_path / file).write_text(POINTER, encoding="utf-8")

    with pytest.raises(ModelUnavailableError, match=f"{file} is a git-lfs pointer .*git lfs pull"):
        load_encoder(str(tmp_path), pooling="cls")


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
def test_a_link_whose_file_was_not_copied_is_told_as_one(
    bert: Path, tmp_path: Path, file: str
) -> None:
    copied(bert, tmp_path, "vocab.txt")
    (tmp_path / file).unlink()
    (tmp_path / file).symlink_to("../../blobs/0123")

    with pytest.raises(ModelUnavailableError) as error:
        load_encoder(str(tmp_path), pooling="cls")

    assert str(error.value) == (
        f"{tmp_path / file} is a link to a file that is not here; copy the model with cp -rL."
    )


def test_a_folder_called_as_a_file_of_a_model_is_none(bert: Path, tmp_path: Path) -> None:
    copied(bert, tmp_path)
    for name in ("foo.model", "model-1-of-2.safetensors", "pytorch_model_old.bin"):
        (tmp_path / name).mkdir()
    load_encoder(str(tmp_path), pooling="cls", device="cpu", precision="fp32")
    for name in ("tokenizer.json", "vocab.txt"):
        (tmp_path / name).unlink(missing_ok=True)

    with pytest.raises(ModelUnavailableError, match="holds no tokenizer"):
        load_encoder(str(tmp_path), pooling="cls")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that nobody can read")
@pytest.mark.parametrize(
    ("file", "kind"),
    [("model.safetensors", ModelUnavailableError), ("modules.json", ConfigError)],
)
def test_a_file_that_can_not_be_read_is_one_line(
    bert: Path, tmp_path: Path, file: str, kind: type[Exception]
) -> None:
    copied(bert, tmp_path)
    (tmp_path / file).unlink(missing_ok=True)
    (tmp_path / file).symlink_to("/proc/self/mem")

    with pytest.raises(kind, match=r"can't be read \(Input/output error\); mend that"):
        load_encoder(str(tmp_path), pooling="cls")


def test_a_network_that_takes_more_than_tokens_is_one_line(bert: Path, tmp_path: Path) -> None:
    copied(bert, tmp_path)
    T5Model(T5Config(vocab_size=84, d_model=48, num_layers=1, num_heads=4, d_ff=96, d_kv=12)
            ).save_pretrained(tmp_path)  # fmt: skip

    with pytest.raises(ModelUnavailableError, match=r"\(t5\) can't embed a word .*as BERT is"):
        load_encoder(str(tmp_path), pooling="cls")


def test_without_the_package_sentencepiece_the_error_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = save_sentencepiece(tmp_path)
    missing: Any = None
    monkeypatch.setitem(sys.modules, "sentencepiece", missing)

    with pytest.raises(ModelUnavailableError, match="pip install sentencepiece"):
        load_encoder(str(folder), pooling="cls")
