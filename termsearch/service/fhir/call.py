"""One operation that a client asks for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, TypeVar

from termsearch.aio import AsyncTermSearch
from termsearch.index import Index
from termsearch.service.fhir.dialect import Dialect
from termsearch.service.fhir.outcome import Json
from termsearch.service.fhir.parameters import Given, Known
from termsearch.service.fhir.systems import System, Systems

__all__ = ["Call", "Operation"]

T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """What is asked, of which index, in which FHIR.

    Attributes:
        note: Logs the text of a search, where that is wanted.
    """

    search: AsyncTermSearch
    dialect: Dialect
    given: Given
    note: Callable[[str], None]

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
