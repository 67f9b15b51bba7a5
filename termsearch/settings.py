"""Settings: a flag, then the environment, then the default. Only this module reads the latter."""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from termsearch.choices import Pooling, Precision
from termsearch.errors import ConfigError

__all__ = ["ENCODERS", "ServiceSettings", "Settings", "first_wrong"]

#: The folder beside the indexes in which encoders lie that were exported for them.
ENCODERS: Final = "encoders"

_PREFIX = "TERMSEARCH_"
_INDEX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_GRPC = re.compile(r"auto|off|[1-9]\d{0,4}")


def first_wrong(error: ValidationError) -> tuple[str, str]:
    """The field that is wrong first, and what is wrong, without its value: that may be secret."""
    first = error.errors(include_url=False, include_input=False)[0]
    return str(first["loc"][0]), first["msg"].removeprefix("Value error, ")


def _index_name(name: str) -> str:
    if not _INDEX.fullmatch(name):
        raise ValueError(
            f"{name!r} can't be a name; expected letters, digits, '.', '_' and '-', the first a "
            "letter or a digit"
        )
    if name.casefold() == ENCODERS:  # some disks know no case
        raise ValueError(f"{name!r} can't be a name: the encoders of all indexes lie there")
    return name


def _grpc(how: str) -> str:
    if not _GRPC.fullmatch(how):
        raise ValueError(f"{how!r} is neither auto nor off nor a port")
    return how


def _http_url(url: str) -> str:
    """The address of a server. Not ``:memory:``: what went in there would be lost at the end."""
    if "@" in url:  # first, for the errors of what follows quote parts of the address
        raise ValueError("expected no user and no password in it; a key goes into QDRANT_API_KEY")
    if url:
        parts = urlsplit(url)  # raises ValueError for what is no URL
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("expected http://HOST:PORT or https://HOST:PORT")
        if parts.query or parts.fragment:  # the client drops both
            raise ValueError("expected nothing after '?' or '#' in it")
        _ = parts.port  # raises ValueError for a port that is no number
    return url


def _parted(text: object) -> object:
    """A variable is one text; flags are a tuple already."""
    return tuple(text.split()) if isinstance(text, str) else text


def _data_folder() -> Path:
    """The user's own, asked for only where no other is named."""
    from platformdirs import user_data_path

    return user_data_path("termsearch")


def _ascii(key: SecretStr) -> SecretStr:
    """``key`` without the blanks and the line end that a shell or a file leaves around it."""
    text = key.get_secret_value().strip()
    # An HTTP header carries no other, and the client's error would quote it (httpx 0.28).
    if not all("!" <= character <= "~" for character in text):
        raise ValueError("expected ASCII text without blanks and control characters")
    return SecretStr(text)


class ServiceSettings(BaseModel):
    """How the service is run, as far as the environment and flags may say it."""

    #: Without what was given: it may be a key.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str = Field(default="127.0.0.1", description="Where the service listens.")
    port: int = Field(default=8000, ge=0, le=65535)
    keys_file: Path | None = Field(default=None, description="API keys; none: nobody asks who.")
    cors: Annotated[tuple[str, ...], BeforeValidator(_parted)] = Field(
        default=(),
        description="Origins whose pages may ask, blanks part them; ``*``: any, which needs keys.",
    )
    log_queries: bool = Field(default=False, description="Log the texts; may be patient data.")
    concurrent: int = Field(default=128, ge=1, description="Requests at once; more: 429.")
    request_seconds: float = Field(default=30, gt=0, description="Until an answer begins; 504.")


class Settings(ServiceSettings):
    """Each field is read from ``TERMSEARCH_<FIELD>``; the last three from their own names."""

    home: Annotated[Path, AfterValidator(Path.expanduser)] = Field(
        default_factory=_data_folder,
        description="Folder of the embedded indexes.",
    )
    index: Annotated[str, AfterValidator(_index_name)] = Field(
        default="terms", description="Which index: a folder in ``home``, or a collection."
    )
    model: str = Field(default="", description="Encoder; empty: sapbert, or the index's own.")
    pooling: Pooling | None = None
    max_tokens: Annotated[int, Field(ge=3, le=512)] | None = None
    device: str = "auto"
    precision: Precision = "auto"
    threads: Annotated[int, Field(ge=0)] = Field(
        default=0, description="Cores that an exported encoder uses; 0: all."
    )
    grpc: Annotated[str, AfterValidator(_grpc)] = Field(
        default="auto", description="Server: auto (gRPC if port 6334 answers), a port, or off."
    )
    shards: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Server: shards of a new collection; its own default if not set."
    )
    replicas: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Server: copies of each shard, likewise."
    )
    quantize: Literal["auto", "on", "off"] = Field(
        default="auto", description="Server: 4-bit vectors in memory; auto: from a million names."
    )
    key: Annotated[SecretStr, AfterValidator(_ascii)] | None = Field(
        default=None, description="For a service that a command asks."
    )
    key_file: Path | None = Field(default=None, description="The key is the content of this file.")
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
            field, wrong = first_wrong(error)
            variable = _variables()[field]
            raise ConfigError(f"{variable}: {wrong}.") from None  # `from` would show keys

    def api_key(self) -> str | None:
        """The server's key, from the variable or the file.

        Raises:
            ConfigError: The file can't be read.
        """
        return _secret(self.qdrant_api_key, self.qdrant_api_key_file, "QDRANT_API_KEY_FILE")

    def service_key(self) -> str | None:
        """The key of the service, from the variable or the file.

        Raises:
            ConfigError: The file can't be read.
        """
        return _secret(self.key, self.key_file, "TERMSEARCH_KEY_FILE")


def _secret(value: SecretStr | None, path: Path | None, variable: str) -> str | None:
    """What is in the file that ``variable`` names, else ``value``."""
    if path is None:
        return value.get_secret_value() if value else None
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{variable}: {path} can't be read "
            f"({getattr(error, 'strerror', None) or 'not ASCII text'})."
        ) from error
    try:
        return _ascii(SecretStr(text)).get_secret_value()
    except ValueError as error:
        raise ConfigError(f"{variable}: in {path}: {error}.") from None


def _variables() -> dict[str, str]:
    """Field to variable."""
    return {
        field: field.upper() if field.startswith("qdrant_") else _PREFIX + field.upper()
        for field in Settings.model_fields
    }


def _misspelt(name: str) -> str:
    known = [variable for variable in _variables().values() if variable.startswith(_PREFIX)]
    close = get_close_matches(name, known, n=1)
    if close:
        return f"{name} is no setting; did you mean {close[0]}?"
    return f"{name} is no setting; known: {', '.join(known)}"
