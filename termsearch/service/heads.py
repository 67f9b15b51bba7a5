"""HEAD wherever there is GET, as RFC 9110, 9.1 wants it of every server."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Heads"]

_NOT_ALLOWED: Final = 405


class Heads:
    """A HEAD gets the status and the headers of the GET of its path, and no body.

    Here and not at each route: FastAPI would write each of them into OpenAPI twice. What has no
    GET (``/mcp``, of which an answer may be a stream) has no HEAD either.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, a HEAD as GET."""

        async def told(message: Message) -> None:
            await send(_with_head_allowed(message))

        async def head(message: Message) -> None:
            await told(message if "body" not in message else {**message, "body": b""})

        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, told)
            return
        inner = {**scope, "method": "GET"}  # the server counts a body's bytes by its own scope
        try:
            await self._app(inner, receive, head)
        finally:
            scope.update({**inner, "method": "HEAD"})  # `Guard` reads route, caller and problem


def _with_head_allowed(message: Message) -> Message:
    """With HEAD in ``Allow`` beside GET, where a method is refused."""
    if message["type"] == "http.response.start" and message["status"] == _NOT_ALLOWED:
        headers = MutableHeaders(raw=message["headers"])
        allowed = headers.get("allow", "").split(", ")
        if "GET" in allowed and "HEAD" not in allowed:
            headers["Allow"] = ", ".join(sorted([*allowed, "HEAD"]))
        return {**message, "headers": headers.raw}
    return message
