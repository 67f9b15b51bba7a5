"""Rows of an RF2 release become concepts: names, dialects, hierarchy and history."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from termsearch.concept import Concept, Kind, Name, SemanticType
from termsearch.errors import UsageError
from termsearch.loader import Options, Report
from termsearch_loaders.snomedct import load
from tests.rf2 import (
    ACCEPTABLE,
    DEFINITION,
    FSN,
    GB,
    MODULE,
    MOVED_TO,
    POSSIBLY,
    PREFERRED,
    REPLACED_BY,
    SAME_AS,
    STATED,
    WAS_A,
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
)


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


@pytest.mark.parametrize(
    ("dialect", "preferred"),
    [
        ("", "Zz edema fever"),
        ("en-US", "Zz edema fever"),
        ("en-GB", "Zz oedema fever"),
        ("en_gb", "Zz oedema fever"),
        (GB, "Zz oedema fever"),
    ],
)
def test_the_dialect_chooses_the_preferred_name(
    tmp_path: Path, dialect: str, preferred: str
) -> None:
    release = fevers().write(tmp_path)

    concepts, _ = read(release, dialect=dialect)

    assert concepts[B].names[0] == Name(text=preferred, kind=Kind.PREFERRED)
    assert len(concepts[B].names) == 4


def test_a_concept_without_a_preferred_term_in_the_dialect_takes_another_dialects(
    tmp_path: Path,
) -> None:
    package = fevers()
    package.concept(C)
    package.name(C, "Zz early synonym")
    package.name(C, "Zz only American", us=PREFERRED)
    release = package.write(tmp_path)

    concepts, _ = read(release, dialect="en-GB")

    assert texts(concepts[C]) == ["Zz only American", "Zz early synonym"]


def test_the_national_reference_set_overrules_gb_english(tmp_path: Path) -> None:
    package = one()
    national = package.name(A, "Zz national", gb=ACCEPTABLE)
    package.accept(national, "999001261000000100")
    package.name(A, "Zz international", gb=PREFERRED)
    release = package.write(tmp_path)

    concepts, _ = read(release, dialect="en-GB")

    assert texts(concepts[A])[0] == "Zz national"


def test_without_any_preferred_term_the_fully_specified_name_leads_without_its_tag(
    tmp_path: Path,
) -> None:
    package = Package()
    package.concept(A)
    package.name(A, "Zz synonym")
    package.name(A, "Zz (old) thing (body structure)", FSN)
    release = package.write(tmp_path)

    concepts, report = read(release)

    assert [(name.text, name.kind) for name in concepts[A].names] == [
        ("Zz (old) thing", Kind.PREFERRED),
        ("Zz (old) thing (body structure)", Kind.FULLY_SPECIFIED),
        ("Zz synonym", Kind.SYNONYM),
    ]
    assert concepts[A].types == (SemanticType("body structure", "body structure"),)
    assert report.kept == 2


def test_a_concept_without_a_fully_specified_name_has_names_and_no_type(tmp_path: Path) -> None:
    package = Package()
    package.concept(A)
    package.name(A, "Zz one")
    package.name(A, "Zz two")
    release = package.write(tmp_path)

    concepts, _ = read(release)

    assert [name.kind for name in concepts[A].names] == [Kind.PREFERRED, Kind.SYNONYM]
    assert concepts[A].types == ()


def test_a_fully_specified_name_that_is_a_tag_alone_stays_as_it_is(tmp_path: Path) -> None:
    package = Package()
    package.concept(A)
    package.name(A, "(Zz)", FSN)
    release = package.write(tmp_path)

    concepts, _ = read(release)

    assert texts(concepts[A]) == ["(Zz)"]


def test_the_definition_is_the_preferred_one_of_those_in_use(tmp_path: Path) -> None:
    package = one()
    package.name(A, "Zz plain.", DEFINITION)
    package.name(A, "Zz preferred.", DEFINITION, us=PREFERRED)
    package.concept(B)
    package.name(B, "Zz defined no more")
    package.name(B, "Zz withdrawn.", DEFINITION, us=PREFERRED, active="0")
    release = package.write(tmp_path)

    concepts, _ = read(release)

    assert (concepts[A].definition, concepts[B].definition) == ("Zz preferred.", "")


def test_a_text_is_one_name_per_language_and_the_repetition_is_counted(tmp_path: Path) -> None:
    package = one("Zz one")
    package.name(A, "Zz one")
    package.name(A, "Zz one", lang="sv")
    release = package.write(tmp_path)

    concepts, report = read(release)

    assert [(n.text, n.lang) for n in concepts[A].names] == [
        ("Zz one", "en"),
        ("Zz first (finding)", "en"),
        ("Zz one", "sv"),
    ]
    assert report.dropped == {"same text as another name of the concept": 1}


def test_of_two_preferred_terms_the_newer_one_is_displayed_and_reported(tmp_path: Path) -> None:
    package = one("Zz elder", time="20190101")
    package.name(A, "Zz newer", us=PREFERRED, time="20230101")
    package.name(A, "Zz same day, higher id", us=PREFERRED, time="20230101")
    release = package.write(tmp_path)

    concepts, report = read(release)

    assert texts(concepts[A])[0] == "Zz newer"
    assert any("1 concepts have two preferred terms" in line for line in report.warnings)


def test_quotes_and_odd_blanks_inside_a_term_are_data(tmp_path: Path) -> None:
    release = one('"Zz quoted"  part\u00a0<of> \u2028 line ').write(tmp_path)

    concepts, _ = read(release)

    assert texts(concepts[A])[0] == '"Zz quoted"  part\u00a0<of> \u2028 line'


def test_retired_components_stay_out_and_are_counted(tmp_path: Path) -> None:
    package = fevers()
    package.name(B, "Zz retired name", active="0")
    package.concept(C, active="0")
    package.name(C, "Zz living name of a retired concept", us=PREFERRED)
    release = package.write(tmp_path)

    concepts, report = read(release)

    assert list(concepts) == [A, B]
    assert "Zz retired name" not in texts(concepts[B])
    assert report.dropped == {"retired description (active=0)": 1, "retired concept (active=0)": 1}


def test_retired_components_come_in_when_asked_for(tmp_path: Path) -> None:
    package = fevers()
    package.name(B, "Zz retired name", active="0")
    package.concept(C, active="0")
    package.name(C, "Zz retired (disorder)", FSN, us=PREFERRED)
    release = package.write(tmp_path)

    concepts, report = read(release, inactive=True)

    assert texts(concepts[B])[-1] == "Zz retired name"
    assert (concepts[B].active, concepts[C].active) == (True, False)
    assert texts(concepts[C]) == ["Zz retired", "Zz retired (disorder)"]
    assert not report.dropped


def test_a_retired_name_never_leads_a_living_concept(tmp_path: Path) -> None:
    package = Package()
    package.concept(A)
    package.name(A, "Zz gone", us=PREFERRED, active="0")
    package.name(A, "Zz gone (finding)", FSN, us=PREFERRED, active="0")
    package.name(A, "Zz here")
    release = package.write(tmp_path)

    concepts, _ = read(release, inactive=True)

    assert texts(concepts[A])[0] == "Zz here"


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


def test_a_retired_concept_is_listed_where_its_meaning_went(tmp_path: Path) -> None:
    release = retired().write(tmp_path)

    concepts, _ = read(release)

    assert concepts[B].replaces == (C, D)
    assert concepts[A].replaces == ()


def test_a_retired_concept_that_is_loaded_says_what_replaced_it_best_first(tmp_path: Path) -> None:
    release = retired().write(tmp_path)

    concepts, _ = read(release, inactive=True)

    assert concepts[C].replaced_by == (B, A)
    assert concepts[D].replaced_by == (B,)
    assert concepts[E].replaced_by == ()
    assert concepts[B].replaces == ()


def test_a_retired_concept_without_a_kept_name_stays_listed(tmp_path: Path) -> None:
    package = retired()
    package.name(A, "Zz nombre", lang="es")
    package.name(B, "Zz otro nombre", lang="es")
    package.name(D, "Zz nombre retirado", lang="es")
    release = package.write(tmp_path)

    concepts, _ = read(release, inactive=True, langs=("es",))

    assert list(concepts) == [A, B, D]
    assert concepts[B].replaces == (C,)


def test_only_possible_replacements_are_no_equals(tmp_path: Path) -> None:
    package = fevers()
    package.concept(C, active="0")
    package.name(C, "Zz vague")
    package.history(WAS_A, C, A)
    package.history(POSSIBLY, C, B)
    release = package.write(tmp_path)

    concepts, _ = read(release)
    all_concepts, _ = read(release, inactive=True)

    assert (concepts[A].replaces, concepts[B].replaces) == ((), ())
    assert all_concepts[C].replaced_by == (B, A)


def test_equals_come_before_what_an_equal_may_have_become(tmp_path: Path) -> None:
    package = fevers()
    for code in (C, D):
        package.concept(code, active="0")
        package.name(code, f"Zz retired {code}")
    package.history(SAME_AS, C, D)
    package.history(POSSIBLY, D, A)
    package.history(REPLACED_BY, C, B)
    release = package.write(tmp_path)

    concepts, _ = read(release, inactive=True)

    assert concepts[C].replaced_by == (B, A)


def test_history_of_a_concept_in_use_is_no_history(tmp_path: Path) -> None:
    package = fevers()
    package.history(SAME_AS, A, B)
    release = package.write(tmp_path)

    concepts, _ = read(release)

    assert (concepts[A].replaced_by, concepts[B].replaces) == ((), ())


def test_retired_concepts_that_point_at_each_other_lead_nowhere(tmp_path: Path) -> None:
    package = fevers()
    for old, new in ((C, D), (D, C)):
        package.concept(old, active="0")
        package.name(old, f"Zz {old}")
        package.history(SAME_AS, old, new)
    release = package.write(tmp_path)

    concepts, _ = read(release, inactive=True)

    assert (concepts[C].replaced_by, concepts[D].replaced_by) == ((), ())


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


def test_an_unknown_dialect_is_wrong_usage_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"unknown dialect 'en-UK'; nearest known: .*en-US"):
        load([tmp_path], Options(dialect="en-UK"), Report())


@pytest.mark.parametrize("dialect", ["en-AU", "32570271000036106"])
def test_a_dialect_that_the_release_does_not_have_is_wrong_usage(
    tmp_path: Path, dialect: str
) -> None:
    release = fevers().write(tmp_path)

    with pytest.raises(UsageError, match=f"for {dialect}; it has en-GB, en-US"):
        read(release, dialect=dialect)


def test_a_release_without_the_default_dialect_is_read_with_its_own(tmp_path: Path) -> None:
    package = Package()
    package.concept(A)
    package.name(A, "Zz other")
    package.accept(package.name(A, "Zz nombre", lang="es"), "448879004")
    release = package.write(tmp_path)

    concepts, report = read(release)

    assert texts(concepts[A]) == ["Zz nombre", "Zz other"]
    assert report.warnings == ["no language reference set for en-US: preferred names come from es"]


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
