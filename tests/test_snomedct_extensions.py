"""An extension comes with its base, and of one row in several packages the newest counts."""

from pathlib import Path

import pytest

from termsearch.errors import BadReleaseError
from tests.rf2 import (
    PREFERRED,
    SAME_AS,
    US,
    A,
    B,
    C,
    D,
    E,
    Package,
    fevers,
    one,
    read,
    sctid,
    texts,
    zipped,
)


def extension() -> Package:
    package = Package(country="ZZ1000", date="20250301", first=8000)
    package.concept(C, time="20250301")
    package.name(C, "Zz of the extension", us=PREFERRED)
    package.name(B, "Zz local word for the base")
    package.is_a(C, B)
    return package


def test_an_extension_alone_is_refused_and_told_to_bring_its_base(tmp_path: Path) -> None:
    release = extension().write(tmp_path)

    with pytest.raises(
        BadReleaseError,
        match=r"1 of 2 descriptions .* no package holds, more than 5%.*ingest INT\.zip EXT\.zip",
    ):
        read(release)


def test_an_extension_whose_parents_are_elsewhere_is_refused(tmp_path: Path) -> None:
    package = Package()
    package.concept(C)
    package.name(C, "Zz of the extension")
    package.is_a(C, B)
    release = package.write(tmp_path)

    with pytest.raises(BadReleaseError, match="1 of 1 IS-A rows point to concepts that no package"):
        read(release)


def test_an_extension_comes_with_its_base_in_any_order(tmp_path: Path) -> None:
    base = zipped(tmp_path / "base.zip", fevers().files())
    added = extension().write(tmp_path / "extension")

    concepts, _ = read(base, added)
    reverse, _ = read(added, base)

    assert concepts == reverse
    assert texts(concepts[B])[-1] == "Zz local word for the base"
    assert concepts[C].ancestors == (B, A)


def test_a_few_unresolved_rows_are_counted_and_warned_of(tmp_path: Path) -> None:
    package = one()
    package.concept(B)
    for number in range(40):
        package.name(B, f"Zz {number}")
        package.is_a(B, A)
    package.is_a(B, D)
    package.name(D, "Zz homeless")
    package.accept(sctid(9999, "01"), US)
    package.history(SAME_AS, A, E)
    release = package.write(tmp_path)

    concepts, report = read(release)

    assert concepts[B].parents == (A,)
    assert report.dropped == {"concept in no package": 1}
    assert report.warnings == [
        "1 of 43 descriptions belong to concepts that no package holds",
        "1 of 41 IS-A rows point to concepts that no package holds",
        "1 of 3 rows of preferred terms point to descriptions that no package holds",
        "1 of 1 rows of history point to concepts that no package holds",
    ]


def test_of_one_component_in_two_packages_the_newest_row_counts(tmp_path: Path) -> None:
    newer, older = one("Zz newer", time="20240101"), one("Zz older", time="20230101")
    first = newer.write(tmp_path / "1")
    second = older.write(tmp_path / "2")

    concepts, report = read(first, second)
    reverse, _ = read(second, first)

    assert texts(concepts[A]) == ["Zz newer", "Zz first (finding)"]
    assert concepts == reverse
    assert report.dropped == {"replaced by a newer row of the same id": 2}


def test_a_row_without_a_time_is_unpublished_and_so_the_newest(tmp_path: Path) -> None:
    published = one("Zz published", time="20240101").write(tmp_path / "1")
    unpublished = one("Zz unpublished", time="").write(tmp_path / "2")

    concepts, _ = read(unpublished, published)

    assert texts(concepts[A])[0] == "Zz unpublished"
