"""Small networks with random weights, saved as a publisher would."""

from pathlib import Path

import torch
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertModel,
    BertTokenizer,
    DistilBertConfig,
    DistilBertModel,
    XLMRobertaConfig,
    XLMRobertaModel,
)

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


def save_xlm_roberta(folder: Path) -> Path:
    """The same with XLM-R's positions, which start behind the padding id."""
    words = _save_tokenizer(folder)
    torch.manual_seed(8)
    config = XLMRobertaConfig(
        vocab_size=words, hidden_size=48, num_hidden_layers=3, num_attention_heads=4,
        intermediate_size=96, max_position_embeddings=130, type_vocab_size=1,
        pad_token_id=0, initializer_range=0.1,
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


def _save_tokenizer(folder: Path) -> int:
    """Returns how many words it has."""
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys([*WORDS, *LETTERS])]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    tokenizer = BertTokenizer(vocab=str(folder / "vocab.txt"), do_lower_case=True)
    tokenizer.save_pretrained(folder)
    AutoTokenizer.from_pretrained(folder)  # what was written can be read
    return len(vocabulary)
