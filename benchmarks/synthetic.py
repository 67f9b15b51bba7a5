"""A UMLS release of any size with invented content, and an encoder that costs next to nothing.

    python -m benchmarks.synthetic FOLDER --rows 5000000 --names 2000000

Writes MRCONSO, MRSTY, MRDEF, MRREL, MRRANK, MRSAB and release.dat in NLM's format
(https://www.ncbi.nlm.nih.gov/books/NBK9685/), as ``termsearch ingest FOLDER`` reads them. Words
are made of syllables, so names look like names; sources and types have shares from 0.05 % to
half of the concepts and say nothing about the words, which is the hard case for a filtered
search. The same sizes and seed write the same bytes; memory does not grow with the size.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from time import perf_counter
from zlib import crc32

import numpy as np
import numpy.typing as npt

from termsearch.encoder import EncoderCard, Vectors

__all__ = ["LANGS", "ConstantEncoder", "FakeEncoder", "lexicon", "write_release"]

_SYLLABLES = (  # noqa: SIM905  # a list of words
    "a al an ar bi bo bra ca ce chon ci co cra cu da de di do dra du e el en er fa fi flo for ga "
    "ge gli go gra gy ha he hy i il in is ka ke kin la le li lo lu ly ma me mi mo mu my na ne ni "
    "no nu o ol on or pa pe phi plo po pra pu que ra re ri ro ru sa sce si so ster su ta te thi "
    "to tra tu u ul um ur va ve vi vo xa xi ya za ze zo"
).split()
_ENDINGS = "ia itis oma osis al ine ate ium us ic ase ol pathy gen".split()  # noqa: SIM905  # words
_WORDS = 40_000

#: Source, its share of the names and its term types.
_SOURCES = (
    ("SNOMEDCT_US", 0.42, ("PT", "SY", "FN")), ("MSH", 0.2, ("MH", "ET")), ("NCI", 0.12, ("PT",)),
    ("MDR", 0.1, ("LLT",)), ("LNC", 0.08, ("LN",)), ("RXNORM", 0.05, ("IN", "SY")),
    ("ICD10CM", 0.02, ("PT",)), ("HPO", 0.007, ("PT", "SY")), ("OMIM", 0.002, ("PT",)),
    ("CHV", 0.001, ("SY",)),
)  # fmt: skip

#: Language, as LAT writes it and as BCP-47, and its share of the names.
_LANGUAGES = (("ENG", "en", 0.8), ("SPA", "es", 0.1), ("FRE", "fr", 0.06), ("GER", "de", 0.03),
              ("POR", "pt", 0.01))  # fmt: skip
LANGS = tuple(lang for _, lang, _ in _LANGUAGES)

#: Type, its name and its share of the concepts; one concept in ten has a second.
_TYPES = (
    ("T047", "Disease or Syndrome", 0.3),
    ("T033", "Finding", 0.2),
    ("T061", "Therapeutic or Preventive Procedure", 0.15), ("T109", "Organic Chemical", 0.1),
    ("T121", "Pharmacologic Substance", 0.08),
    ("T023", "Body Part, Organ, or Organ Component", 0.07), ("T184", "Sign or Symptom", 0.05),
    ("T074", "Medical Device", 0.03),
    ("T007", "Bacterium", 0.01),
    ("T048", "Mental or Behavioral Dysfunction", 0.008),
    ("T068", "Human-caused Phenomenon", 0.0015),
    ("T090", "Occupation or Discipline", 0.0005),
)  # fmt: skip

_FANOUT = 4  #: children of a concept: subtrees of a third, a twelfth, ... of all concepts
_BLOCK = 10_000  #: concepts whose random numbers are drawn in one call
_RETIRED = 0.3  #: of the rows that give no new name: SUPPRESS=O; the others repeat a name
_MOST_NAMES = 12


def write_release(folder: Path, *, rows: int, names: int, seed: int = 0) -> int:
    """Write a release of ``rows`` MRCONSO rows with ``names`` current names; returns its concepts.

    Names are counted as ``ingest`` counts them: by concept, language and search form.

    Raises:
        ValueError: More names than rows, which can't be.
    """
    if not 0 < names <= rows:
        raise ValueError(f"{names} names in {rows} rows; a name needs a row: give as many or more.")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "release.dat").write_text("umls.release.name=2099AA\n", encoding="utf-8")
    _write(folder, "MRSAB", _sab_rows())
    _write(folder, "MRRANK", _rank_rows())
    draw = _Draw(seed)
    with ExitStack() as stack:
        conso, sty, definition, rel = (
            stack.enter_context((folder / f"{name}.RRF").open("w", encoding="utf-8", newline="\n"))
            for name in ("MRCONSO", "MRSTY", "MRDEF", "MRREL")
        )
        number = 0
        for number, concept in enumerate(_concepts(draw, rows, names)):
            cui = _cui(number)
            conso.writelines(concept.atoms(cui))
            sty.writelines(f"{cui}|{_TYPES[t][0]}||{_TYPES[t][1]}|AT{number}||\n"
                           for t in concept.types)  # fmt: skip
            if concept.definition:
                definition.write(f"{cui}|A1|AT{number}||MSH|{concept.definition}|N||\n")
            if number:
                up = _cui(number // _FANOUT)
                rel.write(f"{cui}|A1|AUI|PAR|{up}|A1|AUI||R{number}||MSH|MSH|||N||\n")
    return number + 1


@dataclass(frozen=True)
class _Concept:
    """Rows of one CUI. ``names`` and ``extra`` are (text, language, source, term type)."""

    names: list[tuple[str, str, str, str]]
    repeats: list[tuple[str, str, str, str]]
    retired: list[tuple[str, str, str, str]]
    types: list[int]
    definition: str

    def atoms(self, cui: str) -> Iterator[str]:
        """Lines of MRCONSO."""
        number = 0
        for rows, flag in ((self.names, "N"), (self.repeats, "N"), (self.retired, "O")):
            for text, lat, sab, tty in rows:
                ts, stt, first = ("S", "VO", "N") if number else ("P", "PF", "Y")
                number += 1
                yield (
                    f"{cui}|{lat}|{ts}|L{cui}|{stt}|S{cui}|{first}|A{cui}{number}||{cui}||{sab}|"
                    f"{tty}|{cui[1:]}{number}|{text}|0|{flag}||\n"
                )


def lexicon(seed: int = 0) -> list[str]:
    """The words that names are made of; the frequent ones first."""
    return _Draw(seed).words


class _Draw:
    """Random words and choices, from numbers that are drawn a block at a time."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self.words = self._lexicon()
        self._uniform: list[float] = []

    def unit(self) -> float:
        """Between 0 and 1."""
        if not self._uniform:
            self._uniform = self._rng.random(8 * _BLOCK).tolist()
        return self._uniform.pop()

    def word(self) -> str:
        """Few words are frequent and most are rare, as in names (Zipf)."""
        return self.words[int(_WORDS * self.unit() ** 3)]

    def phrase(self) -> str:
        """One to five words."""
        return " ".join([self.word() for _ in range(1 + int(4.999 * self.unit() ** 1.5))])

    def one(self, bounds: Sequence[float]) -> int:
        """A position, by the cumulative shares ``bounds``."""
        at = self.unit()
        return next((i for i, bound in enumerate(bounds) if at < bound), len(bounds) - 1)

    def _lexicon(self) -> list[str]:
        words: dict[str, None] = {}
        while len(words) < _WORDS:
            sizes = self._rng.integers(1, 4, _BLOCK).tolist()
            parts = iter(self._rng.integers(0, len(_SYLLABLES), 3 * _BLOCK).tolist())
            ends = self._rng.integers(0, len(_ENDINGS), _BLOCK).tolist()
            for size, end in zip(sizes, ends, strict=True):
                stem = "".join([_SYLLABLES[next(parts)] for _ in range(size)])
                words[stem + _ENDINGS[end]] = None
        return list(words)[:_WORDS]


