"""What goes into an index, and what a second run leaves of it."""

from collections.abc import Iterator

import pytest

from termsearch.concept import Concept
from termsearch.errors import EmptyReleaseError, LargeRemovalError, ModelMismatchError
from termsearch.index import Index
from termsearch.index.point import points_of
from termsearch.index.where import Condition
from termsearch.ingest import ingest
from termsearch.loader import Report
from termsearch.summary import Summary
from tests.concepts import ALL, ANKLE, COUGH, FEVER, HIGH_FEVER, SIGNS, concept
from tests.conftest import WordHash


def stored(index: Index) -> dict[str, str]:
    return {point.id: point.model_dump_json() for point in index.points([])}


def test_every_name_becomes_a_point(index: Index, encoder: WordHash) -> None:
    summary = ingest(ALL, "test", encoder, index)

    assert (summary.concepts, summary.names, summary.merged) == (5, 11, 1)
    assert (summary.embedded, summary.reused, summary.removed) == (11, 0, 0)
    assert index.count() == 11


def test_a_second_run_embeds_nothing_and_leaves_the_same_points(
    index: Index, encoder: WordHash
) -> None:
    ingest(ALL, "test", encoder, index)
    before, encoder.embedded = stored(index), []

    summary = ingest(ALL, "test", encoder, index)

    assert (summary.embedded, summary.reused, summary.rewritten) == (0, 11, 0)
    assert encoder.embedded == []
    assert stored(index) == before


def test_equal_names_are_embedded_once(index: Index, encoder: WordHash) -> None:
    ingest([FEVER, concept("local", "1", "FEVER"), COUGH], "test", encoder, index)

    assert encoder.embedded.count("fever") == 1
    assert index.count([Condition("form", ("fever",))]) == 2


def test_a_changed_concept_is_rewritten_without_being_embedded(
    index: Index, encoder: WordHash
) -> None:
    ingest(ALL, "test", encoder, index)
    encoder.embedded = []

    summary = ingest(
        [*ALL[:-1], ANKLE.model_copy(update={"parents": ("19999991",)})], "test", encoder, index
    )

    assert (summary.embedded, summary.rewritten) == (0, 1)
    assert {
        p.parents for p in index.points([Condition("vocabulary", ("snomedct",))]) if p.card
    } == {("snomedct:19999991",)}


def test_what_an_origin_no_longer_has_is_removed_and_nothing_else(
    index: Index, encoder: WordHash
) -> None:
    ingest([SIGNS, FEVER, HIGH_FEVER], "mesh", encoder, index)
    ingest([COUGH], "umls", encoder, index)

    summary = ingest([SIGNS, FEVER], "mesh", encoder, index)

    assert summary.removed == 2
    assert {e.vocabulary: e.names for e in index.manifest.loaded} == {"mesh": 4, "umls": 3}
    assert {point.curie for point in index.points([])} == {
        "mesh:D990001",
        "mesh:D990002",
        "umls:C9900001",
    }


def test_another_part_of_a_release_stays_when_one_part_is_read_again(
    index: Index, encoder: WordHash
) -> None:
    ingest([FEVER], "mesh", encoder, index)
    ingest([concept("mesh", "C990001", "Zzol", part="supp")], "mesh", encoder, index)

    summary = ingest([FEVER], "mesh", encoder, index)

    assert summary.removed == 0
    assert index.count([Condition("curies", ("mesh:C990001",))]) == 1


def test_a_release_without_names_is_an_error_and_changes_nothing(
    index: Index, encoder: WordHash
) -> None:
    ingest(ALL, "test", encoder, index)
    report = Report(read=3)
    report.drop("language fr", 3)

    with pytest.raises(EmptyReleaseError, match=r"read 3 rows and kept no name \(dropped: 3 lang"):
        ingest([], "test", encoder, index, report=report)

    assert index.count() == 11


def test_a_run_that_breaks_keeps_what_it_stored_and_goes_on(
    index: Index, encoder: WordHash
) -> None:
    def broken() -> Iterator[Concept]:
        yield from (concept("local", f"{n}", f"name {n}") for n in range(200))
        raise RuntimeError("cut")

    whole = [concept("local", f"{n}", f"name {n}") for n in range(300)]

    with pytest.raises(RuntimeError, match="cut"):
        ingest(broken(), "test", encoder, index)
    after_cut = index.count()
    summary = ingest(whole, "test", encoder, index)

    assert after_cut == 192  # three batches of 64
    assert (summary.embedded, summary.reused) == (300 - 192, 192)
    assert index.count() == 300


