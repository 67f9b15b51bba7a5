"""Taking an origin out of an index, and nothing else."""

import json
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from termsearch.cli import main
from termsearch.index.edge import EdgeIndex
from termsearch.index.where import Condition
from termsearch.settings import Settings


def run(*command: str) -> Result:
    return CliRunner().invoke(main, command)


def table(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(["code,name", *rows, ""]), encoding="utf-8")
    return path


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """Two tables that are served."""
    ward = table(tmp_path / "ward.csv", "W1,fever", "W2,cough")
    drugs = table(tmp_path / "drugs.csv", "D1,aspirin")
    assert run("ingest", str(ward), str(drugs), "--model", "minilm").exit_code == 0
    return ward, drugs


def vocabularies() -> set[str]:
    return set(json.loads(run("status", "--json").stdout)["vocabularies"])


def codes() -> set[str]:
    listed = json.loads(run("query", "cough", "--limit", "100", "--json").stdout)
    return {hit["curie"] for hit in listed["results"]}


def cut_removal() -> None:
    """What a removal of the ward leaves that ends after the first point."""
    settings = Settings.from_env()
    folder = settings.home / settings.index
    seen = EdgeIndex.open(folder)
    index = EdgeIndex.open_or_create(folder, seen.manifest)
    seen.close()
    (ward,) = [entry for entry in index.manifest.loaded if entry.origin == "table/ward"]
    going = ward.model_copy(update={"complete": False})
    index.write_manifest(index.manifest.with_loaded([going]))
    index.remove(list(index.ids([Condition("origin", ("table/ward",))]))[:1])
    index.close()


def test_an_origin_is_taken_out_and_the_others_stay(two: tuple[Path, Path]) -> None:
    told = run("remove", "table/ward")

    assert (told.exit_code, told.stdout) == (0, "table/ward: 2 names removed\n")
    assert vocabularies() == {"drugs"}
    assert codes() == {"drugs:D1"}
    assert run("verify").exit_code == 0


def test_an_origin_is_known_in_either_form_of_its_accents(tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", "Zz-é")
    for each in (name, "ward"):
        table(tmp_path / f"{each}.csv", f"{each},fever")
    assert run("ingest", *map(str, tmp_path.glob("*.csv")), "--model", "minilm").exit_code == 0

    told = run("remove", f"table/{name}")

    assert name != "Zz-é"
    assert (told.exit_code, told.stdout) == (0, "table/Zz-é: 1 names removed\n")
    assert vocabularies() == {"ward"}


def test_it_can_be_had_back(two: tuple[Path, Path]) -> None:
    ward, _ = two

    told = run("remove", "table/ward", "--keep", "--json")

    assert json.loads(told.stdout) == {"table/ward": 2}
    assert run("rollback").exit_code == 0
    assert codes() == {"ward:W1", "ward:W2", "drugs:D1"}
    assert run("rollback").exit_code == 0
    assert run("ingest", str(ward)).exit_code == 0
    assert codes() == {"ward:W1", "ward:W2", "drugs:D1"}


def test_a_kept_generation_that_goes_with_it_is_named(two: tuple[Path, Path]) -> None:
    ward, _ = two
    table(ward, "W1,fever", "W2,cough", "W3,ague")
    assert run("ingest", str(ward), "--keep").exit_code == 0

    told = run("remove", "table/drugs")

    assert "The kept generation, drugs, ward (3 names), was deleted" in told.stderr
    assert told.stdout == "table/drugs: 1 names removed\n"


def test_what_is_not_there_is_wrong_usage_and_says_what_is(two: tuple[Path, Path]) -> None:
    told = run("remove", "table/wrad", "table/drugs")

    assert told.exit_code == 2
    assert "unknown origin 'table/wrad'" in told.output
    assert "table/ward" in told.output
    assert vocabularies() == {"ward", "drugs"}


def test_an_index_is_not_emptied(two: tuple[Path, Path]) -> None:
    told = run("remove", "table/ward", "table/drugs")

    assert told.exit_code == 2
    assert "all that is in the index" in told.output
    assert "termsearch remove --all --index" in told.output
    assert vocabularies() == {"ward", "drugs"}


def test_a_removal_that_was_cut_shows_nothing_and_goes_on(two: tuple[Path, Path]) -> None:
    cut_removal()

    before = codes()
    beside = run("remove", "table/drugs")
    again = run("remove", "table/ward")

    assert before == {"ward:W1", "ward:W2", "drugs:D1"}
    assert "ward (table/ward) was cut or failed" in beside.output
    assert again.stdout == "table/ward: 2 names removed\n"
    assert codes() == {"drugs:D1"}


def test_what_a_removal_left_is_put_right_by_an_ingest_of_the_same(two: tuple[Path, Path]) -> None:
    ward, _ = two
    cut_removal()

    assert run("ingest", str(ward)).exit_code == 0

    assert codes() == {"ward:W1", "ward:W2", "drugs:D1"}


def test_a_removal_without_an_index_says_so() -> None:
    told = run("remove", "table/ward")

    assert told.exit_code == 1
    assert "termsearch ingest" in told.output
