"""The parameters of an operation, from a query string or a ``Parameters`` resource.

What no specification knows is ignored and named in a header, or refused where the client says
``Prefer: handling=strict`` (https://hl7.org/fhir/R4/search.html#errors). What a specification
knows, would change the answer and is not done here is refused always.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from termsearch.misshapen import misshapen
from termsearch.service.fhir.datatypes import CODE, CodeableConcept, Coding, ValueSet
from termsearch.service.fhir.outcome import Json, invalid, not_supported

__all__ = ["Given", "Known", "given", "parameter", "parameters", "wrong"]

T = TypeVar("T")

#: Name to FHIR type; ``*`` behind it: may be repeated. ``unsupported``, or ``R4`` or ``R5`` for a
#: parameter of that version alone: refused.
Known = Mapping[str, str]

#: Of every request: https://hl7.org/fhir/R4/http.html#parameters.
_CONTROL: Final = frozenset({"_format", "_pretty"})

_MODELS: Final[dict[str, type[BaseModel]]] = {
    "Coding": Coding,
    "CodeableConcept": CodeableConcept,
    "ValueSet": ValueSet,
}

_REFUSED: Final = frozenset({"unsupported", "R4", "R5"})

#: What asks for nothing, be it of a parameter that is refused.
_NOTHING: Final = (None, "", False, "false")

_LONGEST: Final = 2_000
_MOST: Final = 1_000
_INTEGER: Final = re.compile(r"-?\d{1,9}")
#: https://hl7.org/fhir/R4/datatypes.html#dateTime, its shape.
_DATE: Final = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?")
_TOKEN: Final = re.compile(r"[^\s|]+\|[^\s|]+")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


class Given:
    """What the client gave, each of its type.

    Attributes:
        ignored: Names that no specification knows.
    """

    def __init__(self, values: Mapping[str, list[Any]], ignored: Iterable[str] = ()) -> None:
        self._values = values
        self.ignored = tuple(dict.fromkeys(ignored))

    def text(self, name: str) -> str:
        """A text; empty if it was not given."""
        return str(self._first(name) or "")

    def texts(self, name: str) -> list[str]:
        """Each value of a parameter that may be repeated."""
        return list(self._values.get(name, ()))

    def flag(self, name: str) -> bool:
        """Whether it was given as true."""
        return self._first(name) is True

    def number(self, name: str) -> int | None:
        """A number; None if it was not given."""
        found = self._first(name)
        return found if isinstance(found, int) else None

    def one(self, name: str, kind: type[T]) -> T | None:
        """A value of a type of its own; None if it was not given."""
        found = self._first(name)
        return found if isinstance(found, kind) else None

    def with_text(self, name: str, value: str) -> "Given":
        """A copy in which ``name`` is ``value``, as a header or an instance's path says."""
        return Given({**self._values, name: [value]}, self.ignored)

    def without(self, name: str) -> "Given":
        """A copy in which ``name`` was not given."""
        return Given({k: v for k, v in self._values.items() if k != name}, self.ignored)

    def plain(self) -> Iterator[tuple[str, str | int | bool]]:
        """Everything that is a text, a number or a yes or no, in order."""
        for name, values in self._values.items():
            yield from ((name, value) for value in values if isinstance(value, str | int))

    def _first(self, name: str) -> object:
        return next(iter(self._values.get(name, ())), None)


def given(known: Known, query: Iterable[tuple[str, str]], body: object, *, strict: bool) -> Given:
    """Read the parameters of one request.

    Args:
        known: Those of the operation.
        query: Of the query string.
        body: A ``Parameters`` resource or the one resource that the operation takes; or None.
        strict: Refuse what is not known.

    Raises:
        Problem: 400, something is not as ``known`` says.
    """
    values: dict[str, list[Any]] = {}
    ignored = []
    for name, raw in (*query, *_of_body(body, known)):
        kind = known.get(name)
        if kind in _REFUSED and raw in _NOTHING:
            continue
        if kind is not None:
            values.setdefault(name, []).append(_read(name, kind.rstrip("*"), raw))
        elif name not in _CONTROL:
            ignored.append(name)
    for name, found in values.items():
        if len(found) > (_MOST if known[name].endswith("*") else 1):
            raise invalid(f"{name} is given {len(found)} times, more than it may be.")
    if ignored and strict:
        there = ", ".join(name for name, kind in known.items() if kind not in _REFUSED)
        raise invalid(f"unknown: {', '.join(map(repr, ignored[:5]))}; known: {there}.")
    return Given(values, ignored)


