"""What a model's folder says of its use: how to pool, where to cut, what else is done to texts.

sentence-transformers writes ``modules.json``, ``1_Pooling/config.json``,
``sentence_bert_config.json`` and ``config_sentence_transformers.json``; a bare transformer says
none of it.
"""

import json
from pathlib import Path
from typing import Any, Final

from termsearch.encoder import Pooling
from termsearch.errors import ConfigError

__all__ = ["SAPBERT_TOKENS", "json_of", "require_plain", "stated_limit", "stated_pooling"]

#: Tokens per name in SapBERT's own script and training, [CLS] and [SEP] included
#: (github.com/cambridgeltl/sapbert, README.md: ``max_length=25``).
SAPBERT_TOKENS: Final = 25

_MODULES, _PROMPTS = "modules.json", "config_sentence_transformers.json"
_LIMIT, _POOLING = "sentence_bert_config.json", "1_Pooling/config.json"

#: What is computed here too; a name's vector has length 1 unless that is turned off.
#: Dropout acts in training alone.
_KNOWN = {"Transformer", "Pooling", "Normalize", "Dropout"}

#: The most that --max-tokens takes; for a network that can do with any length.
_ENDLESS = 512


def stated_pooling(folder: Path) -> Pooling:
    """How token states become one vector.

    Raises:
        ConfigError: It is not said, or is a way that is not known here.
    """
    config = json_of(folder / _POOLING)
    modes = {name for name, on in config.items() if name.startswith("pooling_mode_") and on is True}
    mode = config.get("pooling_mode")  # sentence-transformers 5 and later write one word
    if modes == {"pooling_mode_cls_token"} or mode == "cls":
        return "cls"
    if modes == {"pooling_mode_mean_tokens"} or mode == "mean":
        return "mean"
    found = f"asks for {mode or sorted(modes)}" if config else "is not there"
    raise ConfigError(
        f"how {folder} pools is not known: {_POOLING} {found}. Say --pooling cls "
        "(as SapBERT) or --pooling mean."
    )


def stated_limit(folder: Path) -> int:
    """Tokens a text is cut at, if the network has as many positions.

    sentence-transformers cuts at ``max_seq_length``, which version 6.2 does not write;
    else at the tokenizer's limit, but not behind the last position (``Transformer.__init__`` of
    6.2.0). A bare transformer is used as SapBERT's script does.
    """
    stated = json_of(folder / _LIMIT).get("max_seq_length")
    if _is_limit(stated):
        return int(stated)
    if not any((folder / name).is_file() for name in (_MODULES, _POOLING, _LIMIT)):
        return SAPBERT_TOKENS
    limits = [
        json_of(folder / "tokenizer_config.json").get("model_max_length"),
        json_of(folder / "config.json").get("max_position_embeddings"),
    ]
    return min(filter(_is_limit, limits), default=_ENDLESS)


def require_plain(folder: Path) -> None:
    """Refuse what would have to be done to texts or vectors and is not done here.

    Raises:
        ConfigError: The model has such a module, or a prompt before every text.
    """
    for module in json_of(folder / _MODULES, list):
        kind = str(module.get("type", "")).rpartition(".")[2] if isinstance(module, dict) else ""
        if kind not in _KNOWN:
            raise ConfigError(
                f"{folder} sends its vectors through {kind or 'an unnamed module'} "
                f"({_MODULES}), which is not computed here: choose another --model."
            )
    prompts = json_of(folder / _PROMPTS)
    name, texts = prompts.get("default_prompt_name"), prompts.get("prompts")
    prompt = texts.get(name) if isinstance(texts, dict) else ""
    if name is not None and prompt:
        raise ConfigError(
            f"{folder} puts {prompt!r} before every text (default_prompt_name in {_PROMPTS}), "
            "which is not done here: choose another --model."
        )


def json_of(path: Path, kind: type[Any] = dict) -> Any:
    """The content of ``path``; an empty ``kind`` if there is no such file, or it holds another.

    Raises:
        ConfigError: It is not JSON, or can't be read.
    """
    if not path.is_file():
        return kind()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(f"{path}: not JSON ({error}); copy the model again.") from error
    except OSError as error:
        raise ConfigError(f"{path} can't be read ({error.strerror}); mend that.") from error
    return content if isinstance(content, kind) else kind()


def _is_limit(value: object) -> bool:
    """Whether it is a number of tokens: -1 and 1e30 say that there is no limit."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**9
