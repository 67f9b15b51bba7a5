"""A service of this machine that has the index open: how it says so, and how a command asks it.

A cold command loads an engine and an encoder to find one word; a running service has both. It
writes a file beside the index that says where it listens, and a command that finds the file asks
there. Neither numpy nor an engine is imported here: the point is to be quick.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from http.client import HTTPConnection, HTTPException
from json import dumps
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationError, field_validator

from termsearch import __version__
from termsearch.answer import Answer
from termsearch.errors import ConfigError, UsageError
from termsearch.loopback import is_loopback
from termsearch.settings import Settings

__all__ = ["Announcement", "Service", "find_service", "pointer"]

#: Longer than the service itself waits for an answer (``TERMSEARCH_REQUEST_SECONDS``).
_SECONDS: Final = 60.0
#: A service says at once that it is there. One that does not is stopped, or hangs.
_SIGN_OF_LIFE_SECONDS: Final = 1.0
_OK: Final = 200
#: The only refusal that the index itself would make too, with the same words.
_BAD_REQUEST: Final = 400

#: Settings that choose the index and how queries are embedded: other values, other answers.
_DECISIVE: Final = {"device", "index", "max_tokens", "model", "pooling", "precision", "qdrant_url"}


class _Record(BaseModel):
    """What the file says."""

    url: str = Field(description="On loopback.")
    pid: int = Field(gt=0)
    index: str
    needs_key: bool
    settings: str = Field(
        description="Digest of version and settings that decide what is answered."
    )
    generation: str = Field(description="As `pointer` gave it for what is served.")
    started: float = Field(description="Seconds since 1970; the same for one run of a service.")

    @field_validator("url")
    @classmethod
    def _on_loopback(cls, url: str) -> str:
        """Its host, read as a client would: ``http://localhost@evil.example`` only begins well."""
        parts = urlsplit(url)
        here = parts.scheme == "http" and is_loopback(parts.hostname or "")
        if not here or not parts.port or "@" in parts.netloc:
            raise ValueError("is no http://HOST:PORT on loopback")
        return url


class Announcement:
    """The file of one run of a service.

    Args:
        settings: What the service was started with.
        started: Seconds since 1970.
        needs_key: Whether it asks for API keys.
    """

    def __init__(self, settings: Settings, started: float, *, needs_key: bool) -> None:
        self._settings, self._started, self._needs_key = settings, started, needs_key

    def put(self, url: str, generation: str) -> None:
        """Say that ``generation`` is answered from at ``url``.

        Raises:
            ConfigError: The file can't be written.
        """
        record = _Record(
            url=url,
            pid=os.getpid(),
            index=self._settings.index,
            needs_key=self._needs_key,
            settings=_digest(self._settings),
            generation=generation,
            started=self._started,
        )
        path = _path(self._settings)
        new = path.with_name(f"{path.name}.{os.getpid()}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            new.unlink(missing_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(record.model_dump_json())
            new.replace(path)  # a reader finds the old one or the new one
        except OSError as error:
            raise ConfigError(
                f"{path} can't be written ({error.strerror}): 'termsearch query' will not find "
                "this service and search by itself."
            ) from error

    def lost(self) -> bool:
        """Whether no service that lives is in the file: the last one that wrote it has ended."""
        found = _read(self._settings)
        return found is None or not _lives(found.pid)

    def remove(self) -> None:
        """Say no more, unless another service has put its own there."""
        found = _read(self._settings)
        if found and (found.pid, found.started) == (os.getpid(), self._started):
            with suppress(OSError):
                _path(self._settings).unlink()


@dataclass(frozen=True)
class Service:
    """A service that can be asked in place of the index."""

    host: str
    port: int
    index: str
    key: str | None

    @classmethod
    def _of(cls, record: _Record, key: str | None) -> Self:
        parts = urlsplit(record.url)
        return cls(parts.hostname or "", parts.port or 0, record.index, key)

    def query_many(
        self,
        texts: Sequence[str],
        filters: Mapping[str, Any],
        *,
        context: str = "",
        **asked: Any,
    ) -> list[Answer] | None:
        """As :meth:`termsearch.search.TermSearch.query_many`; None if it does not answer that.

        What it does not answer (too large, too many, busy, stopped, another key) the index may.

        Args:
            texts: What is asked, one a query.
            filters: Fields of :class:`~termsearch.index.where.Where`.
            context: What all of them stand in.
            asked: ``limit``, ``mode`` and ``min_score``.

        Raises:
            UsageError: A filter names something that the index does not hold.
        """
        body = {
            "queries": [{"text": text, "context": context} for text in texts],
            "vocab": filters["vocabularies"],
            "type": filters["types"],
            "lang": filters["langs"],
            "under": filters["under"] or None,
            "inactive": filters["inactive"],
            **asked,
        }
        try:
            status, said = self._asked(dumps(body).encode())
            if status == _BAD_REQUEST:
                raise UsageError(_Refused.model_validate_json(said).error.message)
            answers = _Answered.model_validate_json(said).answers if status == _OK else []
        except (OSError, HTTPException, ValidationError):
            return None
        told = [(answer.query, answer.index.name) for answer in answers]
        refused = any(answer.error for answer in answers)
        same = told == [(text, self.index) for text in texts]
        return [*answers] if same and not refused else None

    def _asked(self, body: bytes) -> tuple[int, bytes]:
        """Status and body of what ``/search/bulk`` answers."""
        connection = HTTPConnection(self.host, self.port, timeout=_SIGN_OF_LIFE_SECONDS)
        headers = {"Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        try:
            connection.request("GET", "/health")
            connection.getresponse().read()
            connection.timeout = _SECONDS
            if connection.sock:  # as it is unless the service closed it
                connection.sock.settimeout(_SECONDS)
            connection.request("POST", "/search/bulk", body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


def find_service(settings: Settings) -> Service | None:
    """The service that would answer as the index of ``settings`` does; None if none is known.

    It is of the same version, has the same index, encoder and generation, its process lives, and it
    asks for no key or ``settings`` have one.

    Raises:
        ConfigError: The file of the key can't be read.
    """
    record = _read(settings)
    if (
        record is None
        or record.settings != _digest(settings)
        or record.generation != pointer(settings)
        or not _lives(record.pid)
    ):
        return None
    key = settings.service_key() if record.needs_key else None
    return None if record.needs_key and not key else Service._of(record, key)


def pointer(settings: Settings) -> str:
    """What tells the generation of an embedded index; empty for one on a server.

    A service takes up to five seconds to see a newer one, and is not asked meanwhile. On a server
    to find out would cost more than to ask.
    """
    if settings.qdrant_url:
        return ""
    try:
        return (settings.home / settings.index / "current.json").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


class _Said(BaseModel):
    message: str


class _Refused(BaseModel):
    error: _Said


class _Row(Answer):
    error: str = Field(default="", exclude=True)


class _Answered(BaseModel):
    answers: list[_Row]


def _path(settings: Settings) -> Path:
    return settings.home / f"{settings.index}.service.json"


def _read(settings: Settings) -> _Record | None:
    try:
        return _Record.model_validate_json(_path(settings).read_bytes())
    except (OSError, ValidationError):
        return None


def _digest(settings: Settings) -> str:
    decisive = f"{__version__} {settings.model_dump_json(include=_DECISIVE)}"
    return blake2b(decisive.encode(), digest_size=16).hexdigest()


def _lives(pid: int) -> bool:
    """Whether there is such a process; where that can't be told, a refused connection will tell."""
    if os.name == "nt":  # os.kill would end it there
        return True
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True
