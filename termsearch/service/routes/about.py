"""``/vocabularies``, ``/health``, ``/ready``, ``/metrics``, ``/version`` and ``/admin/reload``."""

import asyncio
from contextlib import suppress
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from termsearch import __version__
from termsearch.answer import TypeInfo
from termsearch.index import Ask, Same
from termsearch.index.manifest import Manifest
from termsearch.search import TermSearch
from termsearch.service.holder import State
from termsearch.service.lent import Lent, holder_of
from termsearch.service.models import Health, Ready, Reloaded, Version, VocabularyInfo
from termsearch.service.problems import ErrorBody, Problem
from termsearch.vocabulary import Vocabulary, known_vocabulary

__all__ = ["router"]

router = APIRouter(tags=["about"])

#: How long `/ready` waits for the engine. Busy is no fault; a server that is away says so at once.
_PROBE_SECONDS: Final = 1.0

_NOT_READY: Final[dict[int | str, dict[str, Any]]] = {
    503: {"model": ErrorBody, "description": "They can't; `code` and `message` say why"}
}


@router.get("/vocabularies", summary="What can be searched and filtered by")
async def vocabularies(lent: Lent) -> list[VocabularyInfo]:
    """Those that concepts come from, then those that use names of them."""
    manifest = lent.manifest
    return [_vocabulary(manifest, each) for each in _in_order(manifest)]


@router.get("/health", summary="Whether the process is alive")
async def health() -> Health:
    """Says nothing of the index; see `/ready`."""
    return Health()


@router.get("/ready", summary="Whether queries can be answered", responses=_NOT_READY)
async def ready(request: Request) -> Ready:
    """Whether the index is open, its engine answers and the encoder is loaded."""
    holder = holder_of(request)
    known = request.scope.get("termsearch.caller") or not request.app.state.keys
    _require_ready(holder.state, known=bool(known))
    async with holder.lend() as search:
        with suppress(TimeoutError):
            await asyncio.wait_for(search.call(_probe), _PROBE_SECONDS)
        if not known:
            return Ready(ready=True)
        return Ready(
            ready=True,
            index=search.name,
            model=search.manifest.encoder.model,
            releases=search.manifest.releases(),
        )


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,  # says nothing of its type: a problem with the request is JSON
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Requests by route and status, seconds, batches, the queue, what is served."""
    return Response(request.app.state.metrics.text(), media_type="text/plain; version=0.0.4")


@router.get("/version", summary="Of the program")
async def version() -> Version:
    """As `termsearch --version`."""
    return Version(version=__version__)


@router.post(
    "/admin/reload",
    tags=["admin"],
    summary="Serve the current release now",
    responses=_NOT_READY,
)
async def reload(request: Request) -> Reloaded:
    """What is done every few seconds anyway, at once; requests under way end on the old release.

    Where the new one can't be opened the old one stays in service; where queries can't be answered
    afterwards, that is told as by `/ready`. Needs the role `admin`.
    """
    holder = holder_of(request)
    switched = await holder.refresh()
    _require_ready(holder.state)
    async with holder.lend() as search:
        return Reloaded(switched=switched, releases=search.manifest.releases())


def _require_ready(state: State, *, known: bool = True) -> None:
    """Raises why it is not, to a caller who is ``known``."""
    if not state.ready:
        said = state.reason if known else "not ready; with an API key, this says why."
        raise Problem(503, said, code=state.code)


def _probe(search: TermSearch) -> None:
    """Raises what the engine has to say; finds nothing."""
    search.index.search([Ask(Same("form", ""), 1)])


def _in_order(manifest: Manifest) -> list[str]:
    return list(dict.fromkeys([*manifest.vocabularies(), *manifest.searchable_vocabularies()]))


def _vocabulary(manifest: Manifest, name: str) -> VocabularyInfo:
    known = known_vocabulary(name) or Vocabulary(name, name)
    loaded = [entry for entry in manifest.loaded if entry.vocabulary == name]
    return VocabularyInfo(
        id=name,
        title=known.title,
        uri=known.uri,
        release=manifest.releases().get(name, ""),
        names=sum(entry.names for entry in loaded),
        concepts=sum(entry.concepts for entry in loaded),
        types=[TypeInfo(code=kind.code, name=kind.name) for kind in manifest.types(name)],
        langs=sorted({lang for entry in loaded for lang in entry.langs}),
    )
