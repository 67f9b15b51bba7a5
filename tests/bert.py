"""Small networks with random weights, saved as a publisher would, and what they should give."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
import torch
from transformers import (
    AutoModel,
    AutoTokenizer,
    BertConfig,
    BertModel,
    BertTokenizer,
    DistilBertConfig,
    DistilBertModel,
    XLMRobertaConfig,
    XLMRobertaModel,
)

from termsearch.encoder import Vectors

#: As `modules.json` names them, of sentence-transformers 6 and earlier.
TRANSFORMER = "sentence_transformers.base.modules.transformer.Transformer"
POOLING = "sentence_transformers.sentence_transformer.modules.pooling.Pooling"
NORMALIZE = "sentence_transformers.models.Normalize"

WORDS = [
    "fever", "high", "heart", "attack", "type", "1", "2", "diabetes", "mellitus", "of", "the",
    "left", "femur", "pain", "acute", "chronic", "kidney", "disease", "stage", "with", "without",
    "##s", "##ic", "##itis", ",", "-", "(", ")",
]  # fmt: skip
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
LETTERS = [*ALPHABET, *(f"##{letter}" for letter in ALPHABET)]
NAMES = [
    "fever",
    "High Fever",
    "heart attack",
    "type 2 diabetes mellitus with chronic kidney disease, stage 2",
    "acute pain of the left femur",
    "x",
    "",
    "fever " * 60,  # far over the token limit
    *(f"kidney{'s' * n} of type {n}" for n in range(300)),
]


def save_bert(folder: Path, *, spread: float = 0.3) -> Path:
    """A BERT of three layers; ``spread`` of its weights: 0.02 is a fresh model's."""
    words = _save_tokenizer(folder)
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=words, hidden_size=48, num_hidden_layers=3, num_attention_heads=4,
        intermediate_size=96, max_position_embeddings=128, initializer_range=spread,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    return folder


def save_xlm_roberta(folder: Path, *, padding: int = 0) -> Path:
    """The same with XLM-R's positions, which start behind ``padding``: 0 is [PAD], 1 [UNK]."""
    return _save_xlm_roberta(folder, _save_tokenizer(folder), padding)


def save_sentencepiece(folder: Path) -> tuple[Path, Any]:
    """The same with XLM-R's tokenizer as its authors publish it, and that as they read it.

    The repository of ``sapbert-multilingual`` has ``sentencepiece.bpe.model`` and no
    ``tokenizer.json``.
    """
    file = folder / "sentencepiece.bpe.model"
    with file.open("wb") as written:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter([*NAMES, *ALPHABET]), model_writer=written, vocab_size=90,
            hard_vocab_limit=False, minloglevel=2,
        )  # fmt: skip
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(file))
    stated = {"tokenizer_class": "XLMRobertaTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(stated), encoding="utf-8")
    return _save_xlm_roberta(folder, len(pieces) + 2, padding=1), pieces  # and <pad>, <mask>


def _save_xlm_roberta(folder: Path, words: int, padding: int) -> Path:
    torch.manual_seed(8)
    config = XLMRobertaConfig(
        vocab_size=words, hidden_size=48, num_hidden_layers=3, num_attention_heads=4,
        intermediate_size=96, max_position_embeddings=130, type_vocab_size=1,
        pad_token_id=padding, initializer_range=0.1,
    )  # fmt: skip
    XLMRobertaModel(config).save_pretrained(folder)
    return folder


def save_distilbert(folder: Path) -> Path:
    """A network that is none of BERT's own."""
    words = _save_tokenizer(folder)
    torch.manual_seed(9)
    config = DistilBertConfig(vocab_size=words, dim=48, n_layers=2, n_heads=4, hidden_dim=96)
    DistilBertModel(config).save_pretrained(folder)
    return folder


def write(folder: Path, name: str, content: object) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content), encoding="utf-8")


def save_sentence_transformer(bert: Path, folder: Path, *modules: str, **limits: object) -> Path:
    """As version 6.2 does: no limit but the tokenizer's."""
    copied(bert, folder)
    stated = json.loads((bert / "tokenizer_config.json").read_text(encoding="utf-8"))
    stated.pop("model_max_length", None)
    write(folder, "tokenizer_config.json", stated | limits)
    write(folder, "sentence_bert_config.json", {"transformer_task": "feature-extraction"})
    write(folder, "1_Pooling/config.json", {"pooling_mode": "mean"})
    write(folder, "modules.json", [{"type": module} for module in modules])
    return folder


def copied(folder: Path, to: Path, *without: str) -> Path:
    """``to``, with the files of ``folder`` but for some."""
    to.mkdir(exist_ok=True)
    for file in folder.iterdir():
        if file.is_file() and file.name not in without:
            (to / file.name).write_bytes(file.read_bytes())
    return to


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


def cosines(one: Vectors, other: Vectors) -> Vectors:
    """Of rows of the same number."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    found: Vectors = (one * other).sum(axis=1) / lengths
    return found


def _save_tokenizer(folder: Path) -> int:
    """Returns how many words it has."""
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys([*WORDS, *LETTERS])]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    tokenizer = BertTokenizer(vocab=str(folder / "vocab.txt"), do_lower_case=True)
    tokenizer.save_pretrained(folder)
    AutoTokenizer.from_pretrained(folder)  # what was written can be read
    return len(vocabulary)
