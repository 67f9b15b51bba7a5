"""The connection to a Qdrant server: which protocol, what to repeat, and its errors in one line."""

import socket
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from typing import Any, NamedTuple, TypeVar
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

from termsearch.errors import IndexUnreadableError, first_line
from termsearch.loopback import is_loopback

__all__ = [
    "client_for",
    "engine",
    "in_memory",
    "is_missing",
    "key_in_clear",
    "key_of",
    "patiently",
    "url_of",
    "version_of",
]

T = TypeVar("T")

_TIMEOUT = 60  # seconds a request; the client's 5 are too short for a load
_GRPC_PORT = 6334  # the server's default
_PROBE = 1.0  # seconds to find out whether a port answers
_FIRST_ANSWER = (
    3  # and whether it speaks gRPC; of itself the library waits 20 for one that is silent
)

#: How long an ingest repeats a request before it gives up, in seconds: a server that restarts with
#: some million points is back by then.
_PATIENCE = 120.0
_LONGEST_WAIT = 15.0
_LONGEST_ASKED_FOR = 60.0  # seconds; a server may ask for a day

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

#: Only these are about the key.
_KEY_STATUS = frozenset({401, 403})
_KEY_CODES = frozenset({StatusCode.UNAUTHENTICATED, StatusCode.PERMISSION_DENIED})

#: An answer that is no JSON, or no answer of a Qdrant server: outside of the client's own errors
#: (1.20.0), which asserts that there is a result.
_NO_ANSWER = (JSONDecodeError, UnicodeDecodeError, AssertionError)
_FAILURES = (
    ApiException, QdrantException, ResponseHandlingException, RpcError, OSError, *_NO_ANSWER,
)  # fmt: skip

_CHECK_ADDRESS = "Check QDRANT_URL."
_CHECK_RUNNING = "Check that it runs, and QDRANT_URL."
_CHECK_KEY = "Check QDRANT_API_KEY."
_CHECK_LOG = "Its log may say more."


class _Told(NamedTuple):
    """What an error comes to: a line, and what to do."""

    reason: str
    todo: str


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
    with warnings.catch_warnings():
        # A place in the source, with every command: see `key_in_clear`.
        warnings.filterwarnings("ignore", "Api key is used with an insecure connection")
        try:
            if grpc == "auto":
                return _over_grpc_if_answered(url, api_key, urlsplit(url).hostname or "")
            return _client(url, api_key, 0 if grpc == "off" else int(grpc))
        except ValueError as error:
            raise IndexUnreadableError(f"QDRANT_URL {url} is no address ({error}).") from error


def in_memory(client: QdrantClient) -> bool:
    """Whether this is the stand-in of the tests, which no two threads may use at once."""
    return isinstance(client._client, QdrantLocal)  # no public name


def url_of(client: QdrantClient) -> str:
    """Of the server, without the key."""
    return str(getattr(client._client, "rest_uri", ":memory:"))  # no public name


def key_of(client: QdrantClient) -> str:
    """What it sends as API key; empty: nothing."""
    return getattr(client._client, "_api_key", None) or ""  # no public name


def key_in_clear(url: str, key: str | None) -> str:
    """That ``key`` can be read on its way to ``url``, in one line; empty if it can't."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not key or parts.scheme != "http" or is_loopback(host):
        return ""
    return (
        f"the key of the Qdrant server goes to {host} in clear, for all on the way to read; set "
        "QDRANT_URL to an https:// address, or use a tunnel."
    )


def version_of(client: QdrantClient) -> str:
    """Of the server; empty where it does not tell (a proxy may let only collections through)."""
    try:
        return client.info().version
    except (*_FAILURES, ValueError):
        return ""


def patiently(call: Callable[[], T]) -> T:
    """What ``call`` answers, asked again, at growing intervals, while the server is not able to.

    For requests that do no harm if they were carried out and only their answer was lost.
    """
    return Retrying(
        retry=retry_if_exception(_passing),
        wait=wait_random_exponential(multiplier=0.5, max=_LONGEST_WAIT)
        + wait_exception(_asked_for),
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
    """Turns a refusal or a silence of the server into one line, which never holds the key."""
    try:
        yield
    except _FAILURES as error:
        told = _told(error)
        line = first_line(error, told.reason)
        said = f"the Qdrant server at {url_of(client)} failed ({line}). {told.todo}"
        raise IndexUnreadableError(_without(key_of(client), said)) from error


def _told(error: Exception) -> _Told:
    if isinstance(error, RpcError):
        reason = error.details() if hasattr(error, "details") else str(error)
        code = _code(error)
        if code in _KEY_CODES:
            return _Told(reason or "", _CHECK_KEY)
        away = code in {StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED, None}
        return _Told(reason or "", _CHECK_RUNNING if away else _CHECK_LOG)
    if isinstance(error, UnexpectedResponse):
        return _refusal(error)
    if isinstance(error, QdrantException):  # too many requests
        return _Told(str(error), _CHECK_LOG)
    source = error.source if isinstance(error, ResponseHandlingException) else error
    if isinstance(source, (ValueError, AssertionError)):
        return _Told("what answers there is no Qdrant server, or another version", _CHECK_ADDRESS)
    return _Told(str(source) or type(source).__name__, _CHECK_RUNNING)


def _refusal(error: UnexpectedResponse) -> _Told:
    """With the server's own reason; a proxy has none that we know how to read."""
    try:
        said = str(error.structured()["status"]["error"])
        todo = _CHECK_LOG
    except (ValueError, KeyError, TypeError):
        said, todo = error.reason_phrase, _CHECK_ADDRESS
    todo = _CHECK_KEY if error.status_code in _KEY_STATUS else todo
    return _Told(f"{error.status_code} {said}", todo)


def _without(key: str, text: str) -> str:
    """``text`` with stars where the key stood, as it is or as Python quotes it."""
    return text.replace(key, "***").replace(repr(key)[1:-1], "***") if key else text


def _over_grpc_if_answered(url: str, api_key: str | None, host: str) -> QdrantClient:
    try:
        socket.create_connection((host, _GRPC_PORT), _PROBE).close()
    except OSError:
        return _client(url, api_key, 0)
    asked = _client(url, api_key, _GRPC_PORT, _FIRST_ANSWER)
    try:
        asked.get_collections()
    except RpcError:  # another service, a proxy, a wrong key: HTTP will tell
        return _client(url, api_key, 0)
    except QdrantException:  # gRPC it is: too many requests
        pass
    finally:
        asked.close()
    return _client(url, api_key, _GRPC_PORT)


def _client(url: str, api_key: str | None, grpc_port: int, timeout: int = _TIMEOUT) -> QdrantClient:
    """``grpc_port`` 0: HTTP only."""
    over: dict[str, Any] = {"prefer_grpc": True, "grpc_port": grpc_port} if grpc_port else {}
    # The version check is a thread whose failure would print a warning of its own.
    return QdrantClient(
        url=url, api_key=api_key, timeout=timeout, check_compatibility=False, **over
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


def _asked_for(error: BaseException) -> float:
    """Seconds that the server wants to be left alone."""
    return float(min(max(getattr(error, "retry_after_s", 0), 0), _LONGEST_ASKED_FOR))


def _code(error: RpcError) -> StatusCode | None:
    return error.code() if hasattr(error, "code") else None
