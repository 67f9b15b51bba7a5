"""OBO becomes concepts, however loosely written; broken files say where they break."""

from pathlib import Path

import pytest

from termsearch.concept import Kind, SemanticType
from termsearch.errors import BadRecordError
from termsearch.loader import Options, Report
from tests.obo import loaded, obo, phenotypes, written


@pytest.fixture
def hp(tmp_path: Path) -> Path:
    return phenotypes(tmp_path)


def test_the_label_leads_and_every_synonym_says_what_it_is(hp: Path) -> None:
    fever = loaded(hp)["HP:9900004"]

    assert [(name.text, name.kind) for name in fever.names] == [
        ("Zz fever", Kind.PREFERRED),
        ("ZF", Kind.ABBREVIATION),
        ("ZFO", Kind.ABBREVIATION),
        ("Zz warm in the head", Kind.SYNONYM),
        ('Zz {2,3}-fever, 5" long', Kind.SYNONYM),
        ("Zz hotness", Kind.SYNONYM),
        ("Zz anything", Kind.BROADER),
        ("Zz fever at night", Kind.NARROWER),
        ("Zz no scope", Kind.RELATED),
    ]
    assert {name.lang for name in fever.names} == {"en"}


def test_definition_and_release_are_read_and_escapes_undone(hp: Path) -> None:
    fever = loaded(hp)["HP:9900004"]

    assert fever.definition == 'A "zz" warmth,\nof the whole body.'
    assert (fever.vocabulary, fever.release, fever.part) == ("hp", "2031-05-01", "hp")


def test_cross_references_become_our_curies_and_urls_and_remarks_are_left_out(hp: Path) -> None:
    fever = loaded(hp)["HP:9900004"]

    assert fever.xrefs == ("mesh:D990001", "snomedct:99001", "umls:C9900001")


def test_parents_and_ancestors_come_from_is_a_alone(hp: Path) -> None:
    fever = loaded(hp)["HP:9900004"]

    assert fever.parents == ("HP:9900003",)
    assert fever.ancestors == ("HP:9900003", "HP:9900002", "HP:9900001")


def test_types_are_the_branches_two_steps_below_a_root_that_holds_everything(hp: Path) -> None:
    concepts = loaded(hp)

    warmth = SemanticType("HP:9900003", "Zz warmth of the body", "HP:9900002", "Zz phenotype")
    phenotype = SemanticType("HP:9900002", "Zz phenotype", "HP:9900002", "Zz phenotype")
    assert concepts["HP:9900001"].types == ()
    assert concepts["HP:9900002"].types == (phenotype,)
    assert concepts["HP:9900003"].types == concepts["HP:9900004"].types == (warmth,)


def test_roots_that_share_a_file_are_groups_and_their_children_types(tmp_path: Path) -> None:
    concepts = obo(
        tmp_path,
        "id: HP:1\nname: Zz entity",
        "id: HP:2\nname: Zz disease\nis_a: HP:1",
        "id: HP:3\nname: Zz fever\nis_a: HP:2",
        "id: HP:4\nname: Zz place",
        "id: HP:5\nname: Zz town\nis_a: HP:4",
        "id: HP:6\nname: Zz fever of the town\nis_a: HP:3\nis_a: HP:5",
    )

    disease = SemanticType("HP:2", "Zz disease", "HP:1", "Zz entity")
    place = SemanticType("HP:4", "Zz place", "HP:4", "Zz place")
    town = SemanticType("HP:5", "Zz town", "HP:4", "Zz place")
    assert concepts["HP:3"].types == (disease,)
    assert concepts["HP:4"].types == (place,)
    assert concepts["HP:6"].types == (disease, town)


def test_a_term_without_children_is_no_type_of_its_own(tmp_path: Path) -> None:
    concepts = obo(
        tmp_path,
        "id: HP:1\nname: Zz all",
        "id: HP:2\nname: Zz syndrome\nis_a: HP:1",
        "id: HP:3\nname: Zz blue syndrome\nis_a: HP:2",
    )

    assert [one.code for one in concepts["HP:3"].types] == ["HP:2"]


def test_what_is_dropped_is_counted_by_reason(hp: Path) -> None:
    report = Report()

    loaded(hp, report=report)

    assert report.dropped == {
        "same text as another name of the term": 1,
        "obsolete term": 3,
        "imported term (prefix UBERON)": 2,
        "relation, no term": 1,
    }
    assert (report.read, report.kept) == (19, 12)
    assert report.done == report.total == hp.stat().st_size
    assert report.warnings == []


def test_alternative_and_replaced_ids_lead_to_the_term_that_stands(hp: Path) -> None:
    concepts = loaded(hp)

    assert concepts["HP:9900004"].replaces == ("HP:9900404", "HP:9900005", "HP:9900006")
    assert concepts["HP:9900003"].replaces == ()  # only to be considered


