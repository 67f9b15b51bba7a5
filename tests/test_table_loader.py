"""A user's own table becomes concepts: its columns, codes, names and parents."""

import gzip
import json
import os
import sys
import zipfile
from pathlib import Path

import pytest

from termsearch.codes import conditions_of
from termsearch.concept import Concept, Kind, Name, SemanticType
from termsearch.errors import UsageError
from termsearch.index import Index
from termsearch.index.where import Where
from termsearch.ingest import ingest
from termsearch.loader import Options, Report
from termsearch.lookup import lookup
from termsearch_loaders.table import load, recognises
from tests.conftest import WordHash
from tests.tables import loaded, texts, written


def test_every_column_of_ours_is_read_without_an_option(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "vocabulary,code,name,synonyms,type,parent,lang,definition,active,release\n"
        'MSH,007,"Zz fever, blue",Zz azure|Zz cyan,sign|finding,001,en-gb,"Two\r\nlines",yes,25\n',
    )

    (fever,) = loaded(path)

    assert fever == Concept(
        vocabulary="mesh",
        code="007",
        names=(
            Name(text="Zz fever, blue", lang="en-GB", kind=Kind.PREFERRED),
            Name(text="Zz azure", lang="en-GB"),
            Name(text="Zz cyan", lang="en-GB"),
        ),
        types=(SemanticType("sign", "sign"), SemanticType("finding", "finding")),
        parents=("001",),
        ancestors=("001",),
        definition="Two\r\nlines",
        release="25",
        part="local",
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "code,name\n007,Zz one\n"),
        ("a.csv", "\ufeffCode;Name\r\n007;Zz one\r\n"),
        ("a.csv", "code\tname\n007\tZz one\n"),
        ("a.tsv", "code\tname\n007\tZz one"),
        ("a.txt", "CODE\tNAME\tSynonym\n007\tZz one\t\n"),
        ("a.csv", 'code,name,extra\n007,"Zz one",,,\n,,\n\n'),
        ("a.csv", "\ufeffsep=;\r\ncode;name\r\n007;Zz one\r\n"),
        ("a.csv", "SEP=\t\ncode\tname\n007\tZz one\n"),
        ("a.jsonl", '{"code": "007", "name": "Zz one"}\n\n'),
        ("a.ndjson", '\ufeff{"Name": "Zz one", "CODE": "007", "type": null}'),
    ],
)
def test_every_dialect_of_a_table_gives_the_same_concept(
    tmp_path: Path, name: str, text: str
) -> None:
    path = written(tmp_path, text, name)
    report = Report()

    (one,) = loaded(path, report=report)

    assert recognises(path)
    assert (one.vocabulary, one.code, texts(one)) == ("a", "007", ["Zz one"])
    assert (report.read, report.kept, report.share) == (1, 1, 1.0)


def test_gzip_zip_and_folder_are_read(tmp_path: Path) -> None:
    text = "code,name\n1,Zz one\n"
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "local.csv.gz").write_bytes(gzip.compress(text.encode()))
    (folder / "notes.md").write_text("notes")
    with zipfile.ZipFile(tmp_path / "local.zip", "w") as archive:
        archive.writestr("local.csv", text)

    plain = loaded(written(tmp_path, text))

    assert plain == loaded(folder) == loaded(tmp_path / "local.zip")
    assert recognises(folder)


def test_words_that_other_readers_take_for_nothing_are_names(tmp_path: Path) -> None:
    path = written(tmp_path, "code,name,synonyms\nNA,None,null|NaN|N/A\n")

    (concept,) = loaded(path)

    assert (concept.code, texts(concept)) == ("NA", ["None", "null", "NaN", "N/A"])


def test_rows_of_one_code_add_names_wherever_they_stand(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "code,name,lang,type\n1,Zz one,en,a\n2,Zz two,en,a\n1,Zz eins,de,b\n1,Zz one,en,a\n",
    )

    one, two = loaded(path)

    assert [(n.text, n.lang, n.kind) for n in one.names] == [
        ("Zz one", "en", Kind.PREFERRED),
        ("Zz eins", "de", Kind.SYNONYM),
    ]
    assert [found.code for found in one.types] == ["a", "b"]
    assert two.code == "2"


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ('["Zz a|b", "Zz c"]', ["Zz a|b", "Zz c"]),
        ("[]", []),
        ("[18F]Zz|[X]Zz", ["[18F]Zz", "[X]Zz"]),
        (" Zz a || Zz a|Zz b ", ["Zz a", "Zz b"]),
    ],
)
def test_synonyms_are_an_array_or_separated_by_bars(
    tmp_path: Path, cell: str, names: list[str]
) -> None:
    path = written(tmp_path, f"code\tname\tsynonyms\n1\tZz\t{cell}\n", "a.tsv")

    (concept,) = loaded(path)

    assert texts(concept) == ["Zz", *names]


