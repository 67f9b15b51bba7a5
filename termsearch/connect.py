"""Joins settings to an index and an encoder: the one place that knows which kinds there are."""

from termsearch.encoder import Encoder, EncoderCard, Precision, load_encoder
from termsearch.encoder.weights import is_here
from termsearch.errors import IndexMissingError, ModelMismatchError
from termsearch.index import Index
from termsearch.index.manifest import Manifest
from termsearch.search import TermSearch
from termsearch.settings import Settings

__all__ = [
    "connect",
    "demo_model",
    "encoder_of",
    "ingest_encoder",
    "open_index",
    "open_or_create_index",
]

_DEFAULT_MODEL = "sapbert"


def open_index(settings: Settings) -> Index:
    """The index that ``settings`` name.

    Raises:
        IndexMissingError: There is none; an empty answer would claim it had been searched.
    """
    if settings.qdrant_url:
        from termsearch.index.server import ServerIndex, client_for

        client = client_for(settings.qdrant_url, settings.api_key())
        return ServerIndex.open(client, settings.index)
    from termsearch.index.edge import EdgeIndex

    return EdgeIndex.open(settings.home / settings.index)


def open_or_create_index(settings: Settings, card: EncoderCard) -> Index:
    """The index that ``settings`` name, made for the encoder of ``card`` if there is none.

    Raises:
        ModelMismatchError: It is there and another encoder built it.
    """
    manifest = Manifest(encoder=card)
    index: Index
    if settings.qdrant_url:
        from termsearch.index.server import ServerIndex, client_for

        client = client_for(settings.qdrant_url, settings.api_key())
        index = ServerIndex.open_or_create(client, settings.index, manifest)
    else:
        from termsearch.index.edge import EdgeIndex

        index = EdgeIndex.open_or_create(settings.home / settings.index, manifest)
    try:
        index.manifest.require(card, index.name)
    except ModelMismatchError:
        index.close()
        raise
    return index


def ingest_encoder(settings: Settings) -> Encoder:
    """The encoder to ingest with: the one asked for, or SapBERT."""
    return load_encoder(
        settings.model or _DEFAULT_MODEL,
        pooling=settings.pooling,
        max_tokens=settings.max_tokens,
        device=settings.device,
        precision=settings.precision,
    )


def encoder_of(manifest: Manifest, settings: Settings, index: str) -> Encoder:
    """The encoder that built an index; ``settings.model`` may say where its weights are now.

    Raises:
        ModelMismatchError: What is found there is another encoder.
    """
    card = manifest.encoder
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


def demo_model(settings: Settings) -> str:
    """What the demo embeds with: what built its index, else SapBERT if it is here, else MiniLM."""
    try:
        index = open_index(settings)
    except IndexMissingError:
        return _DEFAULT_MODEL if is_here(_DEFAULT_MODEL) else "minilm"
    index.close()
    return index.manifest.encoder.model


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
