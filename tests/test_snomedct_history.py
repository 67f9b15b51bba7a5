"""What an RF2 release has retired, and where its meaning went."""

from pathlib import Path

from tests.rf2 import (
    FSN,
    POSSIBLY,
    PREFERRED,
    REPLACED_BY,
    SAME_AS,
    WAS_A,
    A,
    B,
    C,
    D,
    E,
    Package,
    fevers,
    read,
    retired,
    texts,
)


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
