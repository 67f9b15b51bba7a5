"""Other ways to look a name up, and ours, behind one question.

All are given the same names, and the mentions as somebody wrote them. Those that compare
characters compare search forms (Unicode and case folded, nothing more): none of them folds by
itself. A peer's package is imported when it is asked to index, so a missing one costs one row.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, ClassVar, NamedTuple, Protocol, TypeAlias
from weakref import finalize

import numpy as np
import numpy.typing as npt

from termsearch.answer import Mode
from termsearch.index import batches
from termsearch.normalize import search_form
from termsearch.search import TermSearch

__all__ = ["PEERS", "Entry", "Linker", "Peer", "Termsearch"]

Scores: TypeAlias = npt.NDArray[np.float32]
Rows: TypeAlias = npt.NDArray[np.int64]

#: Rows that are looked at for each concept wanted, to begin with: a concept has several names.
_ROWS_PER_CONCEPT = 20


class Entry(NamedTuple):
    """One name of one concept. A concept's first entry is its preferred name."""

    form: str  #: search form
    curie: str
    text: str  #: as the source writes it


class Linker(Protocol):
    """Finds concepts by words."""

    def query(self, mentions: Sequence[str], k: int) -> list[list[str]]:
        """For each mention CURIEs of at most ``k`` concepts, best first, each once."""


class Peer(Linker, Protocol):
    """What another package makes of the same names."""

    #: What its row is called.
    label: ClassVar[str]
    #: The distribution whose version is told.
    package: ClassVar[str]
    #: Too slow for every mention: a fixed sample is asked.
    slow: ClassVar[bool] = False

    def index(self, names: Sequence[Entry]) -> None:
        """Prepare for queries over ``names``, replacing what was indexed before.

        Raises:
            ImportError: The package is not installed.
        """


class TfIdf(Peer):
    """Cosine of character 3-grams weighed by rarity, as scispaCy's linker makes its candidates.

    Two things differ, both in its favour: no ``min_df=10``, which pays with millions of names and
    costs accuracy with fewer (NCBI dev at 5: .739 for .747), and exact search, where scispaCy's is
    approximate.
    https://github.com/allenai/scispacy/blob/00092569/scispacy/candidate_generation.py
    """

    label = "character 3-gram TF-IDF, scispaCy's"
    package = "scikit-learn"
    #: 64 mentions by 130,000 names are some 30 MB.
    _block = 64

    def index(self, names: Sequence[Entry]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._owners = [name.curie for name in names]
        self._vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), dtype=np.float32)
        self._names = self._vectorizer.fit_transform(
            self._form(name.text) for name in names
        ).T.tocsr()

    def query(self, mentions: Sequence[str], k: int) -> list[list[str]]:
        return [
            _best(near.indices.astype(np.int64), near.data, self._owners, k)
            for block in batches(map(self._form, mentions), self._block)
            for near in self._vectorizer.transform(block) @ self._names
        ]

    @staticmethod
    def _form(text: str) -> str:
        return search_form(text)


class TfIdfWithoutPunctuation(TfIdf):
    """A stronger baseline than scispaCy's: NCBI train at 1 .570 for .552.

    Of a dozen variants tried on the NCBI splits (grams, weights, margins) none was better than this
    one by .01 anywhere.
    """

    label = "the same, punctuation as blanks"

    @staticmethod
    def _form(text: str) -> str:
        return re.sub(r"\W+", " ", search_form(text)).strip()


class RapidFuzz(Peer):
    """Edit similarity of the words in alphabetical order, by comparison with every name."""

    label = "RapidFuzz token_sort_ratio"
    package = "rapidfuzz"
    _block = 16

    def index(self, names: Sequence[Entry]) -> None:
        self._forms = [name.form for name in names]
        self._owners = [name.curie for name in names]
        self._every_row = np.arange(len(names))

    def query(self, mentions: Sequence[str], k: int) -> list[list[str]]:
        from rapidfuzz.process import cdist

        return [
            _best(self._every_row, scores, self._owners, k)
            for block in batches(map(search_form, mentions), self._block)
            for scores in cdist(block, self._forms, scorer=self._scorer(), dtype=np.float32)
        ]

    @staticmethod
    def _scorer() -> Callable[..., float]:
        from rapidfuzz.fuzz import token_sort_ratio

        return token_sort_ratio


class RapidFuzzDefault(RapidFuzz):
    """The scorer that ``rapidfuzz.process.extract`` takes if none is named."""

    label = "RapidFuzz WRatio (its default)"
    slow = True  # 4 mentions a second over 130,000 names

    @staticmethod
    def _scorer() -> Callable[..., float]:
        from rapidfuzz.fuzz import WRatio

        return WRatio


