"""What a newer release would change is told as it is, and nothing is written to find out."""

from collections.abc import Iterable

import pytest

from termsearch.concept import Concept, Name
from termsearch.diff import KINDS, Change, Diff, Difference, Kind
from termsearch.errors import EmptyReleaseError
from termsearch.index import Index
from termsearch.index.packed import packed
from termsearch.index.point import points_of
from termsearch.ingest import ingest
from termsearch.loader import Report
from tests.concepts import ALL, ANKLE, BODY, COUGH, FEVER, HIGH_FEVER, OLD_FEVER, SIGNS, concept
from tests.conftest import WordHash

MESH = (SIGNS, FEVER, HIGH_FEVER)


def changed(known: Concept, **fields: object) -> Concept:
    return known.model_copy(update=fields)


def renamed(known: Concept, *names: str) -> Concept:
    return changed(known, names=tuple(Name(text=name) for name in names))


def compared(index: Index, release: Iterable[Concept], listed: int | None = None) -> Diff:
    difference = Difference(index, listed=listed)
    difference.read(release, "test", Report())
    return difference.finish()


def told(diff: Diff) -> dict[Kind, tuple[Change, ...]]:
    """The kinds that hold of anything, whose counts are those of what is listed."""
    assert diff.counts == {kind: len(diff.changes[kind]) for kind in KINDS}
    return {kind: changes for kind, changes in diff.changes.items() if changes}


def test_the_same_release_changes_nothing(index: Index, encoder: WordHash) -> None:
    ingest([*ALL, OLD_FEVER], "test", encoder, index)

    diff = compared(index, [*ALL, OLD_FEVER])

    assert told(diff) == {}
    assert set(diff.names.model_dump().values()) == {0}


def test_a_code_that_was_not_there_is_added(index: Index, encoder: WordHash) -> None:
    ingest([SIGNS, FEVER], "test", encoder, index)

    diff = compared(index, MESH)

    assert told(diff) == {"added": (Change("mesh:D990003", "Hyperpyrexia", "active"),)}
    assert (diff.names.to_embed, diff.names.added) == (2, 0)


@pytest.mark.parametrize(
    ("release", "status"),
    [
        ([SIGNS, HIGH_FEVER], "gone"),
        ([SIGNS, changed(FEVER, active=False), HIGH_FEVER], "inactive"),
    ],
)
def test_a_live_concept_that_is_gone_or_inactive_without_successor_is_retired(
    index: Index, encoder: WordHash, release: list[Concept], status: str
) -> None:
    ingest(MESH, "test", encoder, index)

    diff = compared(index, release)

    (change,) = told(diff).pop("retired")
    assert (change.curie, change.name, change.status) == ("mesh:D990002", "Fever", status)
    assert set(told(diff)) == {"retired"}
    assert (diff.names.to_remove, diff.names.removed) == (3 if status == "gone" else 0, 0)


@pytest.mark.parametrize(
    ("release", "status"),
    [
        ([changed(SIGNS, replaces=("D990002",)), HIGH_FEVER], "gone"),
        ([SIGNS, changed(FEVER, active=False, replaced_by=("D990001",)), HIGH_FEVER], "inactive"),
        ([changed(FEVER, active=False), changed(SIGNS, replaces=("D990002",)), HIGH_FEVER],
         "inactive"),
    ],
)  # fmt: skip
def test_a_concept_with_a_successor_is_merged_whichever_of_them_names_the_other(
    index: Index, encoder: WordHash, release: list[Concept], status: str
) -> None:
    ingest(MESH, "test", encoder, index)

    diff = compared(index, release)

    (change,) = told(diff)["merged"]
    assert (change.curie, change.status) == ("mesh:D990002", status)
    assert change.now == ("mesh:D990001",)
    assert set(told(diff)) == {"merged"}


def test_a_new_concept_may_take_the_place_of_one(index: Index, encoder: WordHash) -> None:
    ingest(MESH, "test", encoder, index)
    heir = concept("mesh", "D990009", "Fever", part="desc", replaces=("D990002",))

    diff = compared(index, [SIGNS, HIGH_FEVER, heir])

    assert [change.curie for change in diff.changes["added"]] == ["mesh:D990009"]
    assert [change.now for change in diff.changes["merged"]] == [("mesh:D990009",)]


def test_a_code_merged_before_the_index_was_made_is_no_change(
    index: Index, encoder: WordHash
) -> None:
    ingest([COUGH], "test", encoder, index)

    diff = compared(index, [COUGH])

    assert told(diff) == {}


