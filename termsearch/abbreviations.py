"""Short forms and the long forms that stand beside them, in names and in documents.

The rule is that of Schwartz and Hearst (PSB 2003, https://pubmed.ncbi.nlm.nih.gov/12603049), as
the package ``abbreviations`` has it: the letters of the short form stand in the long form in
order, the first of them at the start of a word. That package reads "long form (SHORT)"; the other
manners of writing are turned into this one first.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

from termsearch.normalize import search_form

__all__ = ["SMALL_WORDS", "Variant", "in_context", "long_forms", "variants", "written_out"]


@contextmanager
def _root_logger_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    try:
        yield
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers


# The package sets up the log of the program that imports it (0.2.5, schwartz_hearst.py, line 19):
# on a server, each request was a line on stderr.
with _root_logger_as_it_was():
    from abbreviations.schwartz_hearst import extract_abbreviation_definition_pairs

_BRACKETS: Final = str.maketrans("[]", "()")

#: "COPD (chronic obstructive pulmonary disease)": what is in brackets is the longer.
_SHORT_FIRST: Final = re.compile(r"(?<!\S)([^\s()]{2,10}) \(([^()]{6,})\)")

#: "MI - Myocardial infarction", as SNOMED CT writes.
_DASHED: Final = re.compile(r"([^\s()]{2,10}) [-–] ([^()]{6,})")

#: A short form in brackets, with what may follow it there: "(G6PD; EC 1.1.1.49)".
_IN_BRACKETS: Final = re.compile(r"\s*[(\[]\s*([^()\[\];:]{2,10}?)\s*(?:[;:][^()\[\]]*)?[)\]]")

#: No longer name or sentence defines a short form that anybody would look up; the reading of
#: brackets takes time in proportion to the square of the length of a line.
_LONGEST_LINE: Final = 2_000

#: Words that are short forms only where capitals say so: in "pain in all joints" there is no acute
#: lymphoblastic leukemia (ALL), and no inferior turbinate (IT) in "it itches".
SMALL_WORDS: Final = frozenset(
    "all am an and any are as at be been but by can did do does due for from had has have he her "  # noqa: SIM905  # 80 words in a list would be 80 lines
    "him his how if in is it its may me my no nor not now of off on or our out own per she so than "
    "that the them then they this to too up us was we were what when who why will with you".split()
)


class Variant(NamedTuple):
    """A name in other words, found in the name itself."""

    form: str  #: search form
    short: bool  #: whether all of it is a short form


def long_forms(text: str) -> dict[str, str]:
    """Search form of each short form that ``text`` defines, without dots, to its long form's.

    Of several definitions of one short form the last counts.
    """
    return {_bare(short): search_form(long) for short, long in _definitions(text)}


def in_context(texts: Sequence[str], contexts: Sequence[str] = ()) -> list[str]:
    """Search forms of ``texts``, short forms written out as their contexts define them.

    Args:
        texts: A user's words, one string a query.
        contexts: As many as ``texts``, or none.
    """
    contexts = contexts or [""] * len(texts)
    known = {context: long_forms(context) for context in dict.fromkeys(contexts)}
    return [
        written_out(text, known[context]) for text, context in zip(texts, contexts, strict=True)
    ]


def written_out(text: str, known: Mapping[str, str]) -> str:
    """Search form of ``text`` with short forms written out.

    Definitions that stand in ``text`` itself ("myocardial infarction (MI)") lose their short form;
    other words that are in ``known``, made by :func:`long_forms`, are replaced, whatever their
    case; those that are small words of English too ("all", "it") in capitals only.
    """
    own = {_bare(short) for short, _ in _definitions(text)}
    plain = _without(text, own) if own else text
    # A character may become two words (a lone diaeresis: NFKC puts a blank before it).
    words = ((typed, word) for typed in plain.split() for word in search_form(typed).split())
    return " ".join(_read(typed, word, known) for typed, word in words)


def _read(typed: str, word: str, known: Mapping[str, str]) -> str:
    """``word``, the search form of ``typed``, or its long form."""
    short = _bare(word)
    # The capital that a sentence begins with says nothing: "All joints hurt".
    if short in SMALL_WORDS and not any(letter.isupper() for letter in typed[1:]):
        return word
    return known.get(short, word)


def variants(name: str) -> list[Variant]:
    """What a name that defines a short form says besides: its long form, and its short form.

    "Glucose-6-phosphate dehydrogenase (G6PD) deficiency" says "glucose-6-phosphate dehydrogenase
    deficiency" and "g6pd deficiency"; "MI - Myocardial infarction" says "mi" and "myocardial
    infarction". Empty for other names.
    """
    if not any(mark in name for mark in ("(", "[", " - ", " – ")):
        return []
    found: dict[str, Variant] = {}
    for short, long in _definitions(name):
        plain = search_form(_without(name, {_bare(short)}))
        if dashed := _DASHED.fullmatch(name):
            plain = search_form(dashed[2])
        brief = plain.replace(search_form(long), search_form(short), 1)
        found[plain] = Variant(plain, short=False)
        found[brief] = Variant(brief, short=brief == search_form(short))
    found.pop(search_form(name), None)
    return [variant for variant in found.values() if variant.form]


def _definitions(text: str) -> Iterator[tuple[str, str]]:
    """Short form and long form, as written."""
    for line in text.translate(_BRACKETS).splitlines():
        if len(line) > _LONGEST_LINE:
            continue
        yield from _pairs(line)
        dashed = _DASHED.fullmatch(line.strip())
        for short, long in [*_SHORT_FIRST.findall(line), *([dashed.groups()] if dashed else [])]:
            # All of the long form, or the short form stands for something else.
            yield from (pair for pair in _pairs(f"{long} ({short})") if pair[1] == long)


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    if "(" not in line:
        return
    for short, long in extract_abbreviation_definition_pairs(doc_text=line).items():
        # Words in small letters are comments: "(finding)", "(disorder)".
        if short != short.lower() or any(letter.isdigit() for letter in short):
            yield str(short), str(long)


def _without(text: str, short: set[str]) -> str:
    """``text`` without what stands in brackets and begins with one of the short forms."""
    if (first := _SHORT_FIRST.fullmatch(text.translate(_BRACKETS))) and _bare(first[1]) in short:
        return first[2]
    return _IN_BRACKETS.sub(lambda found: "" if _bare(found[1]) in short else found[0], text)


def _bare(short: str) -> str:
    """Search form without dots: "M.I." is "mi"."""
    return search_form(short).replace(".", "")