class SimString(Peer):
    """Cosine of sets of character 3-grams: the index that QuickUMLS looks candidates up in.

    SimString answers with all names above a threshold, in no order. The threshold is lowered until
    there are enough concepts, and the names are put in order by the same cosine.
    """

    label = "SimString"
    package = "pysimstring"
    _thresholds = (0.8, 0.6, 0.4)

    def index(self, names: Sequence[Entry]) -> None:
        from pysimstring import simstring

        self._owners: dict[str, list[str]] = {}
        for name in names:
            self._owners.setdefault(name.form, []).append(name.curie)
        folder = mkdtemp(prefix="simstring-")
        finalize(self, rmtree, folder)
        path = str(Path(folder) / "names")
        writer = simstring.writer(path, 3, True, True)  # 3-grams, ends marked, Unicode
        for form in self._owners:
            writer.insert(form)
        writer.close()
        self._reader: Any = simstring.reader(path)
        self._reader.measure = simstring.cosine

    def query(self, mentions: Sequence[str], k: int) -> list[list[str]]:
        return [self._near(search_form(mention), k) for mention in mentions]

    def _near(self, form: str, k: int) -> list[str]:
        grams, found = _grams(form), dict[str, None]()
        for threshold in self._thresholds:
            self._reader.threshold = threshold
            alike = {name: _cosine(grams, _grams(name)) for name in self._reader.retrieve(form)}
            ordered = sorted(alike, key=lambda name: (-alike[name], name))
            found = dict.fromkeys(curie for name in ordered for curie in self._owners[name])
            if len(found) >= k:
                break
        return list(found)[:k]


class Gilda(Peer):
    """Look-up of normalised names, scored by how case and dashes differ; no context is given."""

    label = "gilda"
    package = "gilda"

    def index(self, names: Sequence[Entry]) -> None:
        from gilda.grounder import Grounder

        self._grounder: Any = Grounder(list(_gilda_terms(names)))

    def query(self, mentions: Sequence[str], k: int) -> list[list[str]]:
        return [
            [match.term.id for match in self._grounder.ground(mention)][:k] for mention in mentions
        ]


class Termsearch(Linker):
    """An index of ours in one mode, asked in blocks as ``termsearch eval`` does."""

    _block = 256

    def __init__(self, search: TermSearch, mode: Mode) -> None:
        self._search, self._mode = search, mode

    def query(self, mentions: Sequence[str], k: int) -> list[list[str]]:
        """CURIEs of each answer, best first, whatever its ``resolution`` says."""
        return [
            [hit.curie for hit in answer.results]
            for block in batches(mentions, self._block)
            for answer in self._search.query_many(block, limit=k, mode=self._mode)
        ]


#: In the order of the table.
PEERS: tuple[type[Peer], ...] = (
    TfIdf,
    TfIdfWithoutPunctuation,
    RapidFuzz,
    RapidFuzzDefault,
    SimString,
    Gilda,
)


def _best(rows: Rows, scores: Scores, owners: Sequence[str], k: int) -> list[str]:
    """Concepts of the rows with the highest scores; of equal ones the release's order decides.

    Args:
        rows: Shape ``(n,)``, of the names that have a score.
        scores: Shape ``(n,)``, higher is better.
        owners: CURIE of every row.
        k: Concepts wanted.
    """
    wide = k * _ROWS_PER_CONCEPT
    while True:
        cut = -np.partition(-scores, wide)[wide] if wide < len(scores) else -np.inf
        near = np.flatnonzero(scores >= cut)
        order = near[np.lexsort((rows[near], -scores[near]))]
        found = list(dict.fromkeys(owners[row] for row in rows[order]))
        if len(found) >= k or wide >= len(scores):
            return found[:k]
        wide *= 10


def _grams(form: str) -> frozenset[str]:
    """Its 3-grams with both ends marked; those that come again are numbered, as in SimString."""
    marked = f"\x01\x01{form}\x01\x01"
    seen: dict[str, int] = {}
    for at in range(len(marked) - 2):
        gram = marked[at : at + 3]
        seen[gram] = seen.get(gram, 0) + 1
    return frozenset(f"{gram}{n}" for gram, times in seen.items() for n in range(times))


def _cosine(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / sqrt(len(one) * len(other))


def _gilda_terms(names: Sequence[Entry]) -> Iterator[Any]:
    """Names that gilda's normal form leaves something of; it refuses others."""
    from gilda.process import normalize
    from gilda.term import Term

    preferred: dict[str, str] = {}
    for name in names:
        first = preferred.setdefault(name.curie, name.text)
        status = "name" if first is name.text else "synonym"
        if normal := normalize(name.text).strip():
            yield Term(normal, name.text, "", name.curie, first, status, "")
