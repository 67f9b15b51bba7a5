"""Why a concept is in an answer, in a sentence or two for the person who has to choose."""

from typing import Final

from termsearch.answer import AS_IT_STANDS, Leg
from termsearch.concept import Kind
from termsearch.match import Match

__all__ = ["explanation", "ranks", "scores"]

_ROLE: Final = {
    Kind.PREFERRED: "the preferred name",
    Kind.FULLY_SPECIFIED: "the full name",
    Kind.SYNONYM: "a synonym",
    Kind.ABBREVIATION: "an abbreviation",
    Kind.BROADER: "a broader term",
    Kind.NARROWER: "a narrower term",
    Kind.RELATED: "a related term",
}

#: Legs whose ranks say something; in the others all are equal.
_RANKED: Final[tuple[Leg, ...]] = ("lexical", "dense")


def scores(match: Match) -> dict[str, float]:
    """What each kind of evidence says, 0 to 1, higher is nearer; cosines -1 to 1."""
    found: dict[str, float] = {match.kind: 1.0} if match.kind in AS_IT_STANDS else {}
    if match.cosine is not None:
        found["dense"] = match.cosine
    if match.asked.mode in {"auto", "lexical"}:
        found["lexical"] = match.likeness
    return {leg: round(score, 4) for leg, score in found.items()}


def ranks(match: Match) -> dict[str, int]:
    """The place of a match in each leg, from 1."""
    return {leg: match.legs[leg].rank for leg in _RANKED if leg in match.legs}


def explanation(match: Match, read_as: str) -> str:
    """What speaks for ``match`` and what against it.

    Args:
        match: A hit.
        read_as: How the query was read, if not as it stands.
    """
    return " ".join(filter(None, (_read(read_as), _for(match), _against(match), _retired(match))))


def _read(read_as: str) -> str:
    return f'Read as "{read_as}".' if read_as else ""


def _for(match: Match) -> str:
    point = match.point
    role = f"{_ROLE[point.kind]} of {point.concept_name}"
    if point.name == point.concept_name:
        role = _ROLE[point.kind]
    match match.kind:
        case "exact":
            return f'"{point.name}" is {role}, and these are its words.'
        case "code":
            return f"{match.asked.form} is its code."
        case "normalized":
            return (
                f'The words say the same as "{point.name}", {role}, in another spelling, number or '
                "order."
            )
        case "hybrid":
            near = f"Close in meaning ({_dense(match)} of 1) and in spelling ({_alike(match)} of 1)"
        case "dense":
            near = f"Close in meaning ({_dense(match)} of 1)"
        case "lexical":
            near = f"Close in spelling ({_alike(match)} of 1)"
    return f'{near} to "{point.name}", {role}.'


def _dense(match: Match) -> str:
    return f"{match.legs['dense'].score:.2f}"


def _alike(match: Match) -> str:
    return f"{match.likeness:.2f}"


def _against(match: Match) -> str:
    said = [f"you {conflict}" for conflict in match.conflicts]
    if match.is_modifier:
        said.append("it names a part of your words, not what they are about")
    if match.is_residual:
        said.append("it is for what other names leave, or for what comes later")
    return f"But {'; '.join(said)}." if said else ""


def _retired(match: Match) -> str:
    point = match.point
    if point.active:
        return ""
    if point.live:
        return "This name is retired, its concept is not."
    instead = f"; use {' or '.join(point.replaced_by)}" if point.replaced_by else ""
    return f"The concept is retired{instead}."
