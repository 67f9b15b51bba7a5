"""Other ways to read a query that no name answers as it stands."""

from collections.abc import Sequence

from termsearch.concept import Kind
from termsearch.conflict import conflicts, facts
from termsearch.index import Ask, Index, Same
from termsearch.normalize import search_form
from termsearch.shorthand import written_out
from termsearch.typo import corrected

__all__ = ["readings"]

#: An abbreviation has at most so many letters, and is tried in so many meanings.
_LONGEST_ABBREVIATION = 6
_MOST_MEANINGS = 3


def readings(form: str, alike: Sequence[str], index: Index) -> list[str]:
    """What ``form`` may stand for, itself excluded.

    Shorthand and abbreviations are written out, misspelt words put right. A reading that
    contradicts the words is none.

    Args:
        form: Search form of the query.
        alike: Search forms of names that are spelt alike, best first.
        index: Whose names say what an abbreviation stands for.
    """
    out = written_out(form)
    found = [out, corrected(out, alike), *_with_long_forms(out.split(), index)]
    return [
        read
        for read in dict.fromkeys(found)
        if read and read != form and not conflicts(facts(form), facts(read))
    ]


def _with_long_forms(words: Sequence[str], index: Index) -> list[str]:
    """A phrase with one abbreviation written out, in each of its meanings."""
    short = [word for word in words if len(word) <= _LONGEST_ABBREVIATION]
    if len(words) == 1 or not short:
        return []  # a single abbreviation is a name of its concepts, and was found as such
    asks = [Ask(Same("form", word), _MOST_MEANINGS * 4) for word in short]
    return [
        " ".join(long if word == abbreviation else word for word in words)
        for abbreviation, hits in zip(short, index.search(asks), strict=True)
        for long in list(
            dict.fromkeys(
                search_form(hit.point.concept_name)
                for hit in hits
                if hit.point.kind == Kind.ABBREVIATION or hit.point.name.isupper()
            )
        )[:_MOST_MEANINGS]
    ]
