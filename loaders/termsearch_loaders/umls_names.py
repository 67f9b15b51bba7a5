"""Atoms to names: which MRCONSO rows are kept, in which order, and what they are.

An atom is one row of MRCONSO: a string as one source writes it.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from termsearch.concept import Kind, Name, Source
from termsearch.loader import Options
from termsearch.vocabulary import vocabulary_id
from termsearch_loaders.rrf import Table

__all__ = ["CURRENT", "LANGUAGES", "Names", "Refusals", "asked_languages", "language"]

#: LAT to BCP-47. LAT looks like ISO 639-2 and is not always: SCR, and the older B codes.
LANGUAGES = {
    "ARA": "ar", "BAQ": "eu", "CHI": "zh", "CZE": "cs", "DAN": "da", "DUT": "nl", "ENG": "en",
    "EST": "et", "FIN": "fi", "FRE": "fr", "GER": "de", "GRE": "el", "HEB": "he", "HUN": "hu",
    "ITA": "it", "JPN": "ja", "KOR": "ko", "LAV": "lv", "NOR": "no", "POL": "pl", "POR": "pt",
    "RUS": "ru", "SCR": "hr", "SPA": "es", "SWE": "sv", "TUR": "tr", "UKR": "uk",
}  # fmt: skip

#: Term types that MRDOC expands as an abbreviation or acronym. Not the "short forms" (DS, ES,
#: HS, ...), which are shortened phrases.
_ABBREVIATIONS = frozenset(
    "AA AB ACR MTH_AB MTH_ACR OA OAM QAB RAB VAB".split()  # noqa: SIM905  # a list of words
)
_FULLY_SPECIFIED = frozenset(("FN", "MTH_FN", "OF", "MTH_OF", "OAF", "MTH_OAF"))

#: Best first, where there is no MRRANK: the head of NLM's own order, whatever the source.
_TERM_TYPES = ("PN", "PT", "MH", "NM", "FN", "PEP", "ET", "SY")

#: MeSH's permutations: "Fever, High" turned round by a machine. Nobody's name for anything.
_PERMUTED = "PM"

#: SUPPRESS of a row that is in use; hand-made files leave it empty.
CURRENT = frozenset(("N", ""))

#: CODE of an atom whose source has no codes.
_NO_CODE = "NOCODE"

Row = Sequence[str]


def language(lat: str) -> str:
    """BCP-47 of a LAT; one we don't know stands for itself in lower case."""
    return LANGUAGES.get(lat) or lat.lower() or "und"


def asked_languages(options: Options) -> tuple[str, ...]:
    """Primary subtags, first asked first; UMLS has no regions, so ``en-GB`` asks for ``en``."""
    primary = (re.split("[-_]", lang, maxsplit=1)[0].lower() for lang in options.langs)
    return tuple(dict.fromkeys(primary)) or ("en",)


class Refusals(dict[str, str]):
    """Value of a column to the reason why its rows are dropped; empty for a value we keep.

    A lookup a row, not a decision a row: each distinct value is judged once.
    """

    def __init__(self, judge: Callable[[str], str]) -> None:
        self._judge = judge

    def __missing__(self, value: str) -> str:
        return self.setdefault(value, self._judge(value))

    @classmethod
    def by_language(cls, options: Options) -> "Refusals":
        """For LAT."""
        asked = asked_languages(options)
        return cls(lambda lat: "" if language(lat) in asked else f"language {language(lat)}")

    @classmethod
    def by_source(cls, options: Options) -> "Refusals":
        """For SAB. ``umls`` among the vocabularies asks for every source."""
        asked = options.vocabularies
        every = not asked or "umls" in asked
        return cls(lambda sab: "" if every or vocabulary_id(sab) in asked else "other vocabulary")

    @classmethod
    def by_status(cls, options: Options) -> "Refusals":
        """For SUPPRESS: N is current; O obsolete, E suppressed by editors, Y by its source."""
        every = options.inactive
        return cls(lambda flag: "" if every or flag in CURRENT else f"retired (SUPPRESS={flag})")

    @classmethod
    def by_term_type(cls) -> "Refusals":
        """For TTY."""
        return cls(lambda tty: f"permuted by a machine (TTY={tty})" if tty == _PERMUTED else "")


