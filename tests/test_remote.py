"""A query from the command line is answered by a service that has the index open, where one has.

The index is of an encoder that only the test can load: what the command answers to a query that
needs it, the service has answered.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from termsearch.cli import main
from termsearch.remote import Announcement, find_service, pointer
from termsearch.service import ServiceConfig, serve
from termsearch.settings import Settings
from tests.concepts import concept
from tests.serving import Shelf, run

KEY = "a-key-that-nobody-can-guess"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture
def settings(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TERMSEARCH_HOME", str(shelf.store.folder.parent))
    return Settings.from_env()


def record(settings: Settings) -> Path:
    return settings.home / "terms.service.json"


def query(*arguments: str, lines: str = "") -> Result:
    return CliRunner().invoke(main, ["query", *arguments], input=lines)


def while_serving(
    shelf: Shelf,
    settings: Settings,
    then: Callable[[], Result],
    keys: Path | None = None,
    **more: Any,
) -> Result:
    """What ``then`` returns, run beside a service that has said where it is."""

    async def ask() -> Result:
        config = ServiceConfig(port=0, keys_file=keys, **more)
        serving = asyncio.create_task(serve(shelf.open, config, settings))
        while not record(settings).exists():
            assert not serving.done(), serving.result()
            await asyncio.sleep(0.01)
        try:
            return await asyncio.to_thread(then)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            await serving

    return run(ask())


def said(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_service_answers_as_the_index_does(shelf: Shelf, settings: Settings) -> None:
    with shelf.open() as search:
        expected = [search.query(text, limit=3) for text in ("pyrexia", "cough at night")]

    result = while_serving(
        shelf, settings, lambda: query("pyrexia", "cough at night", "--limit", "3", "--json")
    )

    told = [type(answer).model_validate_json(line)
            for answer, line in zip(expected, said(result).splitlines(), strict=True)]  # fmt: skip
    assert [answer.model_copy(update={"took_ms": 0}) for answer in told] == [
        answer.model_copy(update={"took_ms": 0}) for answer in expected
    ]


def test_filters_and_context_reach_the_service(shelf: Shelf, settings: Settings) -> None:
    arguments = ["HBT", "--vocab", "mesh", "--type", "C23", "--lang", "en", "--inactive"]
    around = ["--under", "mesh:D990002", "--context", "high body temperature (HBT)"]

    result = while_serving(shelf, settings, lambda: query(*arguments, *around))

    assert "read as: high body temperature" in said(result)
    assert "mesh:D990002" in said(result)


def test_lines_are_answered_in_order_however_many(shelf: Shelf, settings: Settings) -> None:
    lines = "".join(f"fever {number}\n" for number in range(600))

    result = while_serving(shelf, settings, lambda: query("-", "--limit", "1", lines=lines))

    heads = [line.partition("  (")[0] for line in said(result).splitlines() if "(" in line]
    assert [head for head in heads if head.startswith("fever")] == lines.splitlines()


def test_a_refusal_is_the_same_from_both(shelf: Shelf, settings: Settings) -> None:
    asked = ["fever", "--vocab", "mush"]

    alone = query(*asked, "--local")
    served = while_serving(shelf, settings, lambda: query(*asked))

    assert (served.exit_code, served.output) == (2, alone.output)
    assert alone.exit_code == 2


@pytest.mark.parametrize("flags", [["--local"], ["--model", "minilm"], ["--precision", "int8"]])
def test_who_wants_another_way_gets_no_answer_of_the_service(
    shelf: Shelf, settings: Settings, flags: list[str]
) -> None:
    result = while_serving(shelf, settings, lambda: query("high fever", *flags))

    assert result.exit_code == 1
    assert "word-hash" in result.output


def test_what_the_service_does_not_take_the_index_answers(shelf: Shelf, settings: Settings) -> None:
    lines = f"cough\n{'long ' * 300}\n\ncough\n"

    result = while_serving(
        shelf, settings, lambda: query("-", "--mode", "exact", "--json", lines=lines)
    )

    assert len(said(result).splitlines()) == 4


def test_a_service_with_keys_is_asked_with_a_key_only(
    shelf: Shelf, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"me:read:{KEY}\n")

    without = while_serving(shelf, settings, lambda: query("high fever"), keys)
    monkeypatch.setenv("TERMSEARCH_KEY", "another-key-of-that-length")
    wrong = while_serving(shelf, settings, lambda: query("high fever"), keys)
    (tmp_path / "key").write_text(f"{KEY}\n")
    monkeypatch.setenv("TERMSEARCH_KEY_FILE", str(tmp_path / "key"))
    right = while_serving(shelf, settings, lambda: query("high fever"), keys)

    assert (without.exit_code, wrong.exit_code, right.exit_code) == (1, 1, 0)
    assert KEY not in right.output


def test_the_file_is_the_owners_alone_and_goes_with_the_service(
    shelf: Shelf, settings: Settings
) -> None:
    modes: list[int] = []

    def look() -> Result:
        modes.append(record(settings).stat().st_mode & 0o777)
        return query("cough")

    while_serving(shelf, settings, look)

    assert modes == [0o600]
    assert not record(settings).exists()


def test_a_generation_that_the_service_does_not_serve_yet_is_searched_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(tmp_path / "home")
    monkeypatch.setenv("TERMSEARCH_HOME", str(tmp_path / "home"))
    settings = Settings.from_env()

    def publish_and_ask() -> Result:
        shelf.publish([concept("mesh", "D990777", "brand new")], "later")
        return query("brand new", "--mode", "exact", "--json")

    result = while_serving(shelf, settings, publish_and_ask)

    assert "mesh:D990777" in said(result)


def test_a_file_that_was_left_is_passed_over(shelf: Shelf, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        url = f"http://127.0.0.1:{closing.getsockname()[1]}"
    announcement = Announcement(settings, 0, needs_key=False)
    announcement.put(url, pointer(settings))
    alive = find_service(settings)
    refused = query("cough", "--mode", "exact")
    text = record(settings).read_text()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()

    found = []
    for left in (
        text.replace(f'"pid":{os.getpid()}', f'"pid":{ended.pid}'),
        text.replace("http://127.0.0.1", "http://192.0.2.1"),
        text[:-9],
    ):
        record(settings).write_text(left)
        found.append(find_service(settings))
    record(settings).unlink()

    assert alive is not None
    assert "cough" in said(refused).casefold()
    assert found == [None, None, None]


def test_a_service_of_another_version_is_not_asked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("termsearch.remote.__version__", "0.0.1")
    Announcement(settings, 0, needs_key=False).put("http://127.0.0.1:1", pointer(settings))
    same = find_service(settings)
    monkeypatch.undo()
    monkeypatch.setenv("TERMSEARCH_HOME", str(settings.home))

    other = find_service(settings)

    record(settings).unlink()
    assert same is not None
    assert other is None


def test_a_service_that_hangs_is_not_waited_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("termsearch.remote._SIGN_OF_LIFE_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        url = f"http://127.0.0.1:{hanging.getsockname()[1]}"
        Announcement(settings, 0, needs_key=False).put(url, pointer(settings))

        answered = query("cough", "--mode", "exact")

    record(settings).unlink()
    assert "cough" in said(answered).casefold()


def test_a_query_that_is_answered_by_a_service_loads_nothing_heavy(
    shelf: Shelf, settings: Settings
) -> None:
    code = (
        "import sys; from termsearch.cli import main; "
        "main(['query', 'high fever', '--json'], standalone_mode=False); print(*sys.modules)"
    )
    loaded: list[str] = []

    def ask() -> Result:
        loaded.extend(subprocess.check_output([sys.executable, "-c", code], text=True).split())
        return query("cough")

    while_serving(shelf, settings, ask)

    heavy = {"torch", "transformers", "onnxruntime", "qdrant_client", "qdrant_edge", "numpy"}
    assert "termsearch.remote" in loaded
    assert heavy.isdisjoint(loaded)
    assert {"rich", "asyncio", "httpx", "fastapi"}.isdisjoint(loaded)


@pytest.mark.parametrize(
    "host",
    [
        "127.evil.example:80",
        "localhost.evil.example:80",
        "localhost@evil.example:80",
        "localhost:80@127.0.0.1:80",
        "127.0.0.1",
        "127.0.0.1:port",
    ],
)
def test_only_an_address_of_this_machine_is_asked(settings: Settings, host: str) -> None:
    Announcement(settings, 0, needs_key=False).put("http://127.0.0.1:80", pointer(settings))
    text = record(settings).read_text()
    here = find_service(settings)

    record(settings).write_text(text.replace("127.0.0.1:80", host))
    other = find_service(settings)

    record(settings).unlink()
    assert here is not None
    assert other is None


@pytest.mark.parametrize("ended", ["well", "killed"])
def test_a_service_says_again_where_it_is_when_another_one_of_the_index_has_ended(
    shelf: Shelf, settings: Settings, ended: str
) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    first: list[str] = []

    def end_another() -> Result:
        first.append(record(settings).read_text())
        other = Announcement(settings, 0, needs_key=False)
        other.put("http://127.0.0.1:1", pointer(settings))
        if ended == "well":
            other.remove()
        else:
            text = record(settings).read_text()
            record(settings).write_text(text.replace(f'"pid":{os.getpid()}', f'"pid":{dead.pid}'))
        until = time.monotonic() + 30
        while find_service(settings) is None and time.monotonic() < until:
            time.sleep(0.01)
        first.append(record(settings).read_text())
        return query("cough")

    result = while_serving(shelf, settings, end_another, poll_seconds=0.05)

    assert "cough" in said(result).casefold()
    assert first[0] == first[1]
