"""A mapped list as Usagi saves and opens it.

Columns and their defaults as in ``ReadCodeMappingsFromFile.java``, ``SourceCode.java`` and
``WriteCSVFile.java`` of https://github.com/OHDSI/Usagi. Left out are those that Usagi does without
and versions of it disagree on or that only it can know: ``mappingType`` (``EVENT`` became
``MAPS_TO``), ``createdBy``, ``createdOn``, ``assignedReviewer``, ``domainId``.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from termsearch.answer import Hit
from termsearch.errors import BadRecordError
from termsearch.locallist.mapped import NO_CONCEPT, Mapped, concept_id
from termsearch.locallist.plain import UNCHECKED, named_apart
from termsearch.locallist.table import LocalList, Row

__all__ = ["require_frequencies", "usagi_lines"]

#: What Usagi itself writes for a list without such a column.
_NO_FREQUENCY: Final = "-1"

_SOURCE: Final = (
    "sourceCode", "sourceName", "sourceFrequency", "sourceAutoAssignedConceptIds",
)  # fmt: skip
_OURS: Final = ("curie", "matched_name", "match_type", "probability", "resolution")
_MAPPING: Final = (
    "matchScore", "mappingStatus", "equivalence", "statusSetBy", "statusSetOn", "conceptId",
    "conceptName", "comment",
)  # fmt: skip


def usagi_lines(local: LocalList, rows: Iterable[Mapped]) -> Iterator[str]:
    """The header, and a line for each candidate; conceptId 0 where there is none."""
    others = [local.header[at] for at in local.others()]
    more = [f"ADD_INFO:{name}" for name in (*others, *named_apart(_OURS, others))]
    yield _joined([*_SOURCE, *more, *_MAPPING])
    for mapped in rows:
        source = [mapped.row.code, mapped.row.name, mapped.row.frequency or _NO_FREQUENCY, ""]
        info = [mapped.row.cells[at] for at in local.others()]
        for hit in mapped.candidates:
            yield _joined([*source, *info, *_info(mapped, hit), *_mapping(hit)])


def require_frequencies(local: LocalList) -> None:
    """Refuse a frequency that is no whole number: Usagi could not open the file.

    Raises:
        BadRecordError: Says the line.
    """
    wrong = next((row for row in local.rows if not _is_whole(row)), None)
    if wrong:
        problem = f"the frequency is {wrong.frequency!r}, expected a whole number as Usagi reads it"
        raise BadRecordError(local.label, f"line {wrong.line}", problem)


def _is_whole(row: Row) -> bool:
    digits = row.frequency.removeprefix("-")
    return not row.frequency or (digits.isascii() and digits.isdecimal())


def _info(mapped: Mapped, hit: Hit | None) -> list[str]:
    if hit is None:
        return ["", "", "", "", mapped.resolution]
    probability = mapped.probability(hit)
    said = "" if probability is None else f"{probability:g}"
    return [hit.curie, hit.matched_name, hit.match_type, said, mapped.resolution]


def _mapping(hit: Hit | None) -> list[str]:
    if hit is None:
        return ["0.0", UNCHECKED, "UNREVIEWED", "", "0", NO_CONCEPT, "", ""]
    score = f"{max(0.0, hit.score):.4f}"
    return [
        score, UNCHECKED, "UNREVIEWED", "", "0", concept_id(hit), hit.name, hit.explanation,
    ]  # fmt: skip


def _joined(cells: Sequence[str]) -> str:
    r"""One line. Usagi's own quoting, with ``\"`` for ``"`` and ``\n`` for a line break."""
    return ",".join(map(_quoted, cells)) + "\n"


def _quoted(cell: str) -> str:
    text = cell.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "").replace("\n", "\\n")
    return f'"{text}"' if '"' in text or "," in text else text
