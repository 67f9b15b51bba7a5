"""An index is proven to find what is in it, and to be whole; or it is said what is not."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from termsearch.cli import main
from termsearch.concept import Concept, SemanticType
from termsearch.index import Ask, Found, Index
from termsearch.index.edge import EdgeIndex
from termsearch.index.generations import publish
from termsearch.index.manifest import Manifest
from termsearch.index.rules import rules
from termsearch.index.server import ServerIndex, client_for
from termsearch.index.where import Condition
from termsearch.ingest import ingest
from termsearch.verify import Check, Verification, verify
from tests.concepts import ALL, OLD_FEVER, concept, falsified
from tests.conftest import WordHash
from tests.versions import straight_only

COMMON, RARE = SemanticType("T1", "Common", "G", "Group"), SemanticType("T2", "Rare", "G", "Group")


def crowd(number: int = 200) -> list[Concept]:
    """Concepts of two vocabularies and two types, a tenth of them under one parent."""
    return [
        concept(
            "here" if each % 2 else "there",
            f"{each}",
            f"name {each} of {each % 7}",
            types=(RARE if each % 20 == 0 else COMMON,),
            ancestors=("1",) if each % 10 == 1 and each > 1 else (),
        )
        for each in range(number)
    ]


class Forgetful(ServerIndex):
    """A real index that loses the best hits of a search through two filters, unless exact."""

    def search(self, asks: Sequence[Ask]) -> list[list[Found]]:
        return [
            hits if ask.exact or len(ask.where) < 2 else hits[3:]
            for ask, hits in zip(asks, super().search(asks), strict=True)
        ]


@pytest.fixture
def forgetful(encoder: WordHash) -> Index:
    client = client_for(":memory:", None)
    index = Forgetful.open_or_create(client, "terms", Manifest(encoder=encoder.card))
    ingest(crowd(), "test", encoder, index)
    return index


def check(found: Verification, name: str) -> Check:
    return next(each for each in found.checks if each.name == name)


def test_a_good_index_passes_and_finds_all_under_every_filter(
    index: Index, encoder: WordHash
) -> None:
    ingest(crowd(), "test", encoder, index)

    found = verify(index, queries=6)

    assert found.failures == []
    assert {shape.recall for shape in found.shapes} == {1.0}
    assert {check.passed for check in found.checks} == {True}


def test_filters_are_tried_alone_and_together_from_few_names_to_all(
    index: Index, encoder: WordHash
) -> None:
    ingest(crowd(), "test", encoder, index)

    found = verify(index, queries=2)

    shapes = {(shape.shape, shape.filter): shape.points for shape in found.shapes}
    assert shapes["none", "no filter"] == 200
    assert shapes["vocabularies", "--vocab here"] == 100
    assert shapes["types", "--type T2"] == 10
    assert shapes["types", "--type G"] == 200
    assert shapes["under", "--under here:1"] == 20
    assert shapes["vocabularies + types", "--vocab there --type T2"] == 10
    assert {shape.shape for shape in found.shapes} == {
        "none",
        "vocabularies",
        "types",
        "langs",
        "under",
        "vocabularies + types",
        "types + langs",
        "types + under",
        "vocabularies + types + langs",
        "vocabularies + types + under",
    }


def test_both_kinds_of_evidence_are_measured_under_each_filter(
    index: Index, encoder: WordHash
) -> None:
    ingest(ALL, "test", encoder, index)

    found = verify(index, queries=2)

    by_leg = {
        leg: [shape.filter for shape in found.shapes if shape.leg == leg]
        for leg in ("dense", "lexical")
    }
    assert by_leg["dense"] == by_leg["lexical"] != []


def test_the_same_seed_asks_the_same_and_another_one_other_names(
    index: Index, encoder: WordHash
) -> None:
    ingest(crowd(80), "test", encoder, index)

    def filters(seed: int) -> list[str]:
        return [shape.filter for shape in verify(index, queries=1, seed=seed).shapes]

    assert filters(1) == filters(1) != filters(2)


def test_retired_names_are_tried_with_and_without(index: Index, encoder: WordHash) -> None:
    ingest([*ALL, OLD_FEVER], "test", encoder, index)

    found = verify(index, queries=2)

    open_to = {shape.filter: shape.points for shape in found.shapes if shape.shape == "none"}
    assert open_to == {"no filter": 11, "--inactive": 12}


def test_a_filter_that_loses_hits_is_found_and_named(forgetful: Index) -> None:
    found = verify(forgetful, queries=4)

    lost = {shape.shape for shape in found.shapes if shape.recall < 0.99}
    assert "vocabularies + types" in lost
    assert lost.isdisjoint({"none", "vocabularies", "types", "langs", "under"})
    assert any(
        failure.startswith("recall@10 0.") and "dense, --vocab there --type T2" in failure
        for failure in found.failures
    )


def test_a_lower_bar_lets_it_pass(forgetful: Index) -> None:
    assert verify(forgetful, queries=4, min_recall=0.0).failures == []


def test_equal_scores_are_equally_right(index: Index, encoder: WordHash) -> None:
    twins = [concept("local", f"{number}", "the same name") for number in range(60)]
    ingest(twins, "test", encoder, index)

    assert {shape.recall for shape in verify(index, queries=3).shapes} == {1.0}


def test_an_index_without_names_fails(index: Index) -> None:
    found = verify(index)

    assert found.shapes == []
    assert found.failures == ["counts: the index holds no names: ingest a release, of 0 names"]


def test_lost_names_are_missed(index: Index, encoder: WordHash) -> None:
    ingest(ALL, "test", encoder, index)
    index.remove(list(index.ids([Condition("form", ("pyrexia",))])))

    found = verify(index, queries=1)

    assert check(found, "counts").found.startswith(
        "mesh (test/desc) has 5 names of 3 concepts where 6 of 3 were stored: ingest it again"
    )


def test_a_cut_ingest_is_named(index: Index, encoder: WordHash) -> None:
    ingest(ALL, "test", encoder, index)
    (entry,) = (each for each in index.manifest.loaded if each.vocabulary == "umls")
    index.write_manifest(index.manifest.with_loaded([entry.model_copy(update={"complete": False})]))

    assert "umls (test): ingest it again" in check(verify(index, queries=1), "complete").found


def test_a_payload_that_was_changed_does_not_fit_its_digest(
    index: Index, encoder: WordHash
) -> None:
    ingest(ALL, "test", encoder, index)
    (point,) = index.points([Condition("form", ("pyrexia",))])
    index.rewrite([falsified(point, concept_name="Frostbite")])

    found = verify(index, queries=1)

    assert "mesh:D990002 'Pyrexia'" in check(found, "digests").found
    assert check(found, "ids").passed


def test_a_concept_with_two_cards_is_named(index: Index, encoder: WordHash) -> None:
    ingest(ALL, "test", encoder, index)
    (point,) = index.points([Condition("form", ("pyrexia",))])
    index.rewrite([falsified(point, flags=("active", "card"))])

    assert "mesh:D990002" in check(verify(index, queries=1), "one card a concept").found


def test_names_stored_in_another_search_form_are_named(index: Index, encoder: WordHash) -> None:
    ingest(ALL, "test", encoder, index)
    (point,) = index.points([Condition("form", ("pyrexia",))])
    index.rewrite([falsified(point, name="Pyrexial")])

    assert "'Pyrexial'" in check(verify(index, queries=1), "search forms").found


def test_names_of_these_rules_are_looked_at_beside_those_of_other_rules(
    index: Index, encoder: WordHash
) -> None:
    with straight_only():
        ingest([concept("ward", "1", "Zz’s")], "ward", encoder, index)
    ingest(ALL, "test", encoder, index)
    before = check(verify(index, queries=1), "search forms")
    (point,) = index.points([Condition("form", ("pyrexia",))])
    index.rewrite([falsified(point, key="old")])

    after = check(verify(index, queries=1), "search forms")

    assert before.passed
    assert "another version's, to be ingested again: ward" in before.found
    assert not after.passed
    assert "mesh:D990002 'Pyrexia'" in after.found


def test_names_in_a_form_of_other_rules_fail_where_the_rules_are_these(
    index: Index, encoder: WordHash
) -> None:
    with straight_only():
        ingest([concept("ward", "1", "Zz’s")], "ward", encoder, index)
    (entry,) = index.manifest.loaded
    same = entry.model_copy(update={"rules": rules()})
    index.write_manifest(index.manifest.with_loaded([same]))

    assert not check(verify(index, queries=1), "search forms").passed


def test_progress_is_told_from_nothing_to_all(index: Index, encoder: WordHash) -> None:
    ingest(ALL, "test", encoder, index)
    told: list[tuple[int, int]] = []

    verify(index, queries=1, progress=lambda done, shapes: told.append((done, shapes)))

    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1] == len(told) - 1


@pytest.fixture
def home(tmp_path: Path, encoder: WordHash) -> Path:
    """A folder with an index called terms."""
    index = EdgeIndex.open_or_create(tmp_path / "terms", Manifest(encoder=encoder.card))
    ingest(ALL, "test", encoder, index)
    index.publish()
    return tmp_path


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        main, arguments, env={"TERMSEARCH_HOME": str(home)}, catch_exceptions=False
    )


def test_the_command_prints_a_line_a_filter_and_needs_no_encoder(home: Path) -> None:
    done = run(home, "verify", "--queries", "2")

    assert (done.exit_code, done.stderr) == (0, "")
    assert "--vocab mesh" in done.stdout
    assert "one card a concept" in done.stdout


def test_the_command_as_json_is_one_object(home: Path) -> None:
    done = run(home, "verify", "--queries", "2", "--json")

    found = json.loads(done.stdout)
    assert {"leg", "filter", "points", "share", "recall", "p99_ms"} <= found["shapes"][0].keys()
    assert all(each["passed"] for each in found["checks"])


def test_the_command_fails_with_one_line_that_says_what_is_wrong(
    tmp_path: Path, encoder: WordHash
) -> None:
    index = EdgeIndex.open_or_create(tmp_path / "terms", Manifest(encoder=encoder.card))
    ingest(ALL, "test", encoder, index)
    (point,) = index.points([Condition("form", ("pyrexia",))])
    index.put([falsified(point, definition="?")], np.eye(1, 64, dtype=np.float32))
    index.close()
    publish(tmp_path / "terms" / "1", keep=False)  # past the check, which would find it

    done = run(tmp_path, "verify", "--queries", "2")

    assert done.exit_code == 1
    assert done.stderr.startswith("Error: index 'terms': digests: mesh:D990002 'Pyrexia'")
    assert done.stderr.count("\n") == 1


def test_both_halves_of_a_name_that_defines_an_abbreviation_are_whole(
    index: Index, encoder: WordHash
) -> None:
    ingest([concept("local", "1", "MI - Myocardial infarction")], "test", encoder, index)

    assert check(verify(index, queries=1), "search forms").passed
    assert index.count() == 3
