"""Settings: a flag, then the environment, then the default. Only this module reads the latter."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from termsearch.encoder import Pooling, Precision
from termsearch.errors import ConfigError

__all__ = ["Settings"]

_PREFIX = "TERMSEARCH_"


def _http_url(url: str) -> str:
    """The address of a server. Not ``:memory:``: what went in there would be lost at the end."""
    if url:
        parts = urlsplit(url)  # raises ValueError for what is no URL
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("expected http://HOST:PORT or https://HOST:PORT")
        _ = parts.port  # raises ValueError for a port that is no number
    return url


def _ascii(key: SecretStr) -> SecretStr:
    if not key.get_secret_value().isascii():  # an HTTP header could not carry it
        raise ValueError("expected ASCII text")
    return key


class Settings(BaseModel):
    """Each field is read from ``TERMSEARCH_<FIELD>``; the last three from their own names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Annotated[Path, AfterValidator(Path.expanduser)] = Field(
        default_factory=lambda: user_data_path("termsearch"),
        description="Folder of the embedded indexes.",
    )
    index: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] = Field(
        default="terms", description="Which index: a folder in ``home``, or a collection."
    )
    model: str = Field(default="", description="Encoder; empty: sapbert, or the index's own.")
    pooling: Pooling | None = None
    max_tokens: Annotated[int, Field(ge=3, le=512)] | None = None
    device: str = "auto"
    precision: Precision = "auto"
    qdrant_url: Annotated[str, AfterValidator(_http_url)] = Field(
        default="", description="QDRANT_URL: use this server, not a folder."
    )
    qdrant_api_key: Annotated[SecretStr, AfterValidator(_ascii)] | None = Field(
        default=None, description="QDRANT_API_KEY"
    )
    qdrant_api_key_file: Path | None = Field(
        default=None, description="QDRANT_API_KEY_FILE: the key is the content of this file."
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """The settings that ``environ`` gives; empty values count as not set.

        Raises:
            ConfigError: A ``TERMSEARCH_`` variable that does not exist, or a value out of range.
        """
        given = {
            field: environ[variable]
            for field, variable in _variables().items()
            if environ.get(variable)
        }
        for name in environ:
            if name.startswith(_PREFIX) and name not in _variables().values():
                raise ConfigError(_misspelt(name))
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            variable = _variables()[str(first["loc"][0])]
            raise ConfigError(f"{variable}: {first['msg']}.") from None  # `from` would show keys

    def api_key(self) -> str | None:
        """The server's key, from the variable or the file.

        Raises:
            ConfigError: The file can't be read.
        """
        if self.qdrant_api_key_file is None:
            return self.qdrant_api_key.get_secret_value() if self.qdrant_api_key else None
        try:
            return self.qdrant_api_key_file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"QDRANT_API_KEY_FILE: {self.qdrant_api_key_file} can't be read "
                f"({getattr(error, 'strerror', None) or 'not ASCII text'})."
            ) from error


def _variables() -> dict[str, str]:
    """Field to variable."""
    return {
        field: field.upper() if field.startswith("qdrant_") else _PREFIX + field.upper()
        for field in Settings.model_fields
    }


def _misspelt(name: str) -> str:
    known = [variable for variable in _variables().values() if variable.startswith(_PREFIX)]
    close = get_close_matches(name, known, n=1)
    return f"{name} is no setting; {f'did you mean {close[0]}?' if close else 'known: '}" + (
        "" if close else ", ".join(known)
    )
