"""Other ways to read a query that no name answers as it stands."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from termsearch import shorthand
from termsearch.clinical import in_clinical_words, written_out
from termsearch.concept import Kind
from termsearch.conflict import conflicts, facts
from termsearch.index import Ask, Index, Same, Spelt
from termsearch.normalize import search_form
from termsearch.typo import corrected

__all__ = ["Reading", "readings"]

#: An abbreviation has at most so many letters, and is tried in so many meanings. MeSH and HPO give
#: each one; every further one is another search.
_LONGEST_ABBREVIATION = 6
_MOST_MEANINGS = 6

#: Names spelt most like a word that are looked through for it.
_MOST_ALIKE = 100

#: A word in them, whatever stands beside it: "ilium, left".
_LETTERS = re.compile(r"[^\W\d_]+")


class Reading(NamedTuple):
    """One of the ways to read a query."""

    form: str
    corrected: bool = False  #: with a word put right
    short: str = ""  #: the abbreviation that is written out, one of its meanings


def readings(form: str, alike: Sequence[str], index: Index) -> list[Reading]:
    """What ``form`` may stand for, itself excluded.

    Shorthand and abbreviations are written out, those that the index has as names and those that
    clinicians use, everyday language is put in clinical words, misspelt words are put right. A
    reading that contradicts the words is none.

    Args:
        form: Search form of the query.
        alike: Search forms of names that are spelt alike, best first.
        index: Whose names say what an abbreviation stands for.
    """
    out = shorthand.written_out(form)
    right = corrected(out, alike, lambda word: _in_use(word, index))
    found = [Reading(out), Reading(right, corrected=True), *_with_long_forms(out.split(), index)]
    said = in_clinical_words(out)
    found += [Reading(way, short=short) for way, short in written_out(said).items()]
    found.append(Reading(said))
    once: dict[str, Reading] = {}
    for read in found:
        once.setdefault(read.form, read)
    return [
        read
        for read in once.values()
        if read.form and read.form != form and not conflicts(facts(form), facts(read.form))
    ]


def _in_use(word: str, index: Index) -> bool:
    """Whether a name has ``word``, or its singular: then it is not misspelt."""
    (found,) = index.search([Ask(Spelt(word), _MOST_ALIKE)])
    either = {word, word.removesuffix("s")}
    return any(not either.isdisjoint(_LETTERS.findall(hit.point.form)) for hit in found)


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
