"""Joins settings to an index and an encoder: the one place that knows which kinds there are."""

from itertools import islice
from pathlib import Path
from typing import Any

from termsearch.encoder import Encoder, EncoderCard, Precision, load_encoder
from termsearch.encoder.weights import find_weights, is_here
from termsearch.errors import IndexMissingError, ModelMismatchError, TermsearchError, UsageError
from termsearch.index import Index
from termsearch.index.manifest import Manifest
from termsearch.search import TermSearch
from termsearch.settings import ENCODERS, Settings

__all__ = [
    "asked_encoder",
    "connect",
    "delete_index",
    "demo_model",
    "encoder_of",
    "export_encoder",
    "export_folder",
    "indexes",
    "ingest_encoder",
    "open_index",
    "open_or_create_index",
    "rollback",
    "served_manifest",
]

_DEFAULT_MODEL = "sapbert"

#: Names that an exported encoder is compared by.
_EXPORT_SAMPLE = 256


def open_index(settings: Settings) -> Index:
    """The index that ``settings`` name.

    Raises:
        IndexMissingError: There is none; an empty answer would claim it had been searched.
    """
    if settings.qdrant_url:
        from termsearch.index.server import ServerIndex

        return ServerIndex.open(_client(settings), settings.index)
    from termsearch.index.edge import EdgeIndex

    return EdgeIndex.open(settings.home / settings.index)


def indexes(settings: Settings) -> list[str]:
    """Names of the indexes that answer, sorted."""
    if settings.qdrant_url:
        from termsearch.index.server.shelf import indexes_on

        return indexes_on(_client(settings))
    from termsearch.index.home import indexes_in

    return indexes_in(settings.home)


def delete_index(settings: Settings) -> None:
    """Delete the index that ``settings`` name, whole; encoders that were exported stay.

    Raises:
        IndexMissingError: There is none.
        IndexBusyError: Somebody is writing to it.
    """
    if settings.qdrant_url:
        from termsearch.index.server import shelf

        shelf.delete_index(_client(settings), settings.index)
        return
    from termsearch.index import home

    home.delete_index(settings.home / settings.index)


def served_manifest(settings: Settings) -> tuple[Manifest | None, Manifest | None]:
    """What answers now, its points counted, and what an ingest that was cut has left beside it.

    None if nothing does, or another encoder is asked for, whose weights are read at most for their
    digest; None if nothing is left.
    """
    try:
        index = open_index(settings)
    except IndexMissingError:
        return None, None
    manifest, waiting = index.manifest, index.waiting()
    index.close()
    return manifest if _may_be(manifest.encoder, settings) else None, waiting


def rollback(settings: Settings) -> Index:
    """The index that ``settings`` name, after its kept generation was made the current one.

    Raises:
        IndexMissingError: There is no such index.
        NothingKeptError: None is kept.
    """
    if settings.qdrant_url:
        from termsearch.index.server import ServerIndex

        return ServerIndex.rollback(_client(settings), settings.index)
    from termsearch.index.edge import EdgeIndex

    return EdgeIndex.rollback(settings.home / settings.index)


def open_or_create_index(
    settings: Settings, card: EncoderCard, *, discard: bool = False, shared: bool = False
) -> Index:
    """The next generation of the index that ``settings`` name, for the encoder of ``card``.

    Args:
        settings: Say where.
        card: What a new index is made for.
        discard: Throw away what an ingest that was cut has left.
        shared: Other machines write to it at the same time.

    Raises:
        ModelMismatchError: Another encoder built what is there.
        UsageError: ``shared``, and it is an index in a folder.
    """
    manifest = Manifest(encoder=card)
    index: Index
    if settings.qdrant_url:
        from termsearch.index.server import Layout, ServerIndex

        layout = Layout(settings.shards, settings.replicas, settings.quantize)
        index = ServerIndex.open_or_create(
            _client(settings), settings.index, manifest, layout, discard=discard, shared=shared
        )
    elif shared:
        raise UsageError(
            "--part is for several machines that fill one Qdrant server: set QDRANT_URL. An index "
            "in a folder has one writer; --device cuda:0,cuda:1 uses all GPUs of a machine."
        )
    else:
        from termsearch.index.edge import EdgeIndex

        folder = settings.home / settings.index
        index = EdgeIndex.open_or_create(folder, manifest, discard=discard)
    try:
        index.manifest.require(card, index.name)
    except ModelMismatchError:
        index.close()
        raise
    return index


