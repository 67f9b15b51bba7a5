"""Writes RF2 packages of invented concepts, for the tests of the ``snomedct`` loader.

Every row is made up: SNOMED CT may not be redistributed. Only the identifiers of its own
metadata (reference sets, description types) are real, as the format is made of them.
"""

import zipfile
from pathlib import Path
from typing import Any

from termsearch.concept import Concept
from termsearch.loader import Options, Report
from termsearch_loaders.snomedct import load
from tests import archives

FSN, SYNONYM, DEFINITION = "900000000000003001", "900000000000013009", "900000000000550004"
PREFERRED, ACCEPTABLE = "900000000000548007", "900000000000549004"
US, GB = "900000000000509007", "900000000000508004"
IS_A, INFERRED, STATED = "116680003", "900000000000011006", "900000000000010007"
SAME_AS, REPLACED_BY = "900000000000527005", "900000000000526001"
POSSIBLY, WAS_A, MOVED_TO = "900000000000523009", "900000000000528000", "900000000000524003"
MODULE = "900000000000207008"

HEADERS = {
    "Concept": "id effectiveTime active moduleId definitionStatusId",
    "Description": "id effectiveTime active moduleId conceptId languageCode typeId term "
    "caseSignificanceId",
    "Relationship": "id effectiveTime active moduleId sourceId destinationId relationshipGroup "
    "typeId characteristicTypeId modifierId",
    "Language": "id effectiveTime active moduleId refsetId referencedComponentId acceptabilityId",
    "Association": "id effectiveTime active moduleId refsetId referencedComponentId "
    "targetComponentId",
}
HEADERS["TextDefinition"] = HEADERS["Description"]


def check_digit(digits: str) -> int:
    """Verhoeff's, as the textbook has it: tables, one digit at a time, from the right."""
    multiply = (
        *("0123456789", "1234067895", "2340178956", "3401289567", "4012395678"),
        *("5987604321", "6598710432", "7659821043", "8765932104", "9876543210"),
    )
    permute = (
        *("0123456789", "1576283094", "5803796142", "8916043527"),
        *("9453126870", "4286573901", "2793806415", "7046913258"),
    )
    check = 0
    for place, digit in enumerate(reversed(digits), start=1):
        check = int(multiply[check][int(permute[place % 8][int(digit)])])
    return "0432156789".index(str(check))


def sctid(number: int, partition: str = "00") -> str:
    digits = f"{number:04}{partition}"
    return f"{digits}{check_digit(digits)}"


#: Invented concepts: the smallest numbers an SCTID can have, never published.
A, B, C, D, E = (sctid(number) for number in range(1001, 1006))