def test_obsolete_terms_are_kept_on_demand_and_name_their_successors(hp: Path) -> None:
    concepts = loaded(hp, options=Options(inactive=True))

    heat = concepts["HP:9900005"]
    assert (heat.names[0].text, heat.active) == ("obsolete Zz heat", False)
    assert heat.replaced_by == ("HP:9900004", "HP:9900003")
    assert concepts["HP:9900004"].active
    assert concepts["HP:9900004"].replaces == ("HP:9900404",)


def test_an_obsolete_id_that_lives_on_as_an_alternative_leads_there_too(tmp_path: Path) -> None:
    concepts = obo(
        tmp_path,
        "id: HP:1\nname: Zz fever\nalt_id: HP:2\nalt_id: HP:3",
        "id: HP:2\nis_obsolete: true",
        "id: HP:3\nname: Zz chill",
    )

    assert concepts["HP:1"].replaces == ("HP:2",)  # HP:3 is in use


def test_terms_that_replace_each_other_lead_nowhere_and_end(tmp_path: Path) -> None:
    concepts = obo(
        tmp_path,
        "id: HP:1\nname: Zz one\nis_obsolete: true\nreplaced_by: HP:2",
        "id: HP:2\nname: Zz two\nis_obsolete: true\nreplaced_by: HP:1",
        "id: HP:3\nname: Zz three",
    )

    assert [(c.code, c.replaces) for c in concepts.values()] == [("HP:3", ())]


def test_a_cycle_of_parents_ends_and_no_term_is_above_itself(tmp_path: Path) -> None:
    concepts = obo(
        tmp_path,
        "id: HP:1\nname: Zz one\nis_a: HP:2",
        "id: HP:2\nname: Zz two\nis_a: HP:1\nis_a: HP:2",
    )

    assert (concepts["HP:1"].ancestors, concepts["HP:2"].ancestors) == (("HP:2",), ("HP:1",))
    assert concepts["HP:2"].parents == ("HP:1",)


def test_ancestors_are_found_over_an_imported_term_that_is_left_out(tmp_path: Path) -> None:
    concepts = obo(
        tmp_path,
        "id: HP:1\nname: Zz top",
        "id: BFO:1\nname: Zz thing\nis_a: HP:1",
        "id: HP:2\nname: Zz fever\nis_a: BFO:1",
    )

    assert (concepts["HP:2"].parents, concepts["HP:2"].ancestors) == ((), ("HP:1",))


def test_the_name_of_the_ontology_outweighs_a_larger_import(tmp_path: Path) -> None:
    stanzas = ["id: HP:1\nname: Zz fever", "id: UBERON:1\nname: Zz a", "id: UBERON:2\nname: Zz b"]

    assert [*obo(tmp_path, *stanzas, header="ontology: hp/zz-slim")] == ["HP:1"]
    assert [*obo(tmp_path, *stanzas, header="format-version: 1.2")] == ["UBERON:1", "UBERON:2"]
    assert [*obo(tmp_path, *stanzas, header="ontology: zzo")] == ["UBERON:1", "UBERON:2"]


@pytest.mark.parametrize(
    ("id_", "vocabulary", "code"),
    [
        ("DOID:0050001", "doid", "DOID:0050001"),
        ("Orphanet:9990", "ordo", "9990"),
        ("http://www.orpha.net/ORDO/Orphanet_C990", "ordo", "C990"),
        (r"NCIT\:C9990", "ncit", "C9990"),
        ("ZZO:0000010", "zzo", "0000010"),
    ],
)
def test_codes_are_those_that_a_users_curie_is_read_as(
    tmp_path: Path, id_: str, vocabulary: str, code: str
) -> None:
    (concept,) = obo(tmp_path, f"id: {id_}\nname: Zz fever", header="").values()

    assert (concept.vocabulary, concept.code) == (vocabulary, code)


@pytest.mark.parametrize(
    ("header", "release"),
    [
        ("data-version: 230", "230"),
        ("data-version: zz/releases/2031-05-01/zz-full.owl", "2031-05-01"),
        ("date: 04:03:2031 16:27", "2031-03-04"),
        ("data-version: 7\ndate: 04:03:2031 16:27", "7"),
        ("ontology: hp", ""),
    ],
)
def test_the_release_is_the_version_or_else_the_date(
    tmp_path: Path, header: str, release: str
) -> None:
    (concept,) = obo(tmp_path, "id: HP:1\nname: Zz", header=header).values()

    assert concept.release == release


def test_a_quotation_mark_that_nobody_escaped_is_part_of_the_name(tmp_path: Path) -> None:
    (concept,) = obo(tmp_path, 'id: HP:1\nname: Zz\nsynonym: "5" zz needle" EXACT []').values()

    assert concept.names[1].text == '5" zz needle'
    assert concept.names[1].kind is Kind.SYNONYM


