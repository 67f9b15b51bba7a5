"""Other ways to read a query that no name answers as it stands."""

from collections.abc import Container, Iterator, Sequence
from typing import Literal, NamedTuple

from termsearch import shorthand
from termsearch.clinical import bare, in_clinical_words, meanings, written_out
from termsearch.concept import Kind
from termsearch.conflict import conflicts, facts
from termsearch.index import Ask, Index, Same, Spelt
from termsearch.index.point import Point
from termsearch.index.rules import rules
from termsearch.initials import LONGEST, SHORTEST
from termsearch.normalize import search_form
from termsearch.typo import corrected, in_use

__all__ = ["Manner", "Reading", "readings"]

#: An abbreviation has at most so many letters, and is tried in so many meanings. MeSH and HPO give
#: each one; every further one is another search.
_LONGEST_ABBREVIATION = 6
_MOST_MEANINGS = 6

#: Words of a query that are looked at: longer ones are sentences.
_MOST_WORDS = 20
#: Names with the same initials that are looked through: three letters are those of a hundred.
_MOST_INITIALED = 200

#: Names spelt most like a word that are looked through for it.
_MOST_ALIKE = 100


#: How a reading comes by its words: with what is short or colloquial written out, with a word put
#: right, or with one taken for initials.
Manner = Literal["written out", "corrected", "initials"]


class Reading(NamedTuple):
    """One of the ways to read a query."""

    form: str
    by: Manner = "written out"
    short: str = ""  #: the abbreviation that is written out, one of its meanings


def readings(
    form: str,
    alike: Sequence[str],
    index: Index,
    capitals: Container[str] = (),
    *,
    far: bool = True,
) -> list[Reading]:
    """What ``form`` may stand for, itself excluded.

    Shorthand and abbreviations are written out, those that the index has as names and those that
    clinicians use, everyday language is put in clinical words, what may be initials is read as the
    names that have them, misspelt words are put right. A reading that contradicts the words is
    none.

    Args:
        form: Search form of the query.
        alike: Search forms of names that are spelt alike, best first.
        index: Whose names say what an abbreviation stands for.
        capitals: Words of it that were typed in capitals, in search form.
        far: Whether no name is near ``form`` as it stands.
    """
    out = shorthand.written_out(form)
    found = [Reading(out)]
    for right in corrected(out, alike, lambda words: _spelt_like(words, index), far=far):
        found.append(Reading(right, by="corrected"))
    found += _with_long_forms(out.split(), index)
    said = in_clinical_words(out)
    found += [Reading(way, short=short) for way, short in written_out(said, capitals).items()]
    found += [Reading(said), *_with_initials(out.split(), index, capitals)]
    once: dict[str, Reading] = {}
    for read in found:
        once.setdefault(read.form, read)
    return [
        read
        for read in once.values()
        if read.form and read.form != form and not conflicts(facts(form), facts(read.form))
    ]


def _spelt_like(words: Sequence[str], index: Index) -> list[list[str]]:
    """Search forms of the names that are spelt most like each of ``words``."""
    found = index.search([Ask(Spelt(word), _MOST_ALIKE) for word in words])
    return [[hit.point.form for hit in hits] for hits in found]


def _in_use(word: str, index: Index) -> bool:
    (names,) = _spelt_like([word], index)
    return in_use(word, names)


def _with_long_forms(words: Sequence[str], index: Index) -> list[Reading]:
    """A phrase with one abbreviation written out, in each of its meanings."""
    short = [word for word in words if len(word) <= _LONGEST_ABBREVIATION]
    if len(words) == 1 or not short:
        return []  # a single abbreviation is a name of its concepts, and was found as such
    asks = [Ask(Same("form", word), _MOST_MEANINGS * 4) for word in short]
    return [
        Reading(
            " ".join(long if word == abbreviation else word for word in words), short=abbreviation
        )
        for abbreviation, hits in zip(short, index.search(asks), strict=True)
        for long in list(
            dict.fromkeys(
                search_form(hit.point.concept_name)
                for hit in hits
                if hit.point.kind == Kind.ABBREVIATION or hit.point.name.isupper()
            )
        )[:_MOST_MEANINGS]
    ]


def _with_initials(
    words: Sequence[str], index: Index, capitals: Container[str]
) -> Iterator[Reading]:
    """A phrase with one word read as initials: "PWS" as the names that are Prader-Willi syndrome.

    Such a word was typed in capitals or stands alone, and is in no name. Points that another
    version stored do not know their initials, and a server would go through all of them to see.
    """
    if len(index.manifest.made_otherwise(rules())) == len(index.manifest.origins()):
        return
    distinct = [*dict.fromkeys(map(bare, words))][:_MOST_WORDS]
    asked = [word for word in distinct if _may_be_initials(word, words, capitals)]
    found = index.search([Ask(Same("initials", word), _MOST_INITIALED) for word in asked])
    for word, hits in zip(asked, found, strict=True):
        likeliest = _likeliest([hit.point for hit in hits if hit.point.active])
        for long in [] if not likeliest or _in_use(word, index) else likeliest:
            form = " ".join(long if bare(each) == word else each for each in words)
            yield Reading(form, by="initials", short=word)


def _may_be_initials(word: str, words: Sequence[str], capitals: Container[str]) -> bool:
    typed = word in capitals or len(words) == 1
    return typed and SHORTEST <= len(word) <= LONGEST and not meanings(word)


def _likeliest(points: Sequence[Point]) -> list[str]:
    """One name of each concept, those first that more of the concept's names agree with."""
    of_concept: dict[str, list[Point]] = {}
    for point in points:
        of_concept.setdefault(point.curie, []).append(point)
    ordered = sorted(of_concept.values(), key=lambda names: (-len(names), names[0].curie))
    chosen = [min(names, key=_plainness) for names in ordered]
    return [point.form for point in chosen[:_MOST_MEANINGS]]


def _plainness(point: Point) -> tuple[bool, int]:
    return point.kind != Kind.PREFERRED, len(point.form)