def test_an_inactive_concept_may_be_revived_redirected_or_removed(
    index: Index, encoder: WordHash
) -> None:
    ingest([ANKLE, OLD_FEVER], "test", encoder, index)

    revived = compared(index, [ANKLE, changed(OLD_FEVER, active=True, replaced_by=())])
    redirected = compared(index, [ANKLE, changed(OLD_FEVER, replaced_by=("49999994",))])
    removed = compared(index, [ANKLE])

    assert told(revived) == {
        "revived": (Change("snomedct:39999993", "Febrile state", "active"),),
    }
    assert [change.now for change in told(redirected)["merged"]] == [("snomedct:49999994",)]
    assert [change.status for change in told(removed)["removed"]] == ["gone"]


def test_another_preferred_name_is_a_renaming_and_the_old_one_is_a_name_still(
    index: Index, encoder: WordHash
) -> None:
    ingest(MESH, "test", encoder, index)

    diff = compared(index, [SIGNS, renamed(FEVER, "Pyrexia", "Fever", "hot body"), HIGH_FEVER])

    assert told(diff) == {
        "renamed": (Change("mesh:D990002", "Pyrexia", "active", ("Fever",), ("Pyrexia",)),)
    }
    assert (diff.names.added, diff.names.removed) == (1, 1)
    assert (diff.names.to_embed, diff.names.to_remove) == (1, 1)


def test_other_parents_are_a_move_and_another_order_of_them_is_none(
    index: Index, encoder: WordHash
) -> None:
    two = changed(HIGH_FEVER, parents=("D990001", "D990002"))
    ingest([SIGNS, FEVER, two], "test", encoder, index)

    moved = compared(index, [SIGNS, FEVER, changed(two, parents=("D990001",))])
    turned = compared(index, [SIGNS, FEVER, changed(two, parents=("D990002", "D990001"))])

    (change,) = told(moved)["moved"]
    assert change.was == ("mesh:D990001", "mesh:D990002")
    assert change.now == ("mesh:D990001",)
    assert told(turned) == {}


def test_a_retired_concept_that_leaves_the_hierarchy_has_not_moved(
    index: Index, encoder: WordHash
) -> None:
    ingest(MESH, "test", encoder, index)

    diff = compared(index, [SIGNS, FEVER, changed(HIGH_FEVER, active=False, parents=())])

    assert set(told(diff)) == {"retired"}


def test_other_types_are_told(index: Index, encoder: WordHash) -> None:
    ingest(MESH, "test", encoder, index)

    diff = compared(index, [SIGNS, changed(FEVER, types=(BODY,)), HIGH_FEVER])

    (change,) = told(diff)["retyped"]
    assert (change.was, change.now) == (("C23",), ("body structure",))


def test_a_concept_is_told_in_every_kind_that_holds(index: Index, encoder: WordHash) -> None:
    ingest(MESH, "test", encoder, index)
    other = changed(renamed(HIGH_FEVER, "Hot"), parents=("D990001",), types=(BODY,))

    diff = compared(index, [SIGNS, FEVER, other])

    assert set(told(diff)) == {"renamed", "moved", "retyped"}


def test_only_what_an_ingest_would_replace_is_compared(index: Index, encoder: WordHash) -> None:
    extra = concept("mesh", "C990001", "Zzol", part="supp")
    ingest([*MESH, extra], "test", encoder, index)
    ingest([concept("mesh", "D990002", "burning brow")], "mine", encoder, index)

    diff = compared(index, MESH)

    assert told(diff) == {}
    (origin,) = diff.origins
    assert (origin.origin, origin.concepts_was, origin.concepts_now) == ("test/desc", 3, 3)
    assert (origin.release_was, origin.release_now) == ("2026", "2026")
    assert not origin.needs_replace


def test_an_origin_that_the_index_does_not_hold_is_added_whole(
    index: Index, encoder: WordHash
) -> None:
    ingest([COUGH], "test", encoder, index)

    diff = compared(index, MESH)

    assert [change.curie[-1] for change in told(diff)["added"]] == ["1", "2", "3"]
    assert [(origin.origin, origin.concepts_was) for origin in diff.origins] == [("test/desc", 0)]
    assert diff.names.to_embed == 6


def parts(*given: tuple[str, str, str]) -> list[Concept]:
    """Concepts of a list, of a part, a code and a name each."""
    return [concept("local", code, name, part=part) for part, code, name in given]


def test_a_concept_that_another_origin_has_is_neither_added_nor_retired(
    index: Index, encoder: WordHash
) -> None:
    ingest(parts(("a", "1", "zz fever"), ("a", "2", "zz cough")), "test", encoder, index)
    ingest(parts(("b", "1", "zz Fieber"), ("b", "3", "zz Husten")), "other", encoder, index)

    diff = compared(index, parts(("a", "2", "zz cough"), ("a", "3", "zz rash")))

    assert told(diff) == {}
    assert (diff.names.added, diff.names.removed) == (1, 1)