def test_json_lists_are_taken_as_they_are_and_whole_numbers_are_codes(tmp_path: Path) -> None:
    row = {"code": 386661006, "name": "Zz", "synonyms": ["a|b"], "parent": ["1"], "active": True}
    path = written(tmp_path, json.dumps(row), "a.jsonl")

    (concept,) = loaded(path)

    assert (concept.code, texts(concept), concept.parents) == ("386661006", ["Zz", "a|b"], ("1",))


def test_columns_that_are_not_read_are_named(tmp_path: Path) -> None:
    report = Report()

    loaded(written(tmp_path, "code,name,synonims,note\n1,Zz,a,b\n"), report=report)
    loaded(
        written(tmp_path, '{"code":"1","name":"Zz"}\n{"code":"2","name":"Zz","nom":1}', "a.jsonl"),
        report=report,
    )

    csv_warning, json_warning = report.warnings
    assert csv_warning.endswith("columns not read: synonims, note")
    assert json_warning.endswith("columns not read: nom")


def test_columns_of_another_name_are_read_where_the_user_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, "LocalCode,name,Label\n1,old name,Zz\n")

    (concept,) = loaded(path, Options(columns={"code": "localcode", "name": "Label"}))

    assert not recognises(path)
    assert (concept.code, texts(concept)) == ("1", ["Zz"])


@pytest.mark.parametrize(
    ("name", "text", "columns", "message"),
    [
        ("a.csv", "Id,name\n", {}, "no column 'code'; its columns: Id, name. Say .*--column code="),
        ("a.csv", "Id,name\n", {"code": "ID2"}, "no column 'ID2' for code; its columns: Id, name"),
        ("a.csv", "code,name\n", {"kode": "Id"}, "there is no field 'kode'; expected one of voc"),
        ("a.jsonl", '{"id": "1", "name": "Zz"}', {}, "no column 'code'; its columns: id, name"),
        (
            "a.jsonl",
            '{"code": "1", "name": "Zz"}',
            {"type": "kind"},
            "no column 'kind' for type; its columns: code, name",
        ),
    ],
)
def test_a_column_that_is_not_there_is_wrong_usage(
    tmp_path: Path, name: str, text: str, columns: dict[str, str], message: str
) -> None:
    path = written(tmp_path, text, name)

    with pytest.raises(UsageError, match=message):
        loaded(path, Options(columns=columns))


def test_vocabularies_languages_and_inactive_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [
        "vocabulary,code,name,lang,active,type",
        "LNC,1,Zz un,fr,1,drug",
        "LNC,1,Zz one,en-GB,T,",
        "LNC,2,Zz two,en,no,",
        "RXNORM,3,Zz three,en,,",
    ]
    path = written(tmp_path, "\n".join(rows))
    report = Report()

    kept = loaded(path, Options(vocabularies=("loinc",), langs=("en",)), report)

    assert [(c.code, texts(c)) for c in kept] == [("1", ["Zz one"])]
    assert [found.code for found in kept[0].types] == ["drug"]  # true in every language
    assert report.dropped == {"language fr": 1, "inactive": 1, "vocabulary rxnorm": 1}
    assert report.read == report.kept + sum(report.dropped.values()) == 4


def test_inactive_rows_are_kept_and_marked_on_demand(tmp_path: Path) -> None:
    path = written(tmp_path, "code,name,active\n1,Zz,0\n2,Zz,0\n2,Zz two,1\n")

    concepts = loaded(path, Options(inactive=True))

    assert [(concept.code, concept.active) for concept in concepts] == [("1", False), ("2", True)]


