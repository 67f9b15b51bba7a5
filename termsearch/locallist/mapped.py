"""What a row maps to, and how many rows map to something."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from termsearch.answer import Answer, Hit, Resolution
from termsearch.concept import LOOSE_KINDS, Kind
from termsearch.errors import UsageError
from termsearch.locallist.table import LocalList, Row
from termsearch.rivals import CANDIDATES, resolution_of

__all__ = ["NO_CONCEPT", "Choice", "Mapped", "Tally", "concept_id", "judged", "loose_kind"]

_OMOP: Final = "omop"

#: OMOP's "no matching concept".
NO_CONCEPT: Final = "0"


class Choice(NamedTuple):
    """What is taken of an answer."""

    limit: int = 1  #: candidates for a row
    min_probability: float | None = None  #: rows whose first hit is less likely have no mapping

    @property
    def asked(self) -> int:
        """Hits that are needed to choose."""
        return max(self.limit, CANDIDATES)


class Mapped(NamedTuple):
    """A row with its answer, and what of it is near enough to be right, best first."""

    row: Row
    answer: Answer
    resolution: Resolution
    targets: list[Hit]  #: empty: no mapping

    @property
    def candidates(self) -> list[Hit | None]:
        """What a line is written for: each target, or one without."""
        return [*self.targets] or [None]

    def probability(self, hit: Hit) -> float | None:
        """That ``hit`` is right; known of the first alone."""
        return self.answer.probability if hit.rank == 1 else None


@dataclass
class Tally:
    """Rows by what became of them."""

    rows: int = 0
    blank: int = 0  #: without a text
    mapped: int = 0
    sure: int = 0  #: of those mapped: one concept alone has just these words as its own
    without_id: int = 0  #: of those mapped: the first candidate has no OMOP concept_id

    def told(self) -> str:
        """In one line, for people."""
        unmapped = self.rows - self.mapped
        blank = f" ({self.blank:,} without a text)" if self.blank else ""
        return (
            f"{self.rows:,} rows: {self.mapped:,} mapped, {self.mapped - self.sure:,} of them to "
            f"be reviewed; {unmapped:,} unmapped{blank}"
        )


def concept_id(hit: Hit) -> str:
    """The OMOP concept_id of the name that matched, a standard one first; 0: it has none."""
    ids = [source for source in hit.sources if source.vocabulary == _OMOP]
    ids.sort(key=lambda source: source.term_type != "S")
    return ids[0].code if ids else NO_CONCEPT


def loose_kind(hit: Hit) -> Kind | None:
    """What the name that was found is to its concept, if it means more, less or something beside.

    A code that was typed is the concept's own, whatever name it is shown by.
    """
    return hit.name_kind if hit.name_kind in LOOSE_KINDS and hit.match_type != "code" else None


def judged(
    local: LocalList, answers: Iterable[Answer], choice: Choice, tally: Tally
) -> Iterator[Mapped]:
    """Each row of ``local`` with its answer, in order.

    Args:
        local: What was asked for.
        answers: One a row, of ``choice.asked`` hits.
        choice: Says which rows have a mapping. Those whose answer is ``none`` have none.
        tally: Is told of each row.

    Raises:
        UsageError: A least probability is asked for, and the encoder has no probabilities.
    """
    for row, answer in zip(local.rows, answers, strict=True):
        resolution = resolution_of(answer, choice.asked)
        near = _is_likely(answer, choice.min_probability) and resolution != "none"
        targets = answer.results[: choice.limit] if near else []
        tally.rows += 1
        tally.blank += not row.name
        tally.mapped += bool(targets)
        tally.sure += bool(targets) and resolution == "unique" and not loose_kind(targets[0])
        tally.without_id += bool(targets) and concept_id(targets[0]) == NO_CONCEPT
        yield Mapped(row, answer, resolution, targets)


def _is_likely(answer: Answer, least: float | None) -> bool:
    if least is None:
        return True
    if answer.probability is None:
        raise UsageError(
            f"--min-probability: nobody has calibrated {answer.index.model}, so that its answers "
            "have no probability; use --min-score."
        )
    return answer.probability >= least
