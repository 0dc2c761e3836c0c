"""Generated requests over the whole OpenAPI document: no 5xx, no answer that the document does not describe."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.service.api.conftest import Server

pytestmark = [pytest.mark.model, pytest.mark.slow]
EXAMPLES = 12
CHECKS = [not_a_server_error, response_schema_conformance, content_type_conformance]
JOBS = {"POST /v1/jobs", "POST /v1/reports", "GET /v1/jobs/{job}/events"}  # start or watch processes; see test_programs


@schemathesis.serializer("application/x-ndjson")
def lines(_: object, value: object) -> bytes:
    return str(value).encode("utf-8", "replace")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_no_request_breaks_the_service(server: Server) -> None:
    with server.client() as client:
        document = client.get("/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    seen = []
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.label in JOBS:
            continue
        seen.append(operation.label)

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: schemathesis.Case) -> None:
            response = case.call(base_url=server.url)
            case.validate_response(response, checks=CHECKS)

        ask()
    assert len(seen) >= 30
