"""Errors say what a caller can do, to whom they are for."""

import inspect
import logging
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from termsearch import errors
from termsearch.diff import Difference
from termsearch.errors import (
    RetiredCodeError,
    TermsearchError,
    UsageError,
    extra_missing,
    first_line,
    note_bug,
)
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.service.problems import Problem, Speaker, handle_problems, problem_of
from tests.concepts import ALL, concept
from tests.conftest import WordHash


def test_every_error_can_be_imported_by_a_star() -> None:
    defined = {
        name
        for name, each in vars(errors).items()
        if inspect.isclass(each) and issubclass(each, TermsearchError)
    }

    assert defined <= set(errors.__all__)


def test_a_retired_code_is_a_wrong_question_with_words_of_its_own() -> None:
    error = RetiredCodeError("loc:a9")

    assert isinstance(error, UsageError)
    assert str(error).startswith("loc:a9 is retired, and neither under it nor under a successor")
    assert (problem_of(error).info.status, problem_of(error).info.code) == (400, "unknown-value")


def test_an_extra_that_is_missing_is_named_with_the_command_that_installs_it() -> None:
    assert str(extra_missing("uvicorn", "serve")) == (
        "uvicorn is not installed; it comes with pip install -c constraints.txt '.[serve]' in the "
        "clone of termsearch."
    )


def test_no_message_sends_to_a_release_on_pypi_that_there_is_not() -> None:
    sources = Path(errors.__file__).parent.rglob("*.py")

    assert [path.name for path in sources if "termsearch[" in path.read_text("utf-8")] == []


@pytest.mark.parametrize(
    ("said", "line"), [("\n one\ntwo", "one"), ("", "OSError"), (" \n ", "OSError")]
)
def test_the_first_line_of_an_error_is_never_empty(said: str, line: str) -> None:
    assert first_line(OSError(said)) == first_line(OSError("another"), said) == line


def test_a_bug_is_logged_with_its_place_and_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR, "termsearch.here")
    words = "secret"
    try:
        int(words)
    except ValueError as error:
        note_bug("termsearch.here", error)
        note_bug("termsearch.here", error, "an entry")

    one, other = (record.getMessage() for record in caplog.records)
    assert one.startswith("a bug: ValueError at\n")
    assert other.startswith("a bug: ValueError in an entry at\n")
    assert Path(__file__).name in one
    assert "secret" not in one + other


def test_each_application_has_its_own_way_to_say_a_problem() -> None:
    plain, strange = FastAPI(), FastAPI()
    handle_problems(plain, {})
    odd = Speaker(lambda problem: PlainTextResponse(str(problem)), "/odd")
    handle_problems(strange, {"/odd": odd})

    def said(app: FastAPI, path: str) -> str:
        @app.get(path)
        async def fail() -> None:
            raise Problem(404, "nothing")

        return TestClient(app).get(path).text

    assert said(strange, "/odd/one") == "nothing"
    assert '"message":"nothing"' in said(strange, "/oddly")
    assert '"message":"nothing"' in said(plain, "/odd/one")


def test_what_an_ingest_would_lose_is_not_told_before_it_is_known(
    index: Index, encoder: WordHash
) -> None:
    ingest(ALL, "test", encoder, index)
    difference = Difference(index)
    difference.see(concept("mesh", "D990002", "Fever", part="desc"), "test/desc")
    difference.see_origins(["test/desc"])

    with pytest.raises(RuntimeError, match="after finish"):
        difference.lost("test/desc")
    difference.finish()

    assert difference.lost("test/desc") == (5, 6)
