"""The service keeps what /openapi.json promises: Schemathesis asks, also what nobody should ask."""

import threading
import time
from collections.abc import Iterator

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, settings

from termsearch.search import TermSearch
from termsearch.service import create_app
from termsearch.service.protocol import PatientProtocol
from tests.serving import Shelf


def _unopened() -> TermSearch:
    raise AssertionError("the schema needs no index")


#: FHIR's operations are promised by its CapabilityStatement; ``test_fhir_fuzz`` holds them to it.
SCHEMA = schemathesis.openapi.from_dict(create_app(_unopened).openapi()).exclude(
    path_regex="^/fhir"
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service on a port: what a client library makes of odd texts is part of the question."""
    app = Shelf(tmp_path_factory.mktemp("shelf")).app()
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, http=PatientProtocol, log_config=None, server_header=False)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@SCHEMA.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_the_schema_promises(
    case: schemathesis.Case, url: str
) -> None:
    case.call_and_validate(base_url=url)
