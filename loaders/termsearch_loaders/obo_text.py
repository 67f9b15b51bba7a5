r"""The OBO format, read with tolerance: strict readers fail on most real files.

A stanza is a line ``[Term]`` and the ``tag: value`` lines below it, of which some are read and the
others passed over. Specification: https://owlcollab.github.io/oboformat/doc/obo-syntax.html
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from termsearch.errors import BadRecordError
from termsearch.loader import Report
from termsearch_loaders.files import Member, lines
from termsearch_loaders.obo_terms import Synonym, Term, dated, is_abbreviation, term_id

__all__ = ["OboText"]

#: Tags of synonyms and the scope where none is given; all but the first are of OBO 1.0.
_SYNONYMS = {
    "synonym": "RELATED", "exact_synonym": "EXACT", "broad_synonym": "BROAD",
    "narrow_synonym": "NARROW", "related_synonym": "RELATED",
}  # fmt: skip
#: The tags that are read, of the header and of stanzas.
_TAGS = frozenset({
    "data-version", "date", "ontology", "synonymtypedef",
    "id", "name", "def", *_SYNONYMS, "is_a", "relationship", "alt_id", "xref", "is_obsolete",
    "replaced_by", "consider",
})  # fmt: skip
_OTHER = {"Term": "", "Typedef": "relation"}
_SCOPES = frozenset({"EXACT", "BROAD", "NARROW", "RELATED"})

#: A text in quotation marks and the two words that may follow, up to the list of references
#: ``[``, modifiers ``{`` or comment ``!``. A ``"`` that none of these follow is part of the text:
#: real files forget to escape it. Possessive ``*+`` keeps it linear.
_QUOTED = re.compile(
    r'"((?:[^\\]|\\.)*?)"\s*+([^\s"\[\]{}!]*+)\s*+([^\s"\[\]{}!]*+)\s*+(?:[\[{!]|$)'
)
_COMMENT = re.compile(r"\s!(?:\s|$)")
_MODIFIERS = re.compile(r'\s\{\s*[\w:./#-]+\s*=\s*".*"\s*\}\s*$')
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "W": " "}


@dataclass(slots=True)
class _Stanza:
    """Values of one stanza by tag, each with its line; the header's title is empty."""

    title: str
    line: int
    values: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def texts(self, tag: str) -> list[str]:
        return [value for _, value in self.values.get(tag, ()) if value]

    def first(self, tag: str) -> str:
        return next(iter(self.texts(tag)), "")

    def ids(self, tag: str) -> list[str]:
        """First words: what follows is a name, a modifier or a comment."""
        return [_id(value) for value in self.texts(tag)]


