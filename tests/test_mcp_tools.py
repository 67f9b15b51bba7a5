"""What an agent's tools tell it, as the official SDK's client calls them."""

import json
from pathlib import Path
from typing import Any

import mcp_types as wire
import pytest
from jsonschema import Draft202012Validator

from termsearch.concept import Name, Source
from termsearch.mcp.told import MOST_CHARACTERS, Brief, Descended, Mapped, MappedTerms, fitted
from tests.agents import call, crossed, told, tools, wrong
from tests.concepts import concept
from tests.serving import Shelf


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Asked only, so that one does for all."""
    return crossed(tmp_path_factory.mktemp("mcp"))


def test_the_tools_are_read_only_and_have_schemas_both_ways(shelf: Shelf) -> None:
    listed = tools(shelf)

    assert set(listed) == {
        "search_concepts", "get_concept", "map_terms", "descendants", "translate_code",
        "validate_codes", "list_vocabularies",
    }  # fmt: skip
    for tool in listed.values():
        assert tool.annotations
        assert tool.annotations.read_only_hint
        Draft202012Validator.check_schema(tool.input_schema)
        Draft202012Validator.check_schema(tool.output_schema or {})


def test_filters_offer_what_the_index_holds(shelf: Shelf) -> None:
    properties = tools(shelf)["search_concepts"].input_schema["properties"]

    assert properties["vocabularies"]["items"]["enum"] == ["local", "mesh", "snomedct", "umls"]
    assert "Sign or Symptom" in properties["types"]["items"]["enum"]
    assert properties["langs"]["items"]["enum"] == ["en", "es"]


def test_all_tools_together_are_short_enough_to_be_read_with_each_request(shelf: Shelf) -> None:
    listed = [tool.model_dump_json(exclude_none=True) for tool in tools(shelf).values()]

    assert sum(map(len, listed)) < 16_000


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_search_tells_the_concepts_as_structure_and_as_text(shelf: Shelf, mode: str) -> None:
    result = call(shelf, "search_concepts", mode, query="Pyrexia", limit=1)

    assert result.structured_content == {
        "resolution": "unique",
        "results": [
            {
                "curie": "mesh:D990002", "name": "Fever", "matched_name": "Pyrexia",
                "match_type": "exact", "score": 1.0, "types": ["Signs and Conditions"],
            }
        ],
    }  # fmt: skip
    (content,) = result.content
    assert isinstance(content, wire.TextContent)
    assert json.loads(content.text) == result.structured_content


def test_filters_act_and_take_one_value_for_a_list(shelf: Shelf) -> None:
    answer = told(shelf, "search_concepts", query="fever", vocabularies="SNOMEDCT_US",
                  types=None, inactive=True)  # fmt: skip

    best = answer["results"][0]
    assert (best["curie"], best["active"]) == ("snomedct:39999993", False)
    assert best["replaced_by"] == ["snomedct:29999992"]


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("search_concepts", {"query": "fever", "vocabularies": ["mash"]}, "mesh"),
        ("search_concepts", {"query": "fever", "types": ["Sign or Symtom"]}, "Sign or Symptom"),
        ("search_concepts", {"query": "fever", "under": "mesh:d990001"}, "mesh:D990001"),
        ("search_concepts", {"query": ""}, "query"),
        ("search_concepts", {"query": "fever", "limit": 500}, "limit"),
        ("search_concepts", {"query": "fever", "vocabulary": "mesh"}, "vocabulary"),
        ("get_concept", {"codes": ["mesh:D1"]}, "mesh:D1"),
        ("get_concept", {"codes": ["fever"]}, "a CURIE such as"),
        ("descendants", {"code": "mash:D990001"}, "mesh"),
        ("translate_code", {"code": "mesh:D990002", "target": "snowmed"}, "snomedct"),
        ("map_terms", {"terms": ["x"] * 101}, "100"),
        ("map_terms", {"terms": ["x", "\ud800" + "x" * 1_000]}, "terms.1: "),
        ("validate_codes", {"codes": ["mesh:D1"] * 101}, "100"),
    ],
)
def test_what_is_wrong_is_flagged_and_said(
    shelf: Shelf, tool: str, arguments: dict[str, Any], said: str
) -> None:
    assert said in wrong(shelf, tool, **arguments)


def test_terms_are_mapped_in_order_with_the_runner_up(shelf: Shelf) -> None:
    first, second, third = told(
        shelf, "map_terms", terms=["Pyrexia", "left ankle", "zzz qqq"]
    )["results"]  # fmt: skip

    assert (first["term"], first["curie"], first["resolution"]) == (
        "Pyrexia", "mesh:D990002", "unique",
    )  # fmt: skip
    assert first["runner_up"]["curie"] != "mesh:D990002"
    assert second["curie"] == "snomedct:29999992"
    assert third["term"] == "zzz qqq"


def test_a_term_that_can_not_be_searched_fails_alone(shelf: Shelf) -> None:
    first, none, long, last = told(
        shelf, "map_terms", terms=["Pyrexia", "", "x" * 1001, "left ankle"]
    )["results"]  # fmt: skip

    assert (first["curie"], last["curie"]) == ("mesh:D990002", "snomedct:29999992")
    assert (none["resolution"], none.get("problem")) == ("none", None)
    assert (long["term"], long["resolution"]) == (f"{'x' * 100}…", "none")
    assert long["problem"] == "1,001 characters; 1,000 are allowed"


def test_the_same_code_in_a_compendium_is_no_second_meaning(tmp_path: Path) -> None:
    """A UMLS concept has the exact words too, as the name of this code."""
    shelf = Shelf(tmp_path)
    lung = concept("icd10cm", "Q98", "Lung trouble", release="2027")
    same = Name(text="lung trouble", sources=(Source("icd10cm", "Q98", "PT"),))
    shelf.publish([lung, concept("umls", "C9900009", same, release="2026XX")], "lungs")

    (mapped,) = told(shelf, "map_terms", terms="lung trouble", vocabularies="icd10cm")["results"]

    assert (mapped["curie"], mapped["resolution"]) == ("icd10cm:Q98", "unique")
    assert "runner_up" not in mapped


def test_codes_are_explained_and_those_that_are_not_there_named(shelf: Shelf) -> None:
    answer = told(shelf, "get_concept", codes=["mesh:D990002", "mesh:D1", "umls:C9900000"])

    fever, cough = answer["results"]
    assert fever["name"] == "Fever"
    assert set(fever["synonyms"]) == {"Pyrexia", "high body temperature"}
    assert fever["parents"] == [{"curie": "mesh:D990001", "name": "Signs and Symptoms"}]
    assert fever["children"] == [{"curie": "mesh:D990003", "name": "Hyperpyrexia"}]
    assert (cough["curie"], cough["asked"], cough["redirect"]) == (
        "umls:C9900001", "umls:C9900000", "merged",
    )  # fmt: skip
    assert [missing["code"] for missing in answer["missing"]] == ["mesh:D1"]


def test_a_sources_concept_shows_its_codes_elsewhere(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.publish([concept("mesh", "D9", "Cough", release="2026")], "coughs")

    source, umls = told(shelf, "get_concept", codes=["mesh:D9", "umls:C9900001"])["results"]

    assert source["codes"] == ["umls:C9900001", "snomedct:19999991"]
    assert umls["codes"] == ["mesh:D9", "snomedct:19999991"]


def test_descendants_come_in_pages(shelf: Shelf) -> None:
    first = told(shelf, "descendants", code="mesh:D990001", limit=1)
    second = told(shelf, "descendants", code="mesh:D990001", limit=1, offset=first["next_offset"])
    children = told(shelf, "descendants", code="mesh:D990001", children_only=True)

    assert first["total"] == 2
    assert first["results"] + second["results"] == [
        {"curie": "mesh:D990002", "name": "Fever"},
        {"curie": "mesh:D990003", "name": "Hyperpyrexia"},
    ]
    assert "next_offset" not in second
    assert [each["curie"] for each in children["results"]] == ["mesh:D990002"]


def test_a_code_is_translated_with_how_that_is_known(shelf: Shelf) -> None:
    crossed = told(shelf, "translate_code", code="local:W1", target="MSH")
    shared = told(shelf, "translate_code", code="snomedct:19999991")
    retired = told(shelf, "translate_code", code="snomedct:39999993")
    merged = told(shelf, "translate_code", code="umls:C9900000", target="UMLS")
    none = told(shelf, "translate_code", code="local:W1", target="icd10cm")

    assert crossed["results"] == [{"curie": "mesh:D990002", "name": "Fever", "relation": "xref"}]
    assert {(each["curie"], each["relation"]) for each in shared["results"]} >= {
        ("umls:C9900001", "used by"), ("mesh:D9", "shared"),
    }  # fmt: skip
    assert retired["results"][0]["relation"] == "replaced by"
    assert merged["results"] == [
        {"curie": "umls:C9900001", "name": "Coughing", "relation": "replaced by"}
    ]
    assert none["results"] == []
    assert none["elsewhere"] == ["mesh"]


def test_codes_are_validated_in_order_in_one_answer(shelf: Shelf) -> None:
    asked = ["mesh:D990002", "snomedct:39999993", "mesh:d990002", "umls:C9900000",
             "snomedct:19999991", "fever", "nosuch:1", "mesh:D990002"]  # fmt: skip
    live, retired, case, merged, source, word, vocabulary, again = told(
        shelf, "validate_codes", codes=asked
    )["results"]

    assert live == again == {
        "code": "mesh:D990002", "exists": True, "active": True, "display": "Fever",
    }  # fmt: skip
    assert (retired["exists"], retired["active"]) == (True, False)
    assert retired["replaced_by"] == ["snomedct:29999992"]
    assert (case["exists"], "mesh:D990002" in case["problem"]) == (False, True)
    assert (merged["active"], merged["replaced_by"]) == (False, ["umls:C9900001"])
    assert (source["active"], source["used_by"]) == (True, ["umls:C9900001"])
    assert "a vocabulary, a colon and a code are expected, a CURIE" in word["problem"]
    assert "nosuch" in vocabulary["problem"]


def test_the_vocabularies_are_listed(shelf: Shelf) -> None:
    by_id = {each["id"]: each for each in told(shelf, "list_vocabularies")["results"]}

    assert by_id["mesh"]["concepts"] == 3
    assert by_id["mesh"]["types"] == ["Signs and Conditions"]
    assert by_id["mesh"]["inside"] == ["umls"]


def test_no_answer_is_longer_than_it_may_be_and_says_what_is_left_out() -> None:
    long = MappedTerms(
        results=[Mapped(term=f"{number} {'x' * 990}", resolution="none") for number in range(100)]
    )
    page = Descended(
        curie="a:1", name="a", total=900, next_offset=300,
        results=[Brief(curie=f"a:{number}", name="y" * 500) for number in range(200)],
    )  # fmt: skip

    short, cut = fitted(long), fitted(page)

    assert isinstance(short, MappedTerms)
    assert len(short.json_text()) <= MOST_CHARACTERS
    assert len(short.results) + short.left_out == 100
    assert isinstance(cut, Descended)
    assert len(cut.json_text()) <= MOST_CHARACTERS
    assert cut.next_offset == 100 + len(cut.results)


def test_a_list_in_quotation_marks_is_that_list(shelf: Shelf) -> None:
    mapped = told(shelf, "map_terms", terms='["Pyrexia", "Hyperpyrexia"]')
    checked = told(shelf, "validate_codes", codes=' ["mesh:D990002","mesh:D1"]')
    shown = told(shelf, "get_concept", codes='["mesh:D990002", "mesh:D990003"]')
    found = told(shelf, "search_concepts", query="fever", limit=9,
                 vocabularies='["mesh", "umls"]', types="[]", langs='["en"]')  # fmt: skip

    assert [each["term"] for each in mapped["results"]] == ["Pyrexia", "Hyperpyrexia"]
    assert [each["code"] for each in checked["results"]] == ["mesh:D990002", "mesh:D1"]
    assert [each["curie"] for each in shown["results"]] == ["mesh:D990002", "mesh:D990003"]
    assert {each["curie"].partition(":")[0] for each in found["results"]} <= {"mesh", "umls"}


@pytest.mark.parametrize("term", ["[X]Fever", "[", '["Pyrexia"', "[D]"])
def test_a_term_that_begins_with_a_bracket_is_one_term(shelf: Shelf, term: str) -> None:
    mapped = told(shelf, "map_terms", terms=term)

    assert [each["term"] for each in mapped["results"]] == [term]


def test_what_a_list_in_quotation_marks_holds_is_checked(shelf: Shelf) -> None:
    assert "terms" in wrong(shelf, "map_terms", terms="[1, 2]")
    assert "codes" in wrong(shelf, "validate_codes", codes='["mesh:D990002", ""]')