def test_a_retired_name_is_marked_and_leads_only_where_all_are_retired(tmp_path: Path) -> None:
    rows = ["code,name,synonyms,active", "1,Zz old,Zz both,no", "1,Zz new,Zz both,yes", "2,Zz,,no"]
    path = written(tmp_path, "\n".join(rows))

    one, two = loaded(path, Options(inactive=True))

    assert [(name.text, name.kind, name.active) for name in one.names] == [
        ("Zz both", Kind.PREFERRED, True),
        ("Zz new", Kind.SYNONYM, True),
        ("Zz old", Kind.SYNONYM, False),
    ]
    assert [(name.text, name.kind, name.active) for name in two.names] == [
        ("Zz", Kind.PREFERRED, False)
    ]


RETIRED = "code,name,active,replaced_by\n1,Zz one,,2\n2,Zz two,no,3|4\n3,Zz three,,\n4,Zz four,,9\n"


def test_a_retired_code_leads_to_those_that_replace_it(tmp_path: Path) -> None:
    report = Report()

    kept = loaded(written(tmp_path, RETIRED), report=report)
    every = loaded(written(tmp_path, RETIRED), Options(inactive=True))

    assert [(c.code, c.active, c.replaces) for c in kept] == [("3", True, ("1", "2"))]
    assert report.dropped == {"inactive": 3}
    assert report.warnings == ["1 successors are no code of the table, '9' for one"]
    assert [(c.code, c.active, c.replaced_by, c.replaces) for c in every] == [
        ("1", False, ("2",), ()),
        ("2", False, ("3", "4"), ()),
        ("3", True, (), ()),
        ("4", False, ("9",), ()),
    ]


def test_codes_that_replace_each_other_lead_nowhere_and_end(tmp_path: Path) -> None:
    path = written(tmp_path, "code,name,replaced_by\n1,Zz,2|1\n2,Zz,1\n3,Zz,\n")

    assert [(c.code, c.replaces) for c in loaded(path)] == [("3", ())]


def test_a_code_that_a_row_says_is_in_use_is_not_retired(tmp_path: Path) -> None:
    path = written(tmp_path, "code,name,active,replaced_by\n1,Zz,yes,2\n2,Zz two,,\n")

    assert [(c.code, c.active, c.replaced_by, c.replaces) for c in loaded(path)] == [
        ("1", True, (), ()),
        ("2", True, (), ()),
    ]


def test_codes_have_the_prefix_that_their_vocabulary_gives_them(tmp_path: Path) -> None:
    rows = "vocabulary,code,name,parent,replaced_by\nhp,0001,Zz,HP:2|03,\nHPO,hp:2,Zz two,,\n"
    path = written(tmp_path, f"{rows}hgnc,5,Zz gene,,\nhgnc,4,Zz old,,5\n")

    child, parent, gene = loaded(path)

    assert (child.code, child.parents) == ("HP:0001", ("HP:2", "HP:03"))
    assert (parent.code, gene.code, gene.replaces) == ("HP:2", "HGNC:5", ("HGNC:4",))


def test_codes_have_the_dot_that_their_vocabulary_gives_them(tmp_path: Path) -> None:
    rows = "vocabulary,code,name,parent\nICD10CM,Q990,Zz,Q99\nicd9cm,E9990,Zz two,\n"

    child, other = loaded(written(tmp_path, rows))

    assert (child.code, child.parents, other.code) == ("Q99.0", ("Q99",), "E9990")


@pytest.mark.parametrize(
    ("vocabulary", "code"),
    [("hp", "0001945"), ("hgnc", "5"), ("http://example.org/cs", "W/02"), ("ward", "a:b")],
)
def test_the_curie_that_a_hit_shows_can_be_looked_up_and_searched_under(
    tmp_path: Path, vocabulary: str, code: str, index: Index, encoder: WordHash
) -> None:
    path = written(tmp_path, f"vocabulary,code,name\n{vocabulary},{code},Zz\n")
    ingest(load([path], Options(), Report()), "table", encoder, index)

    (point,) = index.points([])

    assert lookup(index, point.curie)[0].name == "Zz"
    assert index.count(conditions_of(index, Where(under=point.curie))) == 1


def test_a_name_without_a_visible_character_is_left_out_and_counted(tmp_path: Path) -> None:
    path = written(tmp_path, "code,name,synonyms\nW1,\u200b,\nW2,\u200b,Zz two|\u2060\n")
    report = Report()

    (two,) = loaded(path, report=report)

    assert (two.code, texts(two)) == ("W2", ["Zz two"])
    assert (report.read, report.kept) == (2, 1)
    assert report.dropped == {"no visible character in the name": 1}