_BY_SOURCE = list(accumulate(share for _, share, _ in _SOURCES))
_BY_LANGUAGE = list(accumulate(share for *_, share in _LANGUAGES))
_BY_TYPE = list(accumulate(share for *_, share in _TYPES))


def _concepts(draw: _Draw, rows: int, names: int) -> Iterator[_Concept]:
    """Concepts of three names each in the mean, to exactly ``names`` names and ``rows`` rows."""
    named = spent = 0
    per_name = (rows - names) / names
    while named < names:
        wanted = min(1 + int(_MOST_NAMES * draw.unit() ** 4), names - named)
        own = _names(draw, wanted)
        named += wanted
        extra = int(named * per_name + 0.5) - spent
        spent += extra
        old = sum(draw.unit() < _RETIRED for _ in range(extra))
        first = draw.one(_BY_TYPE)
        types = [first, draw.one(_BY_TYPE)] if draw.unit() < 0.1 else [first]  # noqa: PLR2004  # one in ten
        yield _Concept(
            names=own,
            repeats=[
                _elsewhere(own[int(len(own) * draw.unit())], draw) for _ in range(extra - old)
            ],
            retired=[(f"{draw.phrase()} {draw.word()}", "ENG", "MTH", "PT") for _ in range(old)],
            types=list(dict.fromkeys(types)),
            definition=" ".join(draw.word() for _ in range(12)) if draw.unit() < 0.1 else "",  # noqa: PLR2004
        )