class OboText:
    """One OBO file. It is read anew each time it is asked, so memory holds one stanza."""

    def __init__(self, member: Member) -> None:
        """Read the header.

        Raises:
            BadRecordError: The file can't be read, or its first lines are no tags.
        """
        self._member = member
        self._header = next(self._stanzas())
        declared = self._header.texts("synonymtypedef")
        self._types = {value.split(maxsplit=1)[0]: value for value in declared}

    def says(self) -> list[str]:
        """What the file calls its ontology: ``hp``."""
        return self._header.texts("ontology")

    def release(self, _vocabulary: str) -> str:
        """Its date where the version has one; ``230`` of ``releases/230``."""
        version = self._header.first("data-version")
        if not version:
            return dated(self._header.first("date"))
        return dated(version) or version.removeprefix("releases/")

    def terms(self, report: Report | None = None) -> Iterator[Term]:
        """Every stanza in order; bytes read are added to ``report.done``.

        Raises:
            BadRecordError: A line is no tag or the last one cut, a stanza has no id, a synonym no
                quotation marks.
        """
        stanzas = self._stanzas(report)
        next(stanzas)  # the header
        return map(self._term, stanzas)

    def _stanzas(self, report: Report | None = None) -> Iterator[_Stanza]:
        stanza = _Stanza("", 1)
        # OBO-Edit and the OWL API end a file in an empty line (owltools issue 32), as do the ten
        # publishers' files looked at. Without a line end it is cut, perhaps within a value.
        for number, line in enumerate(lines(self._member, report, ended=True), start=1):
            tag, colon, value = line.partition(":")
            tag = tag.strip()
            if tag in _TAGS and colon:
                stanza.values.setdefault(tag, []).append((number, value.strip()))
            elif tag.startswith("["):
                yield stanza
                stanza = _Stanza(self._title(number, tag), number)
            elif tag and not colon and not tag.startswith("!"):
                raise self._broken(number, f"{line[:40]!r}, expected 'tag: value'")
        yield stanza

    def _title(self, number: int, start: str) -> str:
        title, bracket, _ = start[1:].partition("]")
        if not bracket:
            raise self._broken(number, f"{start[:40]!r}, expected a stanza such as '[Term]'")
        return title

    def _term(self, stanza: _Stanza) -> Term:
        term = next(iter(stanza.ids("id")), "")
        if not term:
            raise self._broken(
                stanza.line, f"a [{stanza.title}] without id, expected a line 'id: PREFIX:code'"
            )
        name, *more = (*map(_plain, stanza.texts("name")), "")
        synonyms = [Synonym(one, "EXACT", abbreviation=False) for one in more if one]
        for tag, scope in _SYNONYMS.items():
            for number, value in stanza.values.get(tag, ()):
                synonyms.append(self._synonym(number, value, scope))
        return Term(
            term,
            f"line {stanza.line}",
            other=_OTHER.get(stanza.title, "instance"),
            name=name,
            synonyms=synonyms,
            definition=self._definition(stanza),
            parents=stanza.ids("is_a"),
            related=[_id(to) for to in _second_words(stanza.texts("relationship"))],
            alt_ids=stanza.ids("alt_id"),
            xrefs=[_unescaped(value.split(maxsplit=1)[0]) for value in stanza.texts("xref")],
            obsolete=_plain(stanza.first("is_obsolete")).casefold() == "true",
            replaced_by=stanza.ids("replaced_by"),
            consider=stanza.ids("consider"),
        )

    def _synonym(self, number: int, value: str, scope: str) -> Synonym:
        """``"text" SCOPE TYPE [references]``, where scope and type may be missing."""
        text, *words = self._quoted(number, value, "synonym")
        scope = next((word for word in words if word in _SCOPES), scope)
        kind = next((word for word in words if word and word not in _SCOPES), "")
        return Synonym(text, scope, bool(kind) and is_abbreviation(kind, self._types.get(kind, "")))

    def _definition(self, stanza: _Stanza) -> str:
        for number, value in stanza.values.get("def", ()):
            return self._quoted(number, value, "def")[0]
        return ""

    def _quoted(self, number: int, value: str, tag: str) -> tuple[str, str, str]:
        """The text, and the words after it."""
        found = _QUOTED.match(value)
        if not found:
            raise self._broken(
                number,
                f"{tag}: {value[:40]!r}, expected a text in quotation marks and what the format "
                "lets follow it, as in '\"Zz fever\" EXACT []'",
            )
        return _unescaped(found[1]).strip(), found[2], found[3]

    def _broken(self, number: int, problem: str) -> BadRecordError:
        return BadRecordError(str(self._member), f"line {number}", problem)


def _plain(value: str) -> str:
    """A value without trailing comment and modifiers; ``{`` alone opens none: chemicals have it."""
    if "!" in value:
        value = _COMMENT.split(value, maxsplit=1)[0]
    if value.endswith("}"):
        value = _MODIFIERS.sub("", value)
    return _unescaped(value).strip()


def _id(value: str) -> str:
    return term_id(_unescaped(value.split(maxsplit=1)[0]))


def _second_words(values: Iterable[str]) -> Iterator[str]:
    """``HP:9900001 ! Zz all`` of ``part_of HP:9900001 ! Zz all``."""
    for value in values:
        _, *rest = value.split(maxsplit=1)
        yield from rest


def _unescaped(value: str) -> str:
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), value)