class Names:
    """Names of a concept from its atoms."""

    def __init__(
        self,
        table: Table,
        options: Options,
        ranks: Mapping[tuple[str, str], int],
        *,
        own: str = "",
    ) -> None:
        """Of the rows of ``table``.

        Args:
            table: With the columns of MRCONSO.
            options: The languages that were asked for, first asked first.
            ranks: MRRANK's of (SAB, TTY), higher first; empty where there is none.
            own: Vocabulary of the concepts themselves, which is no source of their names.
        """
        (self._lat, self._ts, self._stt, self._ispref, self._aui, self._sab, self._tty,
         self._code, self._str, self._suppress) = table.at(
            "LAT", "TS", "STT", "ISPREF", "AUI", "SAB", "TTY", "CODE", "STR", "SUPPRESS"
        )  # fmt: skip
        self._langs = {lang: at for at, lang in enumerate(asked_languages(options))}
        self._ranks, self._own = ranks, own
        self._vocabularies: dict[str, str] = {}

    def __call__(self, atoms: Sequence[Row]) -> tuple[Name, ...]:
        """One name for each language and string, the preferred one first."""
        spelt: dict[tuple[str, str], list[Row]] = {}
        for atom in sorted(atoms, key=self._order) if len(atoms) > 1 else atoms:
            key = language(atom[self._lat]), atom[self._str].strip()
            spelt.setdefault(key, []).append(atom)
        return tuple(
            Name(
                text=text,
                lang=lang,
                kind=self._kind(same) if at else Kind.PREFERRED,
                active=any(atom[self._suppress] in CURRENT for atom in same),
                sources=self._sources(same),
            )
            for at, ((lang, text), same) in enumerate(spelt.items())
        )

    @property
    def used(self) -> set[str]:
        """Vocabularies that a name so far is from."""
        return set(self._vocabularies.values())

    def _order(self, atom: Row) -> tuple[object, ...]:
        """Preferred first, and no two alike.

        The three flags point at one atom of each language, but in a full release only: after a
        filter it may be gone, hence the rest.
        """
        return (
            self._langs[language(atom[self._lat])],
            atom[self._suppress] not in CURRENT,
            atom[self._ts] != "P",
            atom[self._stt] != "PF",
            atom[self._ispref] != "Y",
            -self._rank(atom[self._sab], atom[self._tty]),
            len(atom[self._str]),
            atom[self._aui],
        )

    def _rank(self, sab: str, tty: str) -> int:
        if self._ranks:
            return self._ranks.get((sab, tty), 0)
        return len(_TERM_TYPES) - _TERM_TYPES.index(tty) if tty in _TERM_TYPES else 0

    def _kind(self, atoms: list[Row]) -> Kind:
        """A string is an abbreviation as soon as one source says so."""
        types = {atom[self._tty] for atom in atoms}
        if types & _ABBREVIATIONS:
            return Kind.ABBREVIATION
        return Kind.FULLY_SPECIFIED if types & _FULLY_SPECIFIED else Kind.SYNONYM

    def _sources(self, atoms: Sequence[Row]) -> tuple[Source, ...]:
        users = dict.fromkeys(map(self._source, atoms))
        return tuple(user for user in users if user.vocabulary != self._own)

    def _source(self, atom: Row) -> Source:
        """Who uses the atom's string. The code is empty where the source has none."""
        sab, code = atom[self._sab], atom[self._code]
        if (vocabulary := self._vocabularies.get(sab)) is None:
            vocabulary = self._vocabularies[sab] = vocabulary_id(sab)
        return Source(vocabulary, "" if code == _NO_CODE else code, atom[self._tty])