def test_braces_and_exclamation_marks_in_a_name_are_data(tmp_path: Path) -> None:
    (concept,) = obo(tmp_path, "id: HP:1\nname: Zz{+}! 1-{zz-2}").values()

    assert concept.names[0].text == "Zz{+}! 1-{zz-2}"


def test_synonym_tags_of_obo_1_0_say_the_scope(tmp_path: Path) -> None:
    lines = [f'{scope}_synonym: "Zz {scope}" []' for scope in ("related", "narrow", "exact")]

    (concept,) = obo(tmp_path, "\n".join(["id: HP:1", "name: Zz", *lines])).values()

    assert [(n.text, n.kind) for n in concept.names[1:]] == [
        ("Zz exact", Kind.SYNONYM),
        ("Zz narrow", Kind.NARROWER),
        ("Zz related", Kind.RELATED),
    ]


def test_a_second_label_is_a_synonym(tmp_path: Path) -> None:
    (concept,) = obo(tmp_path, "id: HP:1\nname: Zz one\nname: Zz two").values()

    assert [(n.text, n.kind) for n in concept.names] == [
        ("Zz one", Kind.PREFERRED),
        ("Zz two", Kind.SYNONYM),
    ]


def test_names_without_a_label_and_repeated_terms_are_counted(tmp_path: Path) -> None:
    text = (
        '[Term]\nid: HP:1\nsynonym: "Zz lone" EXACT []\n\n[Term]\nid: HP:2\nname: Zz\n'
        'synonym: "" EXACT []\n\n[Term]\nid: HP:2\nname: Zz again\n'
    )
    report = Report()

    concepts = loaded(written(tmp_path, text), report=report)

    assert [*concepts] == ["HP:2"]
    assert report.dropped == {
        "synonym of a term without a name": 1,
        "empty synonym": 1,
        "term that the file has already had": 1,
    }


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (Options(vocabularies=("mondo", "doid")), "vocabulary hp"),
        (Options(langs=("fr",)), "language en"),
    ],
)
def test_what_the_user_did_not_ask_for_is_dropped_and_counted(
    hp: Path, options: Options, reason: str
) -> None:
    report = Report()

    assert loaded(hp, options=options, report=report) == {}
    assert report.dropped[reason] == 16
    assert report.read == report.kept + report.dropped.total()


def test_english_of_any_country_is_english(hp: Path) -> None:
    assert len(loaded(hp, options=Options(langs=("en-GB",), vocabularies=("hp",)))) == 4


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[Term]\nname: Zz\n", r"line 1: a \[Term\] without id"),
        ("[Term]\nid:\nname: Zz\n", r"line 1: a \[Term\] without id"),
        ("[Term]\nid: HP:1\nname Zz\n", "line 3: 'name Zz', expected 'tag: value'"),
        ("[Term]\nid: HP:1\n[Ter", r"line 3: '\[Ter', expected a stanza"),
        ("[Term]\nid: HP:1\nsynonym: Zz EXACT []\n", "line 3: synonym: 'Zz EXACT"),
        ('[Term]\nid: HP:1\ndef: "Zz is cut sh\n', "line 3: def: "),
        ('[Term]\nid: HP:1\ndef: "Zz is cut sh', "line 3: the file ends within this line"),
        ('[Term]\nid: HP:1\nsynonym: "Zz" one two three []\n', "line 3: synonym: "),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, text: str, where: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(BadRecordError, match=where) as caught:
        loaded(path)

    assert str(path) in str(caught.value)


def test_a_file_that_ends_within_a_line_is_cut(tmp_path: Path, hp: Path) -> None:
    whole = hp.read_bytes()
    known = len(b"format-version:")
    ends = [end for end in range(known, len(whole)) if whole[end - 1 : end] != b"\n"]

    for end in ends:
        path = tmp_path / "cut.obo"
        path.write_bytes(whole[:end])
        line = whole.count(b"\n", 0, end) + 1
        with pytest.raises(BadRecordError, match=rf"cut\.obo, line {line}: "):
            loaded(path)


def test_obo_that_is_not_utf_8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "zz.obo"
    path.write_bytes(b"ontology: hp\n[Term]\nid: HP:1\nname: Zz f\xefvre\n")

    with pytest.raises(BadRecordError, match="line 4: not UTF-8"):
        loaded(path)


def test_lines_end_at_line_ends_only(tmp_path: Path) -> None:
    text = "\ufeff[Term]\r\nid: HP:1\r\nname: Zz\u2028one\u0085two\r\n"

    (concept,) = loaded(written(tmp_path, text)).values()

    assert concept.names[0].text == "Zz\u2028one\u0085two"