def _names(draw: _Draw, wanted: int) -> list[tuple[str, str, str, str]]:
    """Variants of one phrase, all of different search form; the first is English."""
    base = draw.phrase()
    found: dict[str, tuple[str, str, str, str]] = {}
    text, lat = base.capitalize(), "ENG"
    while len(found) < wanted:
        folded = text.casefold()
        if folded in found:
            text = f"{text} {draw.word()}"
            continue
        found[folded] = _elsewhere((text, lat, "", ""), draw)
        lat = _LANGUAGES[draw.one(_BY_LANGUAGE)][0]
        text = _variant(base, draw)
    return list(found.values())


def _variant(base: str, draw: _Draw) -> str:
    """Another order, another word in one place, one word more, or another phrase."""
    how, words = draw.unit(), base.split()
    if how < 0.2 and len(words) > 1:  # noqa: PLR2004  # a share and a count
        return f"{words[-1]}, {' '.join(words[:-1])}"
    if how < 0.6:  # noqa: PLR2004  # a share
        words[int(len(words) * draw.unit())] = draw.word()
        return " ".join(words)
    return f"{base} {draw.word()}" if how < 0.85 else draw.phrase()  # noqa: PLR2004  # a share


def _elsewhere(name: tuple[str, str, str, str], draw: _Draw) -> tuple[str, str, str, str]:
    """The same name in a source drawn by lot."""
    sab, _, types = _SOURCES[draw.one(_BY_SOURCE)]
    return name[0], name[1], sab, types[int(len(types) * draw.unit())]


def _sab_rows() -> Iterator[str]:
    """25 columns: the source, its version and its language."""
    for sab in ("MTH", *(sab for sab, *_ in _SOURCES)):
        version = "MTH2099AA" if sab == "MTH" else f"{sab}_2099"
        yield f"C9||{version}|{sab}|invented||2099AA||||||0|||||||ENG|UTF-8|Y|Y|||\n"


def _rank_rows() -> Iterator[str]:
    pairs = [(sab, tty) for sab, _, types in _SOURCES for tty in types]
    for rank, (sab, tty) in enumerate(reversed(pairs)):
        yield f"{rank:04}|{sab}|{tty}|N|\n"


def _write(folder: Path, table: str, rows: Iterator[str]) -> None:
    with (folder / f"{table}.RRF").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(rows)


def _cui(number: int) -> str:
    return f"C{number + 1:07}"


