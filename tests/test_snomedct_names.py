"""Which names of an RF2 release a concept has, and which of them is displayed."""

from pathlib import Path

import pytest

from termsearch.concept import Kind, Name, SemanticType
from termsearch.errors import UsageError
from termsearch.loader import Options, Report
from termsearch_loaders.snomedct import load
from tests.rf2 import (
    ACCEPTABLE,
    DEFINITION,
    FSN,
    GB,
    PREFERRED,
    A,
    B,
    C,
    Package,
    fevers,
    one,
    read,
    texts,
)


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