def parameter(name: str, kind: str, value: object) -> Json:
    """One parameter of an answer; ``kind`` as in ``valueString``."""
    return {"name": name, f"value{kind}": value}


def parameters(parts: Iterable[Json]) -> Json:
    """The resource that an operation answers with."""
    return {"resourceType": "Parameters", "parameter": list(parts)}


def _of_body(body: object, known: Known) -> Iterator[tuple[str, object]]:
    if body is None:
        return
    kind = body.get("resourceType") if isinstance(body, dict) else None
    if isinstance(body, dict) and kind == "Parameters":
        yield from map(_part, _list(body.get("parameter", []), "Parameters.parameter"))
        return
    # An operation with one resource among its parameters takes it as the body itself:
    # https://hl7.org/fhir/R4/operations.html#request.
    name = next((name for name, each in known.items() if each == kind and each in _MODELS), None)
    if name is None:
        raise invalid(f"the body is {kind or 'no resource'}; send a Parameters resource.")
    yield name, body


def _part(part: object) -> tuple[str, object]:
    if not isinstance(part, dict) or not isinstance(part.get("name"), str):
        raise invalid("Parameters.parameter has something without a name.")
    values = [v for key, v in part.items() if key == "resource" or re.match("value[A-Z]", key)]
    if len(values) > 1:
        raise invalid(f"{part['name']} has several values; repeat the parameter.")
    return part["name"], values[0] if values else part.get("part")


def _list(found: object, where: str) -> list[object]:
    if not isinstance(found, list):
        raise invalid(f"{where} is no list.")
    return found


def _read(name: str, kind: str, raw: object) -> object:
    if kind in _REFUSED:
        where = "not supported here" if kind == "unsupported" else f"of FHIR {kind}"
        raise not_supported(f"{name} is {where}.")
    if kind in _MODELS:
        return _model(name, kind, raw)
    return _READERS.get(kind, _text)(name, raw)


def _boolean(name: str, raw: object) -> bool:
    if raw is True or raw == "true":
        return True
    if raw is False or raw == "false":
        return False
    raise invalid(f"{name} is neither true nor false.")


def _integer(name: str, raw: object) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 10**9:
        return raw
    if isinstance(raw, str) and _INTEGER.fullmatch(raw):
        return int(raw)
    raise invalid(f"{name} is no integer, or has more than nine digits.")


def _date(name: str, raw: object) -> str:
    text = _text(name, raw)
    if not _DATE.fullmatch(text):
        raise invalid(f"{name} is no dateTime, such as 2026-01-31.")
    return text


def _token(name: str, raw: object) -> str:
    """``system|code``; a language by itself, as servers for SNOMED CT take it, is one of BCP 47."""
    text = _text(name, raw).strip()
    if _LANGUAGE.fullmatch(text):
        return f"urn:ietf:bcp:47|{text}"
    if not _TOKEN.fullmatch(text):
        raise invalid(f"{name} {text[:100]!r} is no system|code, such as urn:ietf:bcp:47|de.")
    return text


def _code(name: str, raw: object) -> str:
    text = _text(name, raw)
    if not re.fullmatch(CODE, text):
        raise invalid(f"{name} begins or ends with a blank, or has two together; no code does.")
    return text


def _address(name: str, raw: object) -> str:
    """Often with an expression in it, of which nobody encoded the blanks."""
    return re.sub(r"\s", "%20", _text(name, raw).strip())


def _model(name: str, kind: str, raw: object) -> BaseModel:
    if isinstance(raw, str):
        raise invalid(f"{name} is a {kind}, which needs a POST with a Parameters resource.")
    if kind == "ValueSet" and (not isinstance(raw, dict) or raw.get("resourceType") != kind):
        raise invalid(f"{name} is no ValueSet: its resourceType is another, or none.")
    try:
        return _MODELS[kind].model_validate(raw)
    except ValidationError as error:
        raise invalid(f"{name} is no {kind}: {wrong(error)}.") from error


def wrong(error: ValidationError) -> str:
    """The first thing that is wrong with a resource, and where."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {misshapen(first)}" if where else misshapen(first)


def _text(name: str, raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise invalid(f"{name} is empty or no text.")
    if len(raw) > _LONGEST:
        raise invalid(f"{name} has {len(raw):,} characters; {_LONGEST:,} are allowed.")
    return raw


#: By FHIR type.
_READERS: Final[dict[str, Callable[[str, object], object]]] = {
    "boolean": _boolean,
    "canonical": _address,
    "code": _code,
    "dateTime": _date,
    "integer": _integer,
    "token": _token,
    "uri": _address,
}