def ingest_encoder(settings: Settings) -> Encoder:
    """The encoder to ingest with: the one asked for, what built the index, or SapBERT."""
    card = None if settings.model else _built_with(settings)
    if card:
        same = {
            "model": card.model,
            "pooling": settings.pooling or card.pooling,
            "max_tokens": settings.max_tokens or card.max_tokens,
        }
        settings = settings.model_copy(update=same)
    return asked_encoder(settings)


def asked_encoder(settings: Settings) -> Encoder:
    """The encoder that is asked for, or SapBERT."""
    return load_encoder(
        settings.model or _DEFAULT_MODEL,
        pooling=settings.pooling,
        max_tokens=settings.max_tokens,
        device=settings.device,
        precision=settings.precision,
    )


def encoder_of(manifest: Manifest, settings: Settings, index: str) -> Encoder:
    """The encoder that built an index; ``settings.model`` may say where its weights are now.

    Where it was exported (:func:`export_encoder`) and no setting asks for another way to compute,
    the exported one: it needs neither torch nor the weights.

    Raises:
        ModelMismatchError: What is found there is another encoder.
    """
    card = manifest.encoder
    if _as_built(settings, card):
        from termsearch.encoder.onnx import exported

        found = exported(export_folder(settings, card), card, settings.threads)
        if found is not None:
            return found
    # One query is too little work for bf16 to pay for its check.
    precision: Precision = "fp32" if settings.precision == "auto" else settings.precision
    encoder = load_encoder(
        settings.model or card.model,
        pooling=settings.pooling or card.pooling,
        max_tokens=settings.max_tokens or card.max_tokens,
        device=settings.device,
        precision=precision,
    )
    manifest.require(encoder.card, index)
    return encoder


def _client(settings: Settings) -> Any:
    from termsearch.index.server import client_for

    return client_for(settings.qdrant_url, settings.api_key(), settings.grpc)


def _may_be(card: EncoderCard, settings: Settings) -> bool:
    """Whether ``settings`` ask for the encoder of ``card``, as far as its files tell."""
    if not settings.model:  # the one that is there will do, where nothing is to be embedded
        pooling, most = settings.pooling, settings.max_tokens
        return pooling in {None, card.pooling} and most in {None, card.max_tokens}
    weights = find_weights(settings.model, pooling=settings.pooling, max_tokens=settings.max_tokens)
    asked = weights.pooling, weights.max_tokens, weights.digest()
    return asked == (card.pooling, card.max_tokens, card.weights)


def export_folder(settings: Settings, card: EncoderCard) -> Path:
    """Where the encoder of ``card`` is exported to, for every index that it built."""
    return settings.home / ENCODERS / card.essence_digest()


def export_encoder(settings: Settings, encoder: Encoder, index: Index) -> str:
    """Export ``encoder`` for queries of ``index``, unless that is done.

    Returns:
        Why it could not be, in one line, and nothing if it could: queries work without it, some
        seconds later.
    """
    from termsearch.encoder.export import export

    # Ids are digests, so that the first points are a random sample.
    names = [point.form for point in islice(index.points(()), _EXPORT_SAMPLE)]
    try:
        export(encoder, export_folder(settings, encoder.card), names)
    except TermsearchError as error:
        return f"the encoder was not exported, queries will load torch: {error}"
    return ""


def _as_built(settings: Settings, card: EncoderCard) -> bool:
    """Whether ``settings`` leave open how the vectors of ``card`` are computed."""
    return (
        settings.model in {"", card.model}
        and settings.pooling in {None, card.pooling}
        and settings.max_tokens in {None, card.max_tokens}
        and settings.device in {"auto", "cpu"}
        and settings.precision == "auto"
    )


def demo_model(settings: Settings) -> str:
    """What the demo embeds with: what built its index, else SapBERT if it is here, else MiniLM."""
    if card := _built_with(settings):
        return card.model
    return _DEFAULT_MODEL if is_here(_DEFAULT_MODEL) else "minilm"


def _built_with(settings: Settings) -> EncoderCard | None:
    """The encoder of the index that ``settings`` name; None if there is no such index."""
    try:
        index = open_index(settings)
    except IndexMissingError:
        return None
    index.close()
    return index.manifest.encoder


def connect(settings: Settings | None = None) -> TermSearch:
    """Open an index to search it.

    Args:
        settings: By default what the environment says.

    Raises:
        IndexMissingError: There is no such index.
    """
    settings = settings or Settings.from_env()
    index = open_index(settings)
    return TermSearch(index, lambda: encoder_of(index.manifest, settings, index.name))
