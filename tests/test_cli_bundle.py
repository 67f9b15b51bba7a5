"""'termsearch export' and 'termsearch import', as they are typed."""

import json
from pathlib import Path

import pytest

from tests.cli import run


@pytest.fixture(scope="module")
def bundle(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bundle") / "terms.tar"
    packed = run(home, "export", str(path))
    assert packed.exit_code == 0, packed.output
    return path


@pytest.mark.parametrize(
    ("environment", "flags", "name"),
    [
        ("", [], "terms"),
        ("mine", [], "mine"),
        ("terms", [], "terms"),
        ("mine", ["--index", "other"], "other"),
    ],
)
def test_an_imported_index_is_named_by_flag_environment_or_export(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    environment: str, flags: list[str], name: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("TERMSEARCH_INDEX", environment)

    told = run(tmp_path, "import", str(bundle), "--json", *flags)

    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["name"] == name
    assert {path.name for path in tmp_path.iterdir()} == {name, "encoders"}


def test_import_says_what_it_names_an_index_by() -> None:
    shown = " ".join(run(Path(), "import", "--help").stdout.split())

    assert "[default: TERMSEARCH_INDEX, else the name it was exported under]" in shown
    assert "[default: terms]" not in shown
