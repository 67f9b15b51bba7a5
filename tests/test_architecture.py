"""Who may import whom. Fails with the file and the import that broke the rule."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from termsearch.connect import export_encoder
from termsearch.encoder import load_encoder
from termsearch.index.edge import EdgeIndex
from termsearch.index.manifest import Manifest
from termsearch.ingest import ingest
from termsearch.settings import Settings

from .bert import save_bert
from .concepts import FEVER

ROOT = Path(__file__).parent.parent
FILES = sorted([*ROOT.glob("termsearch/**/*.py"), *ROOT.glob("loaders/**/*.py")])

#: Outside packages that one part of the house alone may know, and which part.
ONLY = {
    "torch": "termsearch/encoder/",
    "transformers": "termsearch/encoder/",
    "tokenizers": "termsearch/encoder/",
    "onnx": "termsearch/encoder/",
    "onnxruntime": "termsearch/encoder/",
    "huggingface_hub": "termsearch/encoder/",
    "qdrant_edge": "termsearch/index/edge/",
    "grpc": "termsearch/index/server/",
    "qdrant_client": "termsearch/index/server/",
    "tenacity": "termsearch/index/server/",
    "click": "termsearch/cli/",
    "rich": "termsearch/cli/",
    "platformdirs": "termsearch/settings.py",
    "abbreviations": "termsearch/abbreviations.py",
    "lxml": "loaders/",
    "matplotlib": "termsearch/evaluate/plot.py",
    "cachetools": "termsearch/vectors.py",
    "fastapi": "termsearch/service/",
    "starlette": "termsearch/service/",
    "uvicorn": "termsearch/service/",
    "prometheus_client": "termsearch/service/",
    "mcp": "termsearch/mcp/",
    "mcp_types": "termsearch/mcp/",
}

#: Parts of the house, from the ground up: a part imports only parts below it.
LAYERS = (
    (
        "accents",
        "choices",
        "errors",
        "files",
        "garbage",
        "grams",
        "leaving",
        "licences",
        "loopback",
        "numerals",
        "pipeline",
        "shorthand",
        "typo",
        "unreadable",
        "vocabulary",
    ),
    ("complaint", "delimited", "elsewhere", "lexicon", "misshapen", "text"),
    ("clinical", "normalize"),
    ("abbreviations", "conflict", "headword"),
    ("initials",),
    ("concept",),
    ("loader", "share"),
    ("encoder",),
    ("index",),
    ("batch", "emptied"),
    ("diff",),
    ("summary",),
    ("intake",),
    ("answer", "bundle", "codes", "embed", "ingest", "release", "status"),
    ("autocomplete", "hierarchy", "match", "readings", "rivals", "vectors"),
    ("locallist", "lookup", "mappings", "neighbourhood", "rank"),
    ("decision", "explain", "retrieval"),
    ("search",),
    ("evaluate", "verify"),
    ("settings",),
    ("connect", "remote"),
    ("jobs",),
    ("aio",),
    ("mcp",),
    ("demo", "portable", "removal", "service", "update"),
    ("cli",),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}

#: What a loader may know of us.
LOADER_MAY = {
    f"termsearch.{name}" for name in ("concept", "delimited", "errors", "loader", "vocabulary")
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_stay_within_the_rules(path: Path) -> None:
    here = path.relative_to(ROOT).as_posix()
    part = path.relative_to(ROOT).with_suffix("").parts[1]
    for name in imports(path):
        package, _, rest = name.partition(".")
        assert here.startswith(ONLY.get(package, "")), f"{here} may not import {name}"
        if here.startswith("loaders/"):
            assert package != "termsearch" or name in LOADER_MAY, f"{here} imports {name}"
        else:
            assert package != "termsearch_loaders", f"{here}: find loaders by entry point"
            if package == "termsearch" and rest and part in LEVEL:
                other = rest.partition(".")[0]
                assert other == part or LEVEL[other] < LEVEL[part], f"{here} imports {name}"


def test_every_part_of_the_house_has_its_level() -> None:
    parts = {path.relative_to(ROOT / "termsearch").parts[0] for path in FILES
             if path.is_relative_to(ROOT / "termsearch")}  # fmt: skip

    assert {part.removesuffix(".py") for part in parts} - {"__init__", "__main__"} == set(LEVEL)


@pytest.mark.parametrize("statement", ["import termsearch", "import termsearch.cli"])
def test_a_light_import_loads_no_heavy_package(statement: str) -> None:
    code = f"import sys; {statement}; print(*sys.modules)"

    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()

    heavy = {"torch", "transformers", "qdrant_client", "qdrant_edge", "onnxruntime", "lxml"}
    assert heavy.isdisjoint(loaded)


def test_only_settings_reads_the_environment() -> None:
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]

    assert readers == ["termsearch/settings.py"]


def test_a_query_with_an_exported_encoder_loads_neither_torch_nor_transformers(
    tmp_path: Path,
) -> None:
    settings = Settings(home=tmp_path)
    encoder = load_encoder(str(save_bert(tmp_path)), pooling="cls", device="cpu")
    index = EdgeIndex.open_or_create(tmp_path / "terms", Manifest(encoder=encoder.card))
    ingest([FEVER], "table", encoder, index)
    export_encoder(settings, encoder, index)
    index.publish()
    index.close()
    code = (
        "import sys; from pathlib import Path; from termsearch.connect import connect; "
        "from termsearch.settings import Settings; "
        "search = connect(Settings(home=Path(sys.argv[1]))); "
        "assert search.query('fevers').results[0].code; search.close(); print(*sys.modules)"
    )

    loaded = subprocess.check_output([sys.executable, "-c", code, str(tmp_path)], text=True).split()

    assert {"torch", "transformers"}.isdisjoint(loaded)
    assert {"onnxruntime", "tokenizers"} <= set(loaded)
