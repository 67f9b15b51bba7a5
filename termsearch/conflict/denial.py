"""What one text says is absent, beside what the other says: no left hip fracture, a right one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from termsearch.conflict.stated import Absence, Facts, Stated
from termsearch.conflict.values import compatible
from termsearch.conflict.words import listed

__all__ = ["Denial", "denials", "differing"]


#: A lack that may be absent itself.
_LACK = frozenset(listed("loss deficiency insufficiency deficit defect"))


class Denial(NamedTuple):
    """What one text says is absent, and what the other says is there instead, for the reader."""

    denied: str
    there: str
    verb: str


def denials(absence: Absence, ours: Facts, theirs: Facts) -> Iterator[Denial]:
    """In what ``theirs`` contradicts ``absence``, which ``ours`` states.

    "No left hip fracture" is contradicted by a left one and by a hip fracture of no side; of a
    right one it says nothing, but whoever asked for it did not mean that either.
    """
    if _also_there(absence, ours) or _excused(absence, theirs):
        return
    about, other = absence.words <= theirs.words, False
    said = {stated.attribute: stated for stated in theirs.stated} if absence.stated else {}
    if levels := [stated for stated in absence.stated if stated.attribute.startswith("level of ")]:
        # Whoever asks for no high potassium means neither hyper- nor hypokalemia; potassium
        # itself, and a normal one, are not denied.
        ours_too = {stated.attribute for stated in ours.stated}
        for mine in levels:
            if mine.attribute in said.keys() - ours_too:
                yield Denial(_shown(absence), said[mine.attribute].shown, "is")
        return
    for mine in absence.stated if about else ():
        its = said.get(mine.attribute)
        if its and not compatible(mine, its):
            other = True
            yield Denial(_shown(absence, mine), its.shown, "is")
    if about and not other and all(absence.words != each.words for each in theirs.absent):
        verb = "has" if absence.by == "no " else "is"
        yield Denial(_shown(absence), _there(absence, said), verb)


def differing(ours: Sequence[Absence], theirs: Sequence[Absence]) -> Iterator[tuple[str, str]]:
    """Where both deny the same thing, but one of another side or kind: no left, no right one.

    Not where one of the two denies both ("no acute or chronic pain").
    """
    if not ours or not theirs:
        return
    for one in ours:
        for other in theirs:
            if _differ(one, other) and not (_among(one, theirs) or _among(other, ours)):
                yield _shown(one), _shown(other)


def _among(one: Absence, others: Sequence[Absence]) -> bool:
    return any(one.words == other.words and not _differ(one, other) for other in others)


def _differ(one: Absence, other: Absence) -> bool:
    if not (one.words <= other.words or other.words <= one.words):
        return False
    theirs = {stated.attribute: stated for stated in other.stated}
    return any(
        mine.attribute in theirs and not compatible(mine, theirs[mine.attribute])
        for mine in one.stated
    )


def _also_there(absence: Absence, ours: Facts) -> bool:
    """Whether the text that denies one kind has another: acute without chronic cholecystitis."""
    return absence.words <= ours.words and bool(absence.stated or absence.by != "no ")


def _excused(absence: Absence, theirs: Facts) -> bool:
    """Whether ``theirs`` may say the same by other words: lack of iron, iron deficiency.

    Not where a lack is what is absent: no hearing loss.
    """
    return absence.by == "no " and theirs.lacks and _LACK.isdisjoint(absence.shown.split())


def _shown(absence: Absence, stated: Stated | None = None) -> str:
    """As the reader would write it: a type is said, but is no word of what is absent."""
    told = stated.shown.split() if stated else []
    more = "" if {*told} - {"and"} <= {*absence.shown.split()} else f"{' '.join(told)} "
    return f"{absence.by}{more}{absence.shown}"


def _there(absence: Absence, said: Mapping[str, Stated]) -> str:
    """What is absent, as far as the other text speaks of it: a hip fracture of no side."""
    silent = set[str]()
    for stated in absence.stated if absence.by == "no " else ():
        other = said.get(stated.attribute)
        if stated.role == "said":
            silent |= {*stated.shown.split()} - {*(other.shown.split() if other else ())}
    return " ".join(word for word in absence.shown.split() if word not in silent)
