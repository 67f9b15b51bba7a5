"""The program on a real port: slow and vanished clients, signals, and how it starts."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from termsearch.cli import main
from termsearch.errors import ConfigError, IndexMissingError
from termsearch.search import TermSearch
from termsearch.service import ServiceConfig, serve
from termsearch.service.protocol import PatientProtocol
from tests.conftest import Store
from tests.serving import Gate, Shelf, run


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


@asynccontextmanager
async def on_a_port(
    shelf: Shelf, caplog: pytest.LogCaptureFixture, **config: Any
) -> AsyncIterator[tuple[int, "asyncio.Task[None]"]]:
    """The port of a service and the service, which is told to end afterwards."""
    caplog.set_level("INFO", "termsearch.service")
    serving = asyncio.create_task(serve(shelf.open, ServiceConfig(port=0, **config)))
    while not (told := re.findall(r"http://127\.0\.0\.1:(\d+)", caplog.text)):
        assert not serving.done(), serving.result()
        await asyncio.sleep(0.01)
    try:
        yield int(told[-1]), serving
    finally:
        if not serving.done():
            os.kill(os.getpid(), signal.SIGTERM)
        await serving


async def raw(port: int, sent: bytes) -> bytes:
    """All that comes back until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    received = b""
    try:
        while part := await reader.read(65_536):
            received += part
    except ConnectionResetError:
        pass
    writer.close()
    return received


def test_a_signal_ends_the_service_well_and_answers_come_until_then(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    async def ask() -> int:
        async with on_a_port(shelf, caplog) as (port, _), httpx.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{port}/search?q=fever")
            return answer.status_code

    assert run(ask()) == 200


def test_a_request_under_way_is_answered_before_the_end(
    shelf: Shelf, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate()
    gate.open.set()
    monkeypatch.setattr(shelf, "encoder", gate)

    async def drain() -> int:
        async with on_a_port(shelf, caplog) as (port, serving), httpx.AsyncClient() as client:
            while (await client.get(f"http://127.0.0.1:{port}/ready")).status_code != 200:
                await asyncio.sleep(0.01)
            gate.open.clear()
            asked = asyncio.create_task(client.get(f"http://127.0.0.1:{port}/search?q=held"))
            while ["held"] not in gate.together:
                await asyncio.sleep(0.01)
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(0.3)
            assert not serving.done()
            gate.open.set()
            return (await asked).status_code

    assert run(drain()) == 200


def test_the_head_of_a_request_is_not_waited_for_for_ever(
    shelf: Shelf, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PatientProtocol, "head_seconds", 0.1)

    async def dawdle() -> list[bytes]:
        async with on_a_port(shelf, caplog) as (port, _):
            whole = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
            return [await raw(port, sent) for sent in (b"", b"GET /hea", whole + b"GET /hea")]

    nothing, part, second = run(dawdle())

    assert (nothing, part) == (b"", b"")
    assert second.count(b"200 OK") == 1


def test_an_answer_that_is_not_read_is_given_up(
    shelf: Shelf, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PatientProtocol, "read_seconds", 0.2)
    request = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"

    async def stall() -> bool:
        async with on_a_port(shelf, caplog) as (port, _):
            client = socket.create_connection(("127.0.0.1", port))
            client.setblocking(False)  # its name
            loop = asyncio.get_running_loop()
            try:
                while True:  # and never a byte read
                    await asyncio.wait_for(loop.sock_sendall(client, request * 100), 20)
                    await asyncio.sleep(0.01)
            except ConnectionError:
                return True
            finally:
                client.close()

    assert run(stall())


def test_nonsense_is_refused_and_the_service_goes_on(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    async def nonsense() -> tuple[bytes, int]:
        async with on_a_port(shelf, caplog) as (port, _), httpx.AsyncClient() as client:
            refused = await raw(port, b"\x16\x03\x01 what?\r\n\r\n")
            answer = await client.get(f"http://127.0.0.1:{port}/health")
            return refused, answer.status_code

    refused, status = run(nonsense())

    assert refused.startswith(b"HTTP/1.1 400 ")
    assert status == 200


def test_an_address_that_is_taken_is_one_line(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(ConfigError, match=rf"can't listen on 127\.0\.0\.1, port {port}"):
            run(serve(shelf.open, ServiceConfig(port=port)))

    assert "address already in use" in caplog.text


def test_a_missing_index_is_one_line(tmp_path: Path) -> None:
    def missing() -> TermSearch:
        return TermSearch(Store("edge", tmp_path).open(), Gate)

    with pytest.raises(IndexMissingError, match="make one with"):
        run(serve(missing, ServiceConfig(port=0)))


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--port", "0"], 1, "no index at"),
        (["--host", "0.0.0.0"], 2, "no API keys; give --keys FILE"),  # noqa: S104  # refused
        (["--cors", "*"], 2, "no API keys"),
        (["--keys", "none"], 2, "none can't be read"),
    ],
)
def test_the_command_refuses_in_one_line(arguments: list[str], status: int, said: str) -> None:
    result = CliRunner().invoke(main, ["serve", *arguments])

    assert (result.exit_code, result.stderr.count("\n")) == (status, 1)
    assert said in result.stderr


def test_settings_come_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERMSEARCH_HOST", "192.0.2.1")

    result = CliRunner().invoke(main, ["serve"])

    assert "--host 192.0.2.1 can be reached from other machines" in result.stderr


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("termsearch.cli.serve.find_spec", lambda _: None)

    result = CliRunner().invoke(main, ["serve"])

    assert result.exit_code == 2
    assert "pip install -c constraints.txt '.[serve]'" in result.stderr


@pytest.mark.parametrize("statement", ["import termsearch.cli", "import termsearch.aio"])
def test_nothing_but_the_service_needs_the_extra(statement: str) -> None:
    code = f"import sys; {statement}; print(*sys.modules)"

    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()

    assert {"fastapi", "starlette", "uvicorn", "prometheus_client"}.isdisjoint(loaded)
