"""What one text says is absent, beside what the other says: no left hip fracture, a right one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from termsearch.conflict.stated import Absence, Facts, Stated
from termsearch.conflict.values import compatible
from termsearch.conflict.words import listed, stem

__all__ = ["Denial", "denials", "differing"]


#: A lack that may be absent itself.
_LACK = frozenset(
    map(
        stem,
        listed(
            "loss deficiency insufficiency deficit defect deprivation agenesis atresia missing "
            "impaired delayed decreased reduced poor"
        ),
    )
)


class Denial(NamedTuple):
    """What one text says is absent, and what the other says is there instead, for the reader."""

    denied: str
    there: str
    verb: str


def denials(ours: Facts, theirs: Facts) -> Iterator[Denial]:
    """In what ``theirs`` contradicts what ``ours`` says is absent.

    "No left hip fracture" is contradicted by a left one and by a hip fracture of no side; of a
    right one it says nothing, but whoever asked for it did not mean that either.
    """
    if not ours.absent:
        return
    said = {stated.attribute: stated for stated in theirs.stated}
    own = {stated.attribute for stated in ours.stated}
    too = {absence.words for absence in theirs.absent}
    for absence in ours.absent:
        if _also_there(absence, ours) or _excused(absence, theirs):
            continue
        if levels := [each for each in absence.stated if each.attribute.startswith("level of ")]:
            # Whoever asks for no high potassium means neither hyper- nor hypokalemia; potassium
            # itself, and a normal one, are not denied.
            for mine in levels:
                if mine.attribute in said and mine.attribute not in own:
                    yield Denial(_shown(absence), said[mine.attribute].shown, "is")
        elif absence.words <= theirs.words:
            yield from _there_all_the_same(absence, said, denied_too=absence.words in too)
        elif absence.by == "no " and (shown := _behind_a_prefix(absence, theirs)):
            yield Denial(_shown(absence), shown, "is")


def _there_all_the_same(
    absence: Absence, said: Mapping[str, Stated], *, denied_too: bool
) -> Iterator[Denial]:
    """What is there, of another side or kind; else what is absent, unless the other says so too."""
    other = False
    for mine in absence.stated:
        its = said.get(mine.attribute)
        if its and not compatible(mine, its):
            other = True
            yield Denial(_shown(absence, mine), its.shown, "is")
    if not other and not denied_too:
        verb = "has" if absence.by == "no " else "is"
        yield Denial(_shown(absence), _there(absence, said), verb)


def _behind_a_prefix(absence: Absence, theirs: Facts) -> str:
    """What says before or too much of what is absent: whoever has none means no prediabetes."""
    behind = absence.words - theirs.words
    if not behind <= theirs.prefixed:
        return ""
    implied = (stated.shown for stated in theirs.stated if stated.role == "implied")
    return next((shown for shown in implied if stem(shown).endswith((*behind,))), "")


def differing(ours: Sequence[Absence], theirs: Sequence[Absence]) -> Iterator[tuple[str, str]]:
    """Where both deny the same thing, but one of another side or kind: no left, no right one.

    Not where one of the two denies both ("no acute or chronic pain").
    """
    if not ours or not theirs:
        return
    same, their_same, their_beside = _by_words(ours), _by_words(theirs), _by_word(theirs)
    for one in ours:
        beside = {at for word in one.words for at in their_beside.get(word, ())}
        for other in (theirs[at] for at in sorted(beside)):
            if _differ(one, other) and not (_among(one, their_same) or _among(other, same)):
                yield _shown(one), _shown(other)


_ByWords = Mapping[frozenset[str], Sequence[Absence]]


def _by_words(absences: Sequence[Absence]) -> _ByWords:
    found: dict[frozenset[str], list[Absence]] = {}
    for absence in absences:
        found.setdefault(absence.words, []).append(absence)
    return found


def _by_word(absences: Sequence[Absence]) -> Mapping[str, Sequence[int]]:
    """Positions of those that have a word, of those that can differ from another."""
    found: dict[str, list[int]] = {}
    for at, absence in enumerate(absences):
        for word in absence.words if absence.stated else ():
            found.setdefault(word, []).append(at)
    return found


def _among(one: Absence, others: _ByWords) -> bool:
    return any(not _differ(one, other) for other in others.get(one.words, ()))


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
    return (
        absence.by == "no " and theirs.lacks and _LACK.isdisjoint(map(stem, absence.shown.split()))
    )


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
