"""A session of a FHIR client library with the service, on a port of this machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from fhirpy import AsyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound

from tests.fhir import MESH, SNOMED, application
from tests.serving import run


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[AsyncFHIRClient]:
    """A client of a service on loopback."""
    server = uvicorn.Server(uvicorn.Config(application(folder), port=0, log_config=None, ws="none"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield AsyncFHIRClient(f"http://127.0.0.1:{port}/fhir")
    finally:
        server.should_exit = True
        await running


def test_a_client_library_expands_looks_up_and_validates(tmp_path: Path) -> None:
    async def session() -> None:
        async with served(tmp_path) as client:
            below = f"{SNOMED}?fhir_vs=isa/29999992"
            expanded = await client.execute(
                "ValueSet/$expand", method="get",
                params={"url": below, "filter": "foot", "count": 1},
            )  # fmt: skip
            looked_up = await client.execute(
                "CodeSystem/$lookup", method="get", params={"system": MESH, "code": "D990002"}
            )
            parameters = [
                {"name": "url", "valueUri": below},
                {"name": "coding", "valueCoding": {"system": SNOMED, "code": "59999995"}},
            ]
            valid = await client.execute(
                "ValueSet/$validate-code",
                data={"resourceType": "Parameters", "parameter": parameters},
            )
            read = await client.get("CodeSystem", "mesh")
            found = await client.resources("CodeSystem").search(url=SNOMED).fetch()

        assert expanded.expansion.contains[0].code == "49999994"
        assert {each.name: each.get("valueString") for each in looked_up.parameter}[
            "display"
        ] == "Fever"
        assert valid.parameter[0] == {"name": "result", "valueBoolean": True}
        assert read["url"] == MESH
        assert [each["id"] for each in found] == ["snomedct"]

    run(session())


def test_a_client_library_understands_what_is_refused(tmp_path: Path) -> None:
    async def session() -> None:
        async with served(tmp_path) as client:
            with pytest.raises(ResourceNotFound, match="D1 is no code"):
                await client.execute(
                    "CodeSystem/$lookup", method="get", params={"system": MESH, "code": "D1"}
                )
            with pytest.raises(OperationOutcome) as refused:
                await client.execute(
                    "ValueSet/$expand", method="get",
                    params={"url": f"{SNOMED}?fhir_vs=ecl/^29999992"},
                )  # fmt: skip

        assert refused.value.resource["issue"][0]["code"] == "not-supported"

    run(session())