class FakeEncoder:
    """Names that share words or three-letter pieces point the same way.

    A name's vector is the sum of its words', a word's the sum of random directions, one for each
    three letters in a row. Takes microseconds a name, which leaves the other stages to be
    measured.
    """

    chunk = 8_192
    _DIRECTIONS = 1 << 13

    def __init__(self, dimension: int = 768) -> None:
        self.card = EncoderCard(
            model="fake", weights="0", pooling="mean", dimension=dimension, max_tokens=64
        )
        rng = np.random.default_rng(0)
        self._pieces = rng.standard_normal((self._DIRECTIONS, dimension), np.float32)
        self._rows: dict[str, int] = {}
        self._words: Vectors = np.empty((0, dimension), np.float32)

    def encode(self, names: Sequence[str], *, unit: bool = True) -> Vectors:
        """See :class:`~termsearch.encoder.Encoder`."""
        split = [name.split() or [name] for name in names]
        self.learn([word for words in split for word in words])
        rows: Vectors = np.zeros((len(names), self.card.dimension), np.float32)
        for at in range(max(map(len, split), default=0)):
            here = [(row, self._rows[words[at]]) for row, words in enumerate(split)
                    if len(words) > at]  # fmt: skip
            which, word = np.array(here).T
            rows[which] += self._words[word]
        return rows / _lengths(rows) if unit else rows

    def learn(self, words: Iterable[str]) -> None:
        """Make rows for the words that were never met."""
        new = [word for word in dict.fromkeys(words) if word not in self._rows]
        if not new:
            return
        self._rows |= {word: len(self._rows) + at for at, word in enumerate(new)}
        sums = np.stack([self._pieces[self._hashes(word)].sum(axis=0) for word in new])
        known = len(self._rows) - len(new)
        if len(self._rows) > len(self._words):  # room for twice as many, so that growing is rare
            grown = np.empty((2 * len(self._rows), self.card.dimension), np.float32)
            grown[:known] = self._words[:known]
            self._words = grown
        self._words[known : len(self._rows)] = sums / _lengths(sums)

    def _hashes(self, word: str) -> list[int]:
        edged = f" {word} "
        pieces = {edged[at : at + 3] for at in range(max(1, len(edged) - 2))}
        return [crc32(piece.encode()) % self._DIRECTIONS for piece in sorted(pieces)]


class ConstantEncoder:
    """Unit vectors that have nothing to do with the names: a few microseconds for each.

    Mixed from few directions, so that a graph over 25,000 of them takes as long as over those of
    :class:`FakeEncoder` (9.2 and 8.6 s); over 768 independent numbers it takes 21.7 s.
    """

    chunk = 8_192
    _DIRECTIONS = 16

    def __init__(self, dimension: int = 768) -> None:
        self.card = EncoderCard(
            model="constant", weights="0", pooling="mean", dimension=dimension, max_tokens=64
        )
        self._rng = np.random.default_rng(0)
        mixed = self._rng.standard_normal((self.chunk, self._DIRECTIONS), np.float32)
        rows = mixed @ self._rng.standard_normal((self._DIRECTIONS, dimension), np.float32)
        self._rows: Vectors = rows / _lengths(rows)

    def encode(self, names: Sequence[str], *, unit: bool = True) -> Vectors:
        """See :class:`~termsearch.encoder.Encoder`. Other rows in every call, by their signs."""
        signs = self._rng.choice(np.array([-1, 1], np.float32), self.card.dimension)
        return np.concatenate(
            [self._rows[: len(names) - at] * signs for at in range(0, len(names), self.chunk)]
        )


def _lengths(rows: Vectors) -> npt.NDArray[np.float32]:
    """Shape ``(n, 1)``; einsum makes no second matrix."""
    squares: Vectors = np.einsum("ij,ij->i", rows, rows)
    return np.sqrt(squares)[:, None]


def main(arguments: Sequence[str]) -> None:
    """Write a release."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.synthetic")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--names", type=int, default=2_000_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    started = perf_counter()
    concepts = write_release(given.folder, rows=given.rows, names=given.names, seed=given.seed)
    sys.stderr.write(
        f"{given.rows:,} rows, {given.names:,} names of {concepts:,} concepts "
        f"in {perf_counter() - started:.1f} s\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