def test_a_cut_run_is_known_to_filters_and_marked_incomplete(
    index: Index, encoder: WordHash
) -> None:
    def broken() -> Iterator[Concept]:
        yield from (concept("local", f"{n}", f"name {n}", types=COUGH.types) for n in range(64))
        raise RuntimeError("cut")

    with pytest.raises(RuntimeError, match="cut"):
        ingest(broken(), "test", encoder, index)

    (loaded,) = index.manifest.loaded
    assert (loaded.vocabulary, loaded.types, loaded.complete) == ("local", COUGH.types, False)


def test_the_manifest_counts_what_was_loaded(index: Index, encoder: WordHash) -> None:
    ingest(ALL, "test", encoder, index)

    loaded = {entry.vocabulary: entry for entry in index.manifest.loaded}

    assert {name: (e.concepts, e.names, e.complete) for name, e in loaded.items()} == {
        "mesh": (3, 6, True),
        "umls": (1, 3, True),
        "snomedct": (1, 2, True),
    }
    assert loaded["umls"].langs == ("en", "es")
    assert loaded["umls"].used_by == ("snomedct", "mesh")


def test_another_encoder_is_refused(index: Index) -> None:
    with pytest.raises(ModelMismatchError, match="holds vectors from word-hash"):
        ingest(ALL, "test", WordHash(version="2"), index)


def test_progress_is_told_after_every_batch_and_before_the_graph(
    index: Index, encoder: WordHash
) -> None:
    told: list[tuple[int, bool]] = []

    def note(summary: Summary) -> None:
        told.append((summary.names, summary.optimizing))

    many = [concept("local", f"{n}", f"name {n}") for n in range(100)]
    ingest(many, "test", encoder, index, progress=note)

    assert list(dict.fromkeys(told)) == [(64, False), (100, False), (100, True)]


def test_a_large_removal_needs_to_be_asked_for(index: Index, encoder: WordHash) -> None:
    ingest(ALL, "test", encoder, index)

    with pytest.raises(LargeRemovalError, match=r"3 of the 5 names that test had .* --replace"):
        ingest([ANKLE], "test", encoder, index)
    with pytest.raises(LargeRemovalError, match="3 of the 5 names"):
        ingest([ANKLE], "test", encoder, index)  # asking again is not asking for it
    kept = index.count()
    summary = ingest([ANKLE], "test", encoder, index, replace_all=True)

    assert (kept, summary.removed, index.count()) == (11, 3, 8)
    assert {entry.vocabulary for entry in index.manifest.loaded} == {"mesh", "snomedct"}


def test_a_users_table_neither_changes_nor_removes_a_concept_it_adds_names_to(
    index: Index, encoder: WordHash
) -> None:
    ingest([SIGNS, FEVER], "mesh", encoder, index)
    before = stored(index)
    mine = concept("mesh", "D990002", "Fever", "the hots", part="ward")
    other = concept("mesh", "D990009", "Zz other", "zz more", part="ward")

    ingest([mine, other], "table", encoder, index)
    after = stored(index)
    ingest([other], "table", encoder, index)

    assert before.items() <= after.items()
    assert before.items() <= stored(index).items()
    assert index.count([Condition("origin", ("table/ward",))]) == 2


def test_the_graph_of_a_run_that_was_cut_is_built_by_the_next(
    index: Index, encoder: WordHash, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []

    def cut(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(index, "optimize", cut)
    with pytest.raises(KeyboardInterrupt):
        ingest(ALL, "test", encoder, index)
    monkeypatch.setattr(index, "optimize", lambda _: built.append("graph"))
    summary = ingest(ALL, "test", encoder, index)

    assert (summary.embedded, built) == (0, ["graph"])
    assert all(entry.complete for entry in index.manifest.loaded)


def test_a_new_release_rewrites_what_changed_and_no_more(index: Index, encoder: WordHash) -> None:
    old = [concept("local", f"{n}", f"name {n}", release="2026") for n in range(5)]
    new = [each.model_copy(update={"release": "2027"}) for each in old]
    new[3] = new[3].model_copy(update={"definition": "Told at last."})
    ingest(old, "test", encoder, index)

    summary = ingest(new, "test", encoder, index)

    assert (summary.embedded, summary.reused, summary.rewritten) == (0, 5, 1)
    assert index.manifest.release_of("local", "test") == "2027"


def test_a_name_in_which_nothing_can_be_searched_is_not_the_one_displayed() -> None:
    blank = concept("local", "1", "\u200b", "Fever", "Pyrexia")

    points, merged = points_of(blank, "test")

    assert [(point.name, point.concept_name) for point in points] == [
        ("Fever", "Fever"),
        ("Pyrexia", "Fever"),
    ]
    assert merged == 1