def test_ancestors_are_walked_through_cycles_and_past_unknown_parents(tmp_path: Path) -> None:
    path = written(
        tmp_path, "code,name,parent\na,Zz,b|c\nb,Zz,d\nc,Zz,a\nd,Zz,missing\ne,Zz,e\n", "z.csv"
    )
    report = Report()

    concepts = {concept.code: concept for concept in loaded(path, report=report)}

    assert concepts["a"].parents == ("b", "c")
    assert concepts["a"].ancestors == ("b", "c", "d", "missing")
    assert concepts["d"].parents == concepts["d"].ancestors == ("missing",)
    assert concepts["e"].parents == concepts["e"].ancestors == ()
    assert report.warnings == [
        "1 parents are no code of the table, 'missing' for one",
        "1 codes are their own parent, which is not read",
    ]


def test_parents_are_codes_of_the_same_vocabulary(tmp_path: Path) -> None:
    path = written(tmp_path, "vocabulary,code,name,parent\nx,1,Zz,\ny,1,Zz,2\nx,2,Zz,1\n")

    concepts = {(c.vocabulary, c.code): c for c in loaded(path)}

    assert concepts["y", "1"].ancestors == ("2",)


def test_several_tables_of_one_code_give_a_concept_each_of_its_own_names(tmp_path: Path) -> None:
    first = written(tmp_path, "code,name,type,parent,release\nW1,Zz one,sign,W0,1\n", "a.csv")
    second = written(tmp_path, "code,name,lang\nW1,Zz eins,de\nW2,Zz two,en\n", "b.csv")

    found = list(load([first, second], Options(vocabularies=("ward",)), Report()))

    assert [(c.code, c.part, texts(c), c.release) for c in found] == [
        ("W1", "a", ["Zz one"], "1"),
        ("W1", "b", ["Zz eins"], ""),
        ("W2", "b", ["Zz two"], ""),
    ]
    assert [(c.types, c.parents, c.ancestors) for c in found[:2]] == 2 * [
        ((SemanticType("sign", "sign"),), ("W0",), ("W0",))
    ]


def test_a_table_that_is_ingested_again_leaves_the_names_of_the_others(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    first = written(tmp_path, "code,name\nW1,Zz one\n", "a.csv")
    second = written(tmp_path, "code,name\nW1,Zz eins\n", "b.csv")
    ward = Options(vocabularies=("ward",))
    ingest(load([first, second], ward, Report()), "table", encoder, index)

    written(tmp_path, "code,name\nW1,Zz uno\n", "a.csv")
    ingest(load([first], ward, Report()), "table", encoder, index, replace_all=True)

    assert {(point.curie, point.name) for point in index.points([])} == {
        ("ward:W1", "Zz uno"),
        ("ward:W1", "Zz eins"),
    }


@pytest.mark.parametrize("together", [True, False], ids=["one command", "two"])
@pytest.mark.parametrize(
    ("other", "text"),
    [
        ("local_de.csv", "code,name,lang\nA1,Zz Knieschmerz,de\n"),
        ("a_de.csv", "code,name,lang\nA1,Zz Knieschmerz,de\n"),
        ("local_more.csv", "code,name\nA1,Zz gonalgia\n"),
    ],
)
def test_the_table_that_describes_a_concept_gives_the_name_that_is_displayed(
    tmp_path: Path, index: Index, encoder: WordHash, together: bool, other: str, text: str
) -> None:
    first = written(tmp_path, "code,name,type\nA1,Zz knee pain,sign\n", "local.csv")
    paths, options = [first, written(tmp_path, text, other)], Options(vocabularies=("loc",))

    for each in [paths] if together else [[path] for path in paths]:
        ingest(load(each, options, Report()), "table", encoder, index)

    (entry,) = lookup(index, "loc:A1")
    assert entry.name == "Zz knee pain"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_file_name_that_is_not_utf8_gives_an_origin_that_is(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.csv")
    path.write_text("code,name\n1,Zz\n")

    ingest(load([path], Options(), Report()), "table", encoder, index)

    (point,) = index.points([])
    assert (point.origin, point.curie) == ("table/caf\\udce9", "caf-udce9:1")
