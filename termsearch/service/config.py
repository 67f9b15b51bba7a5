"""How the service is run: what is listened to, who may ask, and what is too much."""

from typing import Self
from urllib.parse import urlsplit

from pydantic import Field

from termsearch.errors import ConfigError
from termsearch.loopback import is_loopback
from termsearch.settings import ServiceSettings, Settings

__all__ = ["ServiceConfig"]


class ServiceConfig(ServiceSettings):
    """Fixed while the service runs; the content of ``keys_file`` is not."""

    body_bytes: int = Field(default=1_048_576, ge=1, description="More: 413.")
    body_seconds: float = Field(default=10, gt=0, description="Until all of a body is here; 408.")
    drain_seconds: int = Field(default=20, ge=0, description="For requests under way at the end.")
    poll_seconds: float = Field(default=5, gt=0, description="Between looks at index and keys.")

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """What the environment and the flags say, all else as by default."""
        return cls(**settings.model_dump(include=set(ServiceSettings.model_fields)))

    def require_safe(self) -> None:
        """Refuse to show the index to those nobody has let in.

        Raises:
            ConfigError: Another host than this one could ask without a key, or any web page.
        """
        if self.keys_file is None and not is_loopback(self.host):
            raise ConfigError(
                f"--host {self.host} can be reached from other machines and there are no API keys; "
                "give --keys FILE (one 'name:role:key' a line), or stay on 127.0.0.1."
            )
        if self.keys_file is None and "*" in self.cors:
            raise ConfigError(
                "--cors '*' lets every web page read the index and there are no API keys; give "
                "--keys FILE, or name the origins."
            )
        for origin in self.cors:
            if origin != "*" and not _is_origin(origin):
                raise ConfigError(
                    f"--cors {origin} is no origin; expected https://HOST or http://HOST:PORT."
                )


def _is_origin(text: str) -> bool:
    parts = urlsplit(text)
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and not (parts.path or parts.query or parts.fragment or parts.username)
    )
