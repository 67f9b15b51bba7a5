"""Tells a client that stays connected that the filters of the tools have changed."""

import mcp_types as wire
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged

__all__ = ["Changes"]


class Changes:
    """One client's, of either kind: revision 2026-07-28 asks to be told, those before are told.

    https://modelcontextprotocol.io/specification/2025-11-25/server/tools#list-changed-notification

    Attributes:
        listen: Answers a client that asks to be told.
    """

    def __init__(self) -> None:
        self._bus = InMemorySubscriptionBus()
        self.listen = ListenHandler(self._bus)
        self._listed: ServerSession | None = None

    def note(self, listed: ServerSession) -> None:
        """``listed``: the session in which the client has got the list of tools."""
        self._listed = listed

    async def tell(self) -> None:
        """That the list is another one; nothing to a client that has none yet."""
        if self._listed:  # the SDK drops it where the client has to ask
            await self._listed.send_notification(wire.ToolListChangedNotification())
        await self._bus.publish(ToolsListChanged())
