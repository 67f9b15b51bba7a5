"""One operation that a client asks for."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, TypeVar

from termsearch.aio import AsyncTermSearch
from termsearch.index import Index
from termsearch.service.fhir.dates import is_before, is_past
from termsearch.service.fhir.dialect import Dialect
from termsearch.service.fhir.outcome import Json, not_supported
from termsearch.service.fhir.parameters import Given, Known
from termsearch.service.fhir.systems import System, Systems

__all__ = ["Call", "Operation"]

T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """What is asked, of which index, in which FHIR.

    Attributes:
        note: Logs the text of a search, where that is wanted.
        strict: The client wants nothing passed over.
        passed: What is passed over, to be named in a header.
    """

    search: AsyncTermSearch
    dialect: Dialect
    given: Given
    note: Callable[[str], None]
    strict: bool = False
    passed: list[str] = field(default_factory=list)

    @cached_property
    def systems(self) -> Systems:
        """The code systems of the index."""
        return Systems(self.search.manifest)

    async def index(self, function: Callable[[Index], T]) -> T:
        """What ``function`` returns for the index, on the engine's thread."""
        return await self.search.call(lambda search: function(search.index))

    def told(self, name: str, value: str) -> "Call":
        """The same, and ``name`` given as ``value``."""
        return replace(self, given=self.given.with_text(name, value))

    def without(self, name: str) -> "Call":
        """The same, and ``name`` not given."""
        return replace(self, given=self.given.without(name))

    def pass_over(self, what: str) -> None:
        """Note that the answer comes without ``what``.

        Raises:
            Problem: 400, the client wants that refused.
        """
        if self.strict:
            raise not_supported(f"{what} is not supported here.")
        self.passed.append(what)

    def require_held(self, systems: Iterable[System]) -> None:
        """Refuse a date before the releases of ``systems``: what held then is not here.

        A date that has passed is passed over where the date of a release is not known.

        Raises:
            Problem: 400.
        """
        date = self.given.text("date")
        for system in systems if date and is_past(date) else ():
            released = system.released
            if released and is_before(date, released):
                raise not_supported(f"date is {date}; what is here is {system.canonical}.")
            if not released:
                self.pass_over("date")


class Operation(NamedTuple):
    """One of the operations of the specification.

    Attributes:
        kind: The resource type it belongs to.
        name: Without ``$``.
        known: Its parameters, by FHIR version.
        run: Answers it.
        instance: Parameter that the id in an instance's path stands for, and how; none: only the
            type has the operation.
    """

    kind: str
    name: str
    known: Callable[[Dialect], Known]
    run: Callable[[Call], Awaitable[Json]]
    instance: tuple[str, Callable[[System], str]] | None = None
