"""The service keeps what /openapi.json promises: Schemathesis asks, also what nobody should ask."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

from termsearch.search import TermSearch
from termsearch.service import ServiceConfig, create_app
from termsearch.service.protocol import PatientProtocol
from tests.serving import Shelf

KEY = "a-key-that-nobody-can-guess"
KEYS = f"tests:admin:{KEY}\n"


def _unopened() -> TermSearch:
    raise AssertionError("the schema needs no index")


def _schema() -> dict[str, Any]:
    """Of a service with keys, so that a route that forgets to ask for one is found."""
    with TemporaryDirectory() as folder:
        keys = Path(folder, "keys")
        keys.write_text(KEYS)
        return create_app(_unopened, ServiceConfig(keys_file=keys)).openapi()


#: FHIR's operations are not in it: their contract is a CapabilityStatement (``test_fhir_fuzz``).
SCHEMA = schemathesis.openapi.from_dict(
    _schema(),
    config=SchemathesisConfig.from_dict(
        {
            # 400 is how a value is refused that is of the right shape and not in the index.
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ["2xx", 400, 404]},
                "negative_data_rejection": {"expected-statuses": [400, 401, 404, 405, 413, 422]},
            },
            "generation": {"max-examples": 10, "database": "none"},
        }
    ),
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service on a port: what a client library makes of odd texts is part of the question."""
    folder = tmp_path_factory.mktemp("shelf")
    (folder / "keys").write_text(KEYS)
    app = Shelf(folder).app(keys_file=folder / "keys")
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
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_the_schema_promises(
    case: "schemathesis.Case[Any]", url: str
) -> None:
    case.call_and_validate(base_url=url, headers={"Authorization": f"Bearer {KEY}"})


@pytest.mark.parametrize(("characters", "status"), [(4_000, 200), (4_001, 422)])
def test_the_longest_context_fits_a_request_line(url: str, characters: int, status: int) -> None:
    asked = {"q": "fever", "context": "\U0001d538" * characters}  # twelve bytes each in a URL

    answer = httpx.get(f"{url}/search", params=asked, headers={"Authorization": f"Bearer {KEY}"})

    assert answer.status_code == status
