"""Rows of an RF2 release become concepts, with their hierarchy and what was left out."""

import random
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from termsearch.concept import Concept, Kind, Name, SemanticType
from tests.rf2 import FSN, MODULE, STATED, A, B, C, D, Package, fevers, one, read, retired, sctid


def test_a_concept_has_its_names_tag_parents_definition_and_release(tmp_path: Path) -> None:
    release = fevers().write(tmp_path)

    concepts, report = read(release)

    assert list(concepts) == [A, B]
    assert concepts[B] == Concept(
        vocabulary="snomedct",
        code=B,
        names=(
            Name(text="Zz edema fever", kind=Kind.PREFERRED),
            Name(text="Zz edema fever (finding)", kind=Kind.FULLY_SPECIFIED),
            Name(text="Zz oedema fever"),
            Name(text="Zz hot"),
        ),
        release="20240601",
        types=(SemanticType("finding", "finding"),),
        parents=(A,),
        ancestors=(A,),
        definition="Zz too warm.",
    )
    assert (report.read, report.kept, report.warnings) == (6, 6, [])


def test_ancestors_are_nearest_first_and_each_once(tmp_path: Path) -> None:
    package = Package()
    for code in (A, B, C, D):
        package.concept(code)
        package.name(code, f"Zz {code}")
    for child, parent in ((D, C), (D, B), (C, A), (B, A), (D, A)):
        package.is_a(child, parent)
    release = package.write(tmp_path)

    concepts, _ = read(release)

    assert concepts[D].parents == (A, B, C)
    assert concepts[D].ancestors == (A, B, C)
    assert concepts[C].ancestors == (A,)


def test_a_cycle_of_is_a_rows_ends(tmp_path: Path) -> None:
    package = Package()
    for child, parent in ((A, B), (B, C), (C, A)):
        package.concept(child)
        package.name(child, f"Zz {child}")
        package.is_a(child, parent)
    release = package.write(tmp_path)

    concepts, _ = read(release)

    assert concepts[A].ancestors == (B, C)


def test_only_active_inferred_is_a_rows_make_parents(tmp_path: Path) -> None:
    package = fevers()
    package.concept(C)
    package.name(C, "Zz alone")
    package.is_a(C, A, active="0")
    package.is_a(C, A, characteristic=STATED)
    package.is_a(C, A, kind="363698007")
    release = package.write(tmp_path)

    concepts, _ = read(release)

    assert concepts[C].parents == ()


def test_languages_narrow_the_names_but_not_the_type(tmp_path: Path) -> None:
    package = fevers()
    package.accept(package.name(B, "Zz fiebre (hallazgo)", FSN, lang="es"), "448879004")
    package.name(B, "Zz fiebre", lang="es")
    release = package.write(tmp_path)

    concepts, report = read(release, langs=("es-AR",), dialect="es")

    assert [(name.text, name.lang) for name in concepts[B].names] == [
        ("Zz fiebre", "es"),
        ("Zz fiebre (hallazgo)", "es"),
    ]
    assert concepts[B].types == (SemanticType("finding", "finding"),)
    assert concepts[B].definition == ""
    assert report.dropped == {"language en": 6}
    assert report.warnings == ["1 of 2 active concepts have no name to keep"]


def test_another_vocabulary_alone_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    release = fevers().write(tmp_path)

    concepts, report = read(release, vocabularies=("mesh",))

    assert not concepts
    assert report.dropped == {"vocabulary snomedct": 6}


def test_rows_that_cannot_be_names_are_counted(tmp_path: Path) -> None:
    package = one()
    package.name(A, "  ")
    package.name(A, "Zz odd", kind=MODULE)
    release = package.write(tmp_path)

    _, report = read(release)

    assert report.dropped == {"empty term": 1, f"no name (typeId {MODULE})": 1}


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(min_value=0))
def test_the_order_of_a_files_rows_changes_nothing(tmp_path: Path, seed: int) -> None:
    package = retired()
    package.name(B, "Zz hot", time="20230101", sctid=sctid(5003, "01"), active="0")
    expected, _ = read(package.write(tmp_path / "ordered", "Full"), inactive=True)
    for rows in package.rows.values():
        random.Random(seed).shuffle(rows)  # noqa: S311  # an order, not a secret

    shuffled, _ = read(package.write(tmp_path / "shuffled", "Full"), inactive=True)

    assert list(shuffled.values()) == list(expected.values())