class Package:
    """Rows of one RF2 package, written in the publisher's format."""

    def __init__(self, *, country: str = "INT", date: str = "20250101", first: int = 5000) -> None:
        self.country, self.date, self._next = country, date, first
        self.rows: dict[str, list[str]] = {content: [] for content in HEADERS}

    def number(self, partition: str) -> str:
        self._next += 1
        return sctid(self._next, partition)

    def row(self, content: str, *cells: str) -> None:
        self.rows[content].append("\t".join(cells))

    def concept(self, code: str, *, time: str = "20200101", active: str = "1") -> None:
        self.row("Concept", code, time, active, MODULE, "900000000000074008")

    def name(  # noqa: PLR0913  # the columns that tests vary
        self,
        concept: str,
        term: str,
        kind: str = SYNONYM,
        *,
        us: str = "",
        gb: str = "",
        lang: str = "en",
        time: str = "20200101",
        active: str = "1",
        sctid: str = "",
    ) -> str:
        code = sctid or self.number("01")
        content = "TextDefinition" if kind == DEFINITION else "Description"
        self.row(
            content, code, time, active, MODULE, concept, lang, kind, term, "900000000000448009"
        )
        for refset, acceptability in ((US, us), (GB, gb)):
            if acceptability:
                self.accept(code, refset, acceptability)
        return code

    def accept(
        self, description: str, refset: str, acceptability: str = PREFERRED, *, active: str = "1"
    ) -> None:
        uuid = f"{refset}-{description}"
        self.row("Language", uuid, "20200101", active, MODULE, refset, description, acceptability)

    def is_a(
        self,
        child: str,
        parent: str,
        *,
        active: str = "1",
        kind: str = IS_A,
        characteristic: str = INFERRED,
    ) -> None:
        code = self.number("02")
        cells = (child, parent, "0", kind, characteristic, "900000000000451002")
        self.row("Relationship", code, "20200101", active, MODULE, *cells)

    def history(self, refset: str, old: str, new: str, *, active: str = "1") -> None:
        uuid = f"{refset}-{old}-{new}"
        self.row("Association", uuid, "20200101", active, MODULE, refset, old, new)

    def files(self, view: str = "Snapshot", *, end: str = "\r\n") -> dict[str, str]:
        names = {
            "Concept": f"sct2_Concept_{view}",
            "Description": f"sct2_Description_{view}-en",
            "TextDefinition": f"sct2_TextDefinition_{view}-en",
            "Relationship": f"sct2_Relationship_{view}",
            "Language": f"der2_cRefset_Language{view}-en",
            "Association": f"der2_cRefset_Association{view}",
        }
        return {
            f"{view}/{name}_{self.country}_{self.date}.txt": "".join(
                f"{row}{end}" for row in ["\t".join(HEADERS[content].split()), *self.rows[content]]
            )
            for content, name in names.items()
        }

    def write(self, folder: Path, view: str = "Snapshot", *, end: str = "\r\n") -> Path:
        write(folder, self.files(view, end=end))
        return folder


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())


def zipped(path: Path, files: dict[str, str]) -> Path:
    contents = {name: text.encode() for name, text in files.items()}
    path.write_bytes(archives.zipped(contents, zipfile.ZIP_DEFLATED))
    return path


def read(*paths: Path, **options: Any) -> tuple[dict[str, Concept], Report]:
    report = Report()
    concepts = {c.code: c for c in load(paths, Options(**options), report)}
    assert report.read == report.kept + sum(report.dropped.values())
    assert report.done == report.total
    return concepts, report


def texts(concept: Concept) -> list[str]:
    return [name.text for name in concept.names]


def fevers() -> Package:
    """One parent, one child; US and GB English differ."""
    package = Package()
    package.concept(A)
    package.name(A, "Zz state (finding)", FSN, us=PREFERRED, gb=PREFERRED)
    package.name(A, "Zz state", us=PREFERRED, gb=PREFERRED)
    package.concept(B, time="20240601")
    package.name(B, "Zz oedema fever", us=ACCEPTABLE, gb=PREFERRED)
    package.name(B, "Zz hot")
    package.name(B, "Zz edema fever (finding)", FSN, us=PREFERRED, gb=PREFERRED)
    package.name(B, "Zz edema fever", us=PREFERRED)
    package.name(B, "Zz too warm.", DEFINITION, us=PREFERRED, gb=PREFERRED)
    package.is_a(B, A)
    return package


def one(term: str = "Zz one", **name: str) -> Package:
    package = Package()
    package.concept(A)
    package.name(A, "Zz first (finding)", FSN, us=PREFERRED)
    package.name(A, term, us=PREFERRED, **name)
    return package


def retired() -> Package:
    """C became B at last, D perhaps B, E nothing that is still there."""
    package = fevers()
    for code in (C, D, E):
        package.concept(code, active="0")
        package.name(code, f"Zz retired {code}", us=PREFERRED)
    package.history(REPLACED_BY, C, D)
    package.history(SAME_AS, D, B)
    package.history(WAS_A, C, A)
    package.history(MOVED_TO, E, A)
    package.history(SAME_AS, E, A, active="0")
    return package
