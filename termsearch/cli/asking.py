"""What commands that ask for texts have in common: filters, and who answers."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from math import isnan
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import click

from termsearch.cli.failed import warn_of_other_rules
from termsearch.errors import UsageError
from termsearch.pipeline import batches
from termsearch.settings import Settings
from termsearch.text import LONGEST_TEXT

if TYPE_CHECKING:
    from termsearch.answer import Answer

__all__ = [
    "Asked",
    "Number",
    "answers",
    "cut",
    "filter_options",
    "filters",
    "process_options",
    "taken",
]

F = TypeVar("F", bound=Callable[..., Any])

#: Texts that are asked together; answers come after each such block.
_BLOCK = 256

#: Which names may answer, the last first.
_FILTERS: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option("--inactive", is_flag=True, help="Include retired names and concepts."),
    click.option(
        "--under", multiple=True, metavar="CURIE", help="Only this concept and those below it."
    ),
    click.option(
        "--lang",
        "langs",
        multiple=True,
        metavar="L",
        help="Only names in this language, e.g. en; repeatable.",
    ),
    click.option(
        "--type",
        "types",
        multiple=True,
        metavar="T",
        help="Only this semantic type or group, by code or name; repeatable. They are listed by "
        "termsearch status --types.",
    ),
    click.option(
        "--vocab",
        "vocabularies",
        multiple=True,
        metavar="V",
        help="Only names that this vocabulary has or uses; repeatable.",
    ),
)

#: Who does the work, the last first.
_PROCESSES: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option(
        "--local", is_flag=True, help="Don't ask a running 'termsearch serve' that has the index."
    ),
    click.option(
        "--jobs",
        default=1,
        metavar="N",
        type=click.IntRange(1, 64),
        help="Search in N processes: for thousands of texts (not needed with a running service).",
    ),
)


def filter_options(command: F) -> F:
    """``--vocab``, ``--type``, ``--lang``, ``--under`` and ``--inactive``."""
    for option in _FILTERS:
        command = option(command)
    return command


def process_options(command: F) -> F:
    """``--jobs`` and ``--local``."""
    for option in _PROCESSES:
        command = option(command)
    return command


class Number(click.FloatRange):
    """A number in a range; click lets "nan" into every one."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """See click."""
        number: float = super().convert(value, param, ctx)
        if isnan(number):
            self.fail("expected a number.", param, ctx)
        return number


class Asked(NamedTuple):
    """What is asked of all texts, and how."""

    filters: Mapping[str, Any]  #: fields of `Where`
    context: str
    terms: Mapping[str, Any]  #: limit, mode, min_score
    jobs: int
    local: bool


def filters(given: dict[str, Any]) -> dict[str, Any]:
    """Fields of `Where`, without the blanks that a copied name has around it."""
    several = taken(given, "vocabularies", "types", "langs")
    under = given.pop("under")
    if len(under) > 1:  # a `Where` has one; the last would win unsaid
        raise UsageError(f"--under: given {len(under)} times; expected one CURIE.")
    if "" in under:
        raise click.UsageError("--under: expected a CURIE such as mesh:D005334.")
    return {
        **{field: [value.strip() for value in values] for field, values in several.items()},
        "under": "".join(under),
        **taken(given, "inactive"),
    }


def cut(text: str, label: str) -> str:
    """As much of a line as may be asked for; one that is too long is no ground to stop a batch."""
    if len(text) > LONGEST_TEXT:
        click.echo(
            f"warning: {label}: of {len(text):,} characters the first {LONGEST_TEXT:,} are asked "
            "for",
            err=True,
        )
    return text[:LONGEST_TEXT]


def taken(given: dict[str, Any], *names: str) -> dict[str, Any]:
    """Those of ``given``, out of which they are taken."""
    return {name: given.pop(name) for name in names}


def answers(settings: Settings, texts: Iterable[str], asked: Asked) -> "Iterator[Answer]":
    """From a service that has the index open, while it answers; else from the index itself."""
    from termsearch.remote import find_service

    service = None if asked.local else find_service(settings)
    if service is None:
        yield from _searched(settings, texts, asked)
        return
    remaining = iter(texts)
    for block in batches(remaining, _BLOCK):
        found = service.query_many(block, asked.filters, context=asked.context, **asked.terms)
        if found is None:
            yield from _searched(settings, chain(block, remaining), asked)
            return
        yield from found


def _searched(settings: Settings, texts: Iterable[str], asked: Asked) -> "Iterator[Answer]":
    from termsearch.connect import connect
    from termsearch.index.where import Where

    where = Where(**asked.filters)
    if asked.jobs > 1:
        from termsearch import jobs

        yield from jobs.answers(
            list(texts), jobs.Question(where, asked.context, asked.terms), settings, asked.jobs,
            opened=warn_of_other_rules,
        )  # fmt: skip
        return
    with connect(settings) as search:
        warn_of_other_rules(search.manifest)
        for block in batches(texts, _BLOCK):
            contexts = [asked.context] * len(block)
            yield from search.query_many(block, where, contexts=contexts, **asked.terms)
