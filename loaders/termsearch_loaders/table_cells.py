"""What the cells of a user's table say: texts, lists, yes and no, a language."""

import json
import re
from typing import NamedTuple
from unicodedata import normalize

from termsearch.errors import BadRecordError
from termsearch_loaders.files import Member

__all__ = ["LANGS", "Row", "parsed", "tag"]

#: With what Excel writes for TRUE and FALSE in German, French, Spanish and Italian, and the STATUS
#: of LOINC (https://loinc.org/kb/users-guide/loinc-database-structure), of which one is retired.
_YES = (
    "true", "t", "yes", "y", "1", "active", "trial", "discouraged", "wahr", "ja", "j", "aktiv",
    "vrai", "oui", "verdadero", "sí", "si", "vero", "sì",
)  # fmt: skip
_NO = (
    "false", "f", "no", "n", "0", "inactive", "deprecated", "falsch", "nein", "inaktiv",
    "faux", "non", "falso",
)  # fmt: skip

#: Language and region or script of BCP-47; nobody names a medical list by more.
_LANG = re.compile(r"[a-z]{2,3}([-_][a-z0-9]{2,8})*", re.IGNORECASE)

#: What is expected where that does not hold, for messages.
LANGS = "a code such as en, de or pt-BR"

#: The escape of half a character, which JSON allows alone and UTF-8 does not.
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class Row(NamedTuple):
    """One row: where it stands, and its cells by our field names.

    A cell is text, or whatever JSON holds. Blanks around a text are no part of it. ``NA``,
    ``None`` and ``null`` are texts; only JSON's own ``null`` is nothing.
    """

    member: Member
    line: int  #: its first line, from 1
    cells: dict[str, object]

    def text(self, field: str) -> str:
        """The text of a cell; nothing where it is blank or there is no such column."""
        found = self.cells.get(field)
        if found is None:
            return ""
        if not isinstance(found, str):
            raise self.broken(f"{field} is {_kind(found)}, expected a text")
        return found.strip()

    def required(self, field: str) -> str:
        """The text of a cell that must have one. A JSON number without a point is one."""
        found = self.cells.get(field)
        if isinstance(found, int) and not isinstance(found, bool) and field == "code":
            return str(found)
        text = self.text(field)
        if not text:
            raise self.broken(f"no {field}, expected a text")
        return text

    def texts(self, field: str) -> list[str]:
        """The texts of a cell, each once: a JSON array, or text separated by ``|``.

        ``[18F]Zz|[X]Zz`` is no array: what starts with a bracket and is no JSON is text.
        """
        found = self.cells.get(field)
        if isinstance(found, str):
            text = found.strip()
            array = parsed(text) if text.startswith("[") else None
            if text.startswith('["') and array is None:
                raise self.broken(f"{field} is a broken JSON array, expected texts or a|b|c")
            found = text.split("|") if array is None else array
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise self.broken(f"{field} is {_kind(found)}, expected texts")
        return list(dict.fromkeys(filter(None, map(str.strip, found))))

    def flag(self, field: str, *, otherwise: bool) -> bool:
        """Yes or no; ``otherwise`` where the cell says nothing."""
        found = self.cells.get(field)
        shown = "" if found is None else str(found).strip()
        text = normalize("NFC", shown.casefold())
        if text and text not in _YES + _NO:
            raise self.broken(
                f"{field} is {shown!r}, expected true, false, yes, no, 1, 0, active or inactive"
            )
        return text in _YES if text else otherwise

    def lang(self, otherwise: str) -> str:
        """The language of the row's names as :func:`tag` writes it; ``otherwise`` if not said."""
        text = self.text("lang")
        found = tag(text) if text else otherwise
        if not found:
            raise self.broken(f"lang is {text!r}, expected {LANGS}")
        return found

    def broken(self, problem: str) -> BadRecordError:
        """The error for this row."""
        return BadRecordError(str(self.member), f"line {self.line}", problem)


def tag(text: str) -> str:
    """A language as BCP-47 writes it: ``en``, ``pt-BR``; nothing where ``text`` is none."""
    if not _LANG.fullmatch(text):
        return ""
    first, *others = re.split("[-_]", text.lower())
    return "-".join([first, *(o.upper() if len(o) == 2 else o.title() for o in others)])  # noqa: PLR2004  # regions have two letters, scripts four


def parsed(text: str) -> object:
    """The JSON value of ``text``; None if it is none, or holds half a character."""
    try:
        found: object = json.loads(text)
        if _HALF.search(text):
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # UnicodeEncodeError is a ValueError
        return None
    return found


def _kind(found: object) -> str:
    if isinstance(found, float):
        return f"the number {found}, which may have lost digits"
    if isinstance(found, list):
        return "a list with something else than texts"
    return f"{json.dumps(found)[:40]}"
