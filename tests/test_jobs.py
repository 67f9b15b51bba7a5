"""A large batch of queries, shared by processes of their own."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from termsearch.cli import main
from termsearch.connect import connect, export_encoder
from termsearch.encoder import load_encoder
from termsearch.errors import IndexUnreadableError, ProcessEndedError, UnknownValueError
from termsearch.index.edge import EdgeIndex
from termsearch.index.manifest import Manifest
from termsearch.index.where import Where
from termsearch.ingest import ingest
from termsearch.jobs import Question, answers
from termsearch.settings import Settings
from tests.bert import save_bert
from tests.concepts import ALL

TEXTS = [f"{word} {number}" for number in range(150) for word in ("fever", "ankle", "tos", "cough")]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An index with an encoder that any process can load."""
    settings = Settings(home=tmp_path)
    encoder = load_encoder(str(save_bert(tmp_path)), pooling="cls", device="cpu")
    index = EdgeIndex.open_or_create(tmp_path / "terms", Manifest(encoder=encoder.card))
    ingest(ALL, "test", encoder, index)
    export_encoder(settings, encoder, index)
    index.publish()
    return settings


def question(where: Where | None = None) -> Question:
    return Question(where or Where(), "", {"limit": 2, "mode": "auto", "min_score": None})


def test_processes_answer_what_one_does_in_the_same_order(settings: Settings) -> None:
    with connect(settings) as search:
        alone = search.query_many(TEXTS, limit=2)
    shared = answers(TEXTS, question(), settings, 2)

    for text, one, other in zip(TEXTS, alone, shared, strict=True):
        assert one.query == text
        assert other.model_copy(update={"took_ms": one.took_ms}) == one


def test_fewer_texts_than_processes_are_answered_too(settings: Settings) -> None:
    assert [answer.query for answer in answers(["fever"], question(), settings, 3)] == ["fever"]
    assert list(answers([], question(), settings, 3)) == []


def test_processes_end_with_the_answers_that_are_wanted(settings: Settings) -> None:
    found = answers(TEXTS, question(), settings, 2)

    next(found)
    children = started()
    found.close()

    assert len(children) == 2
    assert started() == set()


def test_a_process_that_is_killed_is_one_line(settings: Settings) -> None:
    many = [f"fever {number}" for number in range(3_000)]
    found = answers(many, question(), settings, 2)
    next(found)

    os.kill(min(started()), signal.SIGKILL)

    with pytest.raises(ProcessEndedError, match="killed by signal 9"):
        list(found)


def started() -> set[int]:
    """Processes of this one."""
    lists = Path("/proc/self/task").glob("*/children")
    return {int(child) for each in lists for child in each.read_text(encoding="ascii").split()}


def test_a_wrong_filter_is_told_as_by_one(settings: Settings) -> None:
    nowhere = question(Where(vocabularies=("msh-x",)))

    with pytest.raises(UnknownValueError, match="msh-x"):
        list(answers(TEXTS, nowhere, settings, 2))


def test_a_release_that_comes_between_is_no_mixture(settings: Settings) -> None:
    folder = settings.home / "terms"

    class Overtaken(list[str]):
        """Texts that are read between the look at the index and the start of the processes."""

        def __iter__(self) -> Iterator[str]:
            manifest = EdgeIndex.open(folder).manifest
            EdgeIndex.open_or_create(folder, Manifest(encoder=manifest.encoder)).publish()
            return super().__iter__()

    with pytest.raises(IndexUnreadableError, match="another release"):
        next(answers(Overtaken(TEXTS), question(), settings, 2))


def test_a_damaged_index_is_no_empty_answer(settings: Settings) -> None:
    (settings.home / "terms" / "1" / "termsearch.json").write_text("{", encoding="utf-8")

    with pytest.raises(IndexUnreadableError):
        list(answers(TEXTS, question(), settings, 2))


def test_the_command_prints_a_line_for_each_line_of_stdin(settings: Settings) -> None:
    done = CliRunner().invoke(
        main,
        ["query", "-", "--jobs", "2", "--json", "--limit", "1"],
        input="\n".join(TEXTS),
        env={"TERMSEARCH_HOME": str(settings.home)},
        catch_exceptions=False,
    )

    assert done.exit_code == 0
    assert [line[: line.index(",")] for line in done.stdout.splitlines()] == [
        f'{{"query":"{text}"' for text in TEXTS
    ]
