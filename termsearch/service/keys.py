"""API keys from a file, read again when it changes.

One a line, ``name:role:key``, with a role of ``read`` or ``admin``; ``#`` starts a comment. The key
itself may be written as ``sha256$`` and its hexadecimal digest, so that the file is no secret:
``printf %s "$KEY" | sha256sum``. Keys are random and long, so that a digest without salt and
rounds can't be guessed back.
"""

import hmac
import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal, NamedTuple, get_args

from termsearch.errors import ConfigError

__all__ = ["Caller", "Keys", "Role"]

Role = Literal["read", "admin"]

_SHORTEST: Final = 16  # characters; `openssl rand -hex 24` makes 48
_DIGEST: Final = re.compile(r"sha256\$([0-9a-fA-F]{64})")


class Caller(NamedTuple):
    """Who asks."""

    name: str  #: for the log
    role: Role


class _Stamp(NamedTuple):
    """Changes when the file does."""

    modified: int
    size: int
    inode: int


class Keys:
    """The keys of one file.

    Raises:
        ConfigError: It can't be read, a line is not a key, or there is none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._callers: dict[bytes, Caller] = {}
        self._seen: _Stamp | None = None
        self.refresh()

    def refresh(self) -> bool:
        """Read the file again if it changed; whether it did.

        Raises:
            ConfigError: As above; the keys that were known stay so.
        """
        try:
            stat = self._path.stat()
            seen = _Stamp(stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen == self._seen:
                return False
            lines = self._path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"--keys: {self._path} can't be read "
                f"({getattr(error, 'strerror', None) or 'not UTF-8 text'})."
            ) from error
        self._seen = seen  # a broken file is complained of once
        self._callers = _callers(lines, self._path)
        return True

    def caller(self, key: str) -> Caller | None:
        """Whose key it is; None if nobody's. Takes the same time whichever it is."""
        given = sha256(key.encode()).digest()
        found = None
        for digest, caller in self._callers.items():
            if hmac.compare_digest(digest, given):
                found = caller
        return found


def _callers(lines: Iterable[str], path: Path) -> dict[bytes, Caller]:
    """Digest of the key to who has it."""
    callers: dict[bytes, Caller] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            digest, caller = _read(line.strip(), f"--keys: {path}, line {number}")
            if digest in callers or caller.name in {each.name for each in callers.values()}:
                raise ConfigError(f"--keys: {path}, line {number}: this name or key is there twice")
            callers[digest] = caller
    if not callers:
        raise ConfigError(f"--keys: {path} has no key; expected lines of 'name:role:key'.")
    return callers


def _read(line: str, where: str) -> tuple[bytes, Caller]:
    """Digest and caller of a line, which is never quoted: it is a secret."""
    name, _, rest = line.partition(":")
    role, _, key = rest.partition(":")
    if not name or role not in get_args(Role) or not key:
        raise ConfigError(f"{where}: expected 'name:role:key' with the role read or admin.")
    if digest := _DIGEST.fullmatch(key):
        return bytes.fromhex(digest[1]), Caller(name, "admin" if role == "admin" else "read")
    if len(key) < _SHORTEST:
        raise ConfigError(
            f"{where}: the key has fewer than {_SHORTEST} characters and could be guessed; "
            "make one with 'openssl rand -hex 24'."
        )
    return sha256(key.encode()).digest(), Caller(name, "admin" if role == "admin" else "read")