def test_a_concept_goes_from_one_part_to_another_of_a_release_and_is_the_same(
    index: Index, encoder: WordHash
) -> None:
    ingest(parts(("a", "1", "zz fever"), ("a", "2", "zz cough")), "test", encoder, index)

    diff = compared(index, parts(("a", "1", "zz fever"), ("b", "2", "zz cough")))

    assert told(diff) == {}
    assert (diff.names.added, diff.names.removed) == (1, 1)


def test_a_concept_that_several_parts_lose_or_gain_is_told_once(
    index: Index, encoder: WordHash
) -> None:
    stays = ("a", "1", "zz fever"), ("b", "1", "zz Fieber")
    ingest(parts(*stays, ("a", "2", "zz cough"), ("b", "2", "zz Husten")), "test", encoder, index)

    diff = compared(index, parts(*stays, ("a", "3", "zz rash"), ("b", "3", "zz Rötung")))

    assert {kind: [each.curie for each in of] for kind, of in told(diff).items()} == {
        "added": ["local:3"],
        "retired": ["local:2"],
    }
    assert (diff.names.added, diff.names.removed) == (0, 0)
    assert (diff.names.to_embed, diff.names.to_remove) == (2, 2)


def test_a_concept_that_another_origin_has_as_retired_is_retired(
    index: Index, encoder: WordHash
) -> None:
    ingest(parts(("a", "1", "zz fever"), ("a", "2", "zz cough")), "test", encoder, index)
    old = concept("local", "2", "zz tussis", active=False, part="b")
    ingest([old], "other", encoder, index)

    diff = compared(index, parts(("a", "1", "zz fever")))

    assert [each.curie for each in told(diff)["retired"]] == ["local:2"]


def test_a_removal_that_ingest_would_refuse_is_foretold(index: Index, encoder: WordHash) -> None:
    ingest(MESH, "test", encoder, index)

    diff = compared(index, [SIGNS])

    assert [origin.needs_replace for origin in diff.origins] == [True]
    assert [change.curie for change in diff.changes["retired"]] == ["mesh:D990002", "mesh:D990003"]


def test_a_cut_ingest_is_told_of(index: Index, encoder: WordHash) -> None:
    def cut() -> Iterable[Concept]:
        yield from (concept("local", f"{n}", f"name {n}") for n in range(64))
        raise RuntimeError("cut")

    with pytest.raises(RuntimeError, match="cut"):
        ingest(cut(), "test", encoder, index)

    diff = compared(index, [concept("local", "1", "name 1")])

    assert [origin.cut for origin in diff.origins] == [True]


def test_all_are_counted_where_few_are_listed(index: Index, encoder: WordHash) -> None:
    ingest([concept("local", f"{n}", f"name {n}") for n in range(5_000)], "test", encoder, index)
    release = [concept("local", f"{n}", f"name {n}") for n in range(100, 5_200)]

    diff = compared(index, release, listed=2)

    assert (diff.counts["added"], diff.counts["retired"]) == (200, 100)
    assert [change.curie for change in diff.changes["added"]] == ["local:5000", "local:5001"]
    assert [change.curie for change in diff.changes["retired"]] == ["local:0", "local:1"]


def test_a_release_without_names_is_an_error(index: Index, encoder: WordHash) -> None:
    ingest(MESH, "test", encoder, index)

    with pytest.raises(EmptyReleaseError, match="kept no name"):
        Difference(index).read([], "test", Report())


def test_a_comparison_writes_nothing(index: Index, encoder: WordHash) -> None:
    ingest(MESH, "test", encoder, index)
    before = index.manifest, sorted(point.model_dump_json() for point in index.points([]))

    compared(index, [renamed(FEVER, "Hot")])

    after = index.manifest, sorted(point.model_dump_json() for point in index.points([]))
    assert after == before


def test_an_ingest_may_feed_it_the_points_it_is_about_to_write(
    index: Index, encoder: WordHash
) -> None:
    ingest(MESH, "test", encoder, index)
    release = [
        changed(SIGNS, replaces=("D990002",)),
        renamed(HIGH_FEVER, "Hot"),
        concept("mesh", "D990004", "Chills", part="desc"),
    ]
    expected = compared(index, release)
    difference = Difference(index)

    for each in release:
        points, _ = points_of(each, "test/desc")
        difference.see_points(points)
        index.put(
            [packed(point) for point in points], encoder.encode([point.form for point in points])
        )
    found = difference.finish()

    assert set(told(found)) == {"added", "merged", "renamed"}
    assert found == expected
