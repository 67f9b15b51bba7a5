"""The connection to a Qdrant server: which protocol, what to repeat, and its errors in one line."""

import socket
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from grpc import RpcError, StatusCode
from qdrant_client import QdrantClient
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import (
    ApiException,
    ResponseHandlingException,
    UnexpectedResponse,
)
from qdrant_client.local.qdrant_local import QdrantLocal
from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_delay,
    wait_exception,
    wait_random_exponential,
)

from termsearch.errors import IndexUnreadableError

__all__ = ["client_for", "engine", "in_memory", "is_missing", "patiently", "url_of"]

T = TypeVar("T")

_TIMEOUT = 60  # seconds a request; the client's 5 are too short for a load
_GRPC_PORT = 6334  # the server's default
_PROBE = 1.0  # seconds to find out whether a port answers

#: How long an ingest repeats a request before it gives up, in seconds: a server that restarts with
#: some million points is back by then.
_PATIENCE = 120.0
_LONGEST_WAIT = 15.0

#: Too early, too many, or not just now.
_BUSY_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
_BUSY_CODES = frozenset(
    {
        StatusCode.UNAVAILABLE,
        StatusCode.DEADLINE_EXCEEDED,
        StatusCode.RESOURCE_EXHAUSTED,
        StatusCode.INTERNAL,
        StatusCode.ABORTED,
    }
)
_MISSING = 404


def client_for(url: str, api_key: str | None, grpc: str = "off") -> QdrantClient:
    """A client; ``:memory:`` is an empty one of its own, for tests.

    Args:
        url: HTTP address of the server.
        api_key: Sent with every request.
        grpc: ``off``; a port to use gRPC on; or ``auto``: gRPC if the server answers it on port
            6334, else HTTP.

    Raises:
        IndexUnreadableError: The address can't be one of a server.
    """
    if url == ":memory:":
        return QdrantClient(":memory:")
    host = urlsplit(url).hostname or ""
    with warnings.catch_warnings():
        if host in {"127.0.0.1", "::1", "localhost"}:  # a key without TLS is seen by nobody there
            warnings.filterwarnings("ignore", "Api key is used with an insecure connection")
        try:
            if grpc == "auto":
                return _over_grpc_if_answered(url, api_key, host)
            return _client(url, api_key, 0 if grpc == "off" else int(grpc))
        except ValueError as error:
            raise IndexUnreadableError(f"QDRANT_URL {url} is no address ({error}).") from error


def in_memory(client: QdrantClient) -> bool:
    """Whether this is the stand-in of the tests, which no two threads may use at once."""
    return isinstance(client._client, QdrantLocal)  # no public name


def url_of(client: QdrantClient) -> str:
    """Of the server, without the key."""
    return str(getattr(client._client, "rest_uri", ":memory:"))  # no public name


def patiently(call: Callable[[], T]) -> T:
    """What ``call`` answers, asked again, at growing intervals, while the server is not able to.

    For requests that do no harm if they were carried out and only their answer was lost.
    """
    return Retrying(
        retry=retry_if_exception(_passing),
        wait=wait_random_exponential(multiplier=0.5, max=_LONGEST_WAIT)
        + wait_exception(lambda error: float(getattr(error, "retry_after_s", 0))),
        stop=stop_after_delay(_PATIENCE),
        reraise=True,
    )(call)


def is_missing(error: Exception) -> bool:
    """Whether the server says that there is no such collection."""
    if isinstance(error, RpcError):
        return _code(error) is StatusCode.NOT_FOUND
    if isinstance(error, UnexpectedResponse):
        return error.status_code == _MISSING
    return isinstance(error, ValueError) and "not found" in str(error)  # the in-memory one's


@contextmanager
def engine(client: QdrantClient) -> Iterator[None]:
    """Turns a refusal or a silence of the server into one line."""
    try:
        yield
    except (ApiException, QdrantException, ResponseHandlingException, RpcError, OSError) as error:
        said = error.details() if hasattr(error, "details") else str(error)
        reason = (str(said or "").strip().splitlines() or [type(error).__name__])[0]
        raise IndexUnreadableError(
            f"the Qdrant server at {url_of(client)} failed ({reason}). Check that it runs, "
            "QDRANT_URL and QDRANT_API_KEY."
        ) from error


def _over_grpc_if_answered(url: str, api_key: str | None, host: str) -> QdrantClient:
    try:
        socket.create_connection((host, _GRPC_PORT), _PROBE).close()
    except OSError:
        return _client(url, api_key, 0)
    client = _client(url, api_key, _GRPC_PORT)
    try:
        client.get_collections()
    except RpcError:  # another service, a proxy, a wrong key: HTTP will tell
        client.close()
        return _client(url, api_key, 0)
    return client


def _client(url: str, api_key: str | None, grpc_port: int) -> QdrantClient:
    """``grpc_port`` 0: HTTP only."""
    over: dict[str, Any] = {"prefer_grpc": True, "grpc_port": grpc_port} if grpc_port else {}
    # The version check is a thread whose failure would print a warning of its own.
    return QdrantClient(
        url=url, api_key=api_key, timeout=_TIMEOUT, check_compatibility=False, **over
    )


def _passing(error: BaseException) -> bool:
    """Whether the same request may succeed in a while."""
    if isinstance(error, RpcError):
        return _code(error) in _BUSY_CODES
    if isinstance(error, UnexpectedResponse):
        return error.status_code in _BUSY_STATUS
    if isinstance(error, ResponseHandlingException):
        return not isinstance(error.source, ValueError)  # an answer that can't be read stays so
    return isinstance(error, (QdrantException, OSError))


def _code(error: RpcError) -> StatusCode | None:
    return error.code() if hasattr(error, "code") else None
