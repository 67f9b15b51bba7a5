"""The HTTP service: ``create_app`` for any ASGI server, ``serve`` for ours.

This package alone imports fastapi, starlette, uvicorn and prometheus_client (extra ``serve``).
"""

from termsearch.service.app import create_app
from termsearch.service.config import ServiceConfig
from termsearch.service.server import serve

__all__ = ["ServiceConfig", "create_app", "serve"]
