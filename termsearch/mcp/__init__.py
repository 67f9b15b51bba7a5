"""The search for agents, over the Model Context Protocol (https://modelcontextprotocol.io).

This package alone imports the official SDK (extra ``mcp``). ``create_server`` makes the server;
``serve_stdio`` and ``http_endpoint`` connect it to a client.
"""

from termsearch.mcp.server import Lend, create_server
from termsearch.mcp.transport import http_endpoint, serve_stdio

__all__ = ["Lend", "create_server", "http_endpoint", "serve_stdio"]
