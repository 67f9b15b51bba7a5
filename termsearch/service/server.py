"""The application on a port, until a signal ends it."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from socket import socket
from time import time
from types import FrameType

import uvicorn
from fastapi import FastAPI

from termsearch.errors import ConfigError, TermsearchError
from termsearch.loopback import is_loopback
from termsearch.remote import Announcement, pointer
from termsearch.search import TermSearch
from termsearch.service.app import create_app, look
from termsearch.service.config import ServiceConfig
from termsearch.service.holder import Holder
from termsearch.service.protocol import PatientProtocol
from termsearch.settings import Settings

__all__ = ["serve"]

_log = logging.getLogger("termsearch.service")

#: Connections for each request that may run: others wait between two requests.
_CONNECTIONS = 8


class _Server(uvicorn.Server):
    """Ends well: uvicorn would raise the signal again when it has drained.

    Attributes:
        url: Where it listens; known from when it does.
    """

    url: asyncio.Future[str]

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listen, and say where: with port 0 nobody else knows.

        Raises:
            ConfigError: The address can't be had.
        """
        try:
            await super().startup(sockets)
        except SystemExit as error:  # it has logged why
            raise ConfigError(
                f"can't listen on {self.config.host}, port {self.config.port}; choose others with "
                "--host and --port."
            ) from error
        urls = [
            _url(*bound.getsockname()[:2])
            for server in (self.servers if self.started else ())
            for bound in server.sockets
        ]
        for url in urls:
            _log.info("%s", url)
        if urls and not self.url.done():
            self.url.set_result(urls[0])

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal ends it, a second Ctrl-C does not wait."""
        del frame
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


async def serve(
    open_search: Callable[[], TermSearch],
    config: ServiceConfig,
    settings: Settings | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; SIGHUP looks for other keys and a newer release at once.

    Args:
        open_search: See :func:`~termsearch.service.create_app`.
        config: How it is run.
        settings: What ``open_search`` opens, where commands that have the same settings may ask.

    Raises:
        TermsearchError: The index can't be opened, or the configuration is not safe.
    """
    app = create_app(open_search, config)
    holder: Holder = app.state.holder
    await holder.start()  # here, and not in the lifespan: an error is one line, not a traceback
    try:
        _look_on_hangup(app)
        server = _server(app, config)
        async with _announced(holder, server, config, settings):
            await server.serve()
    finally:
        await holder.stop()


def _server(app: FastAPI, config: ServiceConfig) -> _Server:
    server = _Server(
        uvicorn.Config(
            app,
            host=config.host,
            port=config.port,
            http=PatientProtocol,
            ws="none",
            log_config=None,
            access_log=False,  # it would write query strings; see `guard`
            server_header=False,
            limit_concurrency=config.concurrent * _CONNECTIONS,
            timeout_graceful_shutdown=config.drain_seconds,
        )
    )
    server.url = asyncio.get_running_loop().create_future()
    return server


@asynccontextmanager
async def _announced(
    holder: Holder, server: _Server, config: ServiceConfig, settings: Settings | None
) -> AsyncIterator[None]:
    """Have commands of this machine find the service from when it is ready until it ends."""
    if settings is None or not is_loopback(config.host):
        yield
        return
    announcement = Announcement(settings, time(), needs_key=config.keys_file is not None)
    announcing = asyncio.create_task(
        _announce(holder, server, announcement, settings, config.poll_seconds)
    )
    try:
        yield
    finally:
        announcing.cancel()
        with suppress(asyncio.CancelledError):
            await announcing
        announcement.remove()


async def _announce(
    holder: Holder,
    server: _Server,
    announcement: Announcement,
    settings: Settings,
    seconds: float,
) -> None:
    """Again for each generation, and when the file went with another service of the index.

    A generation that is not the current one any more is left out. What could not be written is
    tried again with the next one.

    Args:
        holder: Of what is served.
        server: Knows where.
        announcement: The file.
        settings: What the service was started with.
        seconds: Between looks at the file.
    """
    url = await server.url
    await holder.readied.wait()
    while True:
        holder.readied.clear()
        generation = pointer(settings)  # before it is held against what is open
        try:
            async with holder.lend() as search:
                if not await search.call(lambda search: search.index.outdated()):
                    announcement.put(url, generation)
            await _due(holder, announcement, seconds)
        except TermsearchError as error:
            _log.warning("%s", error)
            await holder.readied.wait()


async def _due(holder: Holder, announcement: Announcement, seconds: float) -> None:
    """Until there is something new to say, or nothing is said any more."""
    while not holder.readied.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await holder.readied.wait()
        if announcement.lost():
            return


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _look_on_hangup(app: FastAPI) -> None:
    looks: set[asyncio.Task[None]] = set()  # the loop itself holds no task

    def hangup() -> None:
        task = asyncio.create_task(look(app))
        looks.add(task)
        task.add_done_callback(looks.discard)

    with suppress(NotImplementedError, AttributeError):  # Windows has no such signal
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hangup)
