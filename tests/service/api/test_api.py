"""The API under /v1, in this process, on the seeds."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

pytestmark = pytest.mark.model


def first_report(client: TestClient) -> str:
    return str(client.get("/v1/reports?only_reports=true").json()["reports"][0]["id"])


def test_every_error_has_the_one_shape(client: TestClient) -> None:
    answers = [
        client.get("/v1/passages/nothing"),
        client.get("/v1/reports/r000000000000000"),
        client.get("/v1/jobs/j0"),
        client.get("/v1/clusters/M9999"),
        client.get("/v1/nothing"),
        client.put("/v1/similar"),
        client.post("/v1/similar", json={}),
        client.post("/v1/similar", json={"text": "a", "typo": 1}),
        client.post("/v1/similar", content=b"{", headers={"content-type": "application/json"}),
        client.post("/v1/embeddings", json={"model": "another", "input": "a"}),
        client.get("/v1/reports?cursor=abc"),
        client.get("/v1/reports?limit=0"),
    ]

    assert [a.status_code for a in answers] == [404, 404, 404, 404, 404, 405, 422, 422, 400, 404, 422, 422]
    for answer in answers:
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert problem["request_id"] == answer.headers["x-request-id"]
        assert problem["type"].startswith("urn:bijian:problem:")
        assert problem["title"]
        assert problem["detail"]
        assert problem["instance"] == answer.request.url.path


@pytest.mark.parametrize(
    "path", ["/v1/reports?regoin=51", "/v1/trends?x=1", "/v1/clusters?role=measure&Role=plan", "/v1/stats?a"]
)
def test_a_parameter_that_a_route_does_not_know_is_refused_and_the_known_ones_are_named(
    client: TestClient, path: str
) -> None:
    answer = client.get(path)

    assert answer.status_code == 422
    assert "there is no such parameter" in answer.json()["detail"]
    assert "lang" in answer.json()["hint"]


def test_every_parameter_of_the_document_is_known_to_its_route(client: TestClient) -> None:
    for path, methods in client.get("/v1/openapi.json").json()["paths"].items():
        listed = [p["name"] for p in methods.get("get", {}).get("parameters", []) if p["in"] == "query"]
        if listed and "{" not in path:
            answer = client.get(path, params={**dict.fromkeys(listed, ""), "lang": "en"})
            assert "no such parameter" not in answer.text, path


def test_a_body_that_is_not_said_to_be_json_is_refused_with_what_to_send(client: TestClient) -> None:
    answer = client.post(
        "/v1/similar", content=b'{"text": "a"}', headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert answer.status_code == 422
    assert "content-type: application/json" in answer.json()["hint"]
    assert "hint" not in client.post("/v1/similar", json={"text": "a", "k": 0}).json()


@pytest.mark.parametrize(
    ("headers", "title"),
    [
        ({}, "没有找到"),
        ({"accept-language": "en-GB,en;q=0.9,zh;q=0.8"}, "Not found"),
        ({"cookie": "lang=en"}, "Not found"),
    ],
)
def test_problems_speak_the_readers_language(client: TestClient, headers: dict[str, str], title: str) -> None:
    assert client.get("/v1/passages/x", headers=headers).json()["title"] == title


def test_a_given_request_id_comes_back_and_a_hostile_one_does_not(client: TestClient) -> None:
    assert client.get("/healthz", headers={"x-request-id": "abc-1.2_3"}).headers["x-request-id"] == "abc-1.2_3"
    for hostile in ("a b", "x" * 65, "<script>", "a;b"):
        assert client.get("/healthz", headers={"x-request-id": hostile}).headers["x-request-id"] != hostile


def test_similar_keeps_the_filter_and_leaves_out_the_own_report(client: TestClient) -> None:
    report = first_report(client)
    passage = next(p for p in client.get(f"/v1/reports/{report}").json()["passages"] if p["role"] == "measure")
    where = {"roles": ["measure"], "levels": ["township"]}
    asked = {"passage": passage["id"], "k": 20, "exclude_same_report": True, "where": where}
    answer = client.post("/v1/similar", json=asked).json()

    assert answer["hits"]
    for hit in answer["hits"]:
        assert hit["report"] != report
        assert hit["role"] == "measure"
        assert client.get(f"/v1/reports/{hit['report']}").json()["report"]["level"] == "township"


def test_pages_of_similar_passages_do_not_overlap(client: TestClient) -> None:
    asked = {"text": "普法宣传", "k": 5, "collapse_copies": False}
    first = client.post("/v1/similar", json=asked).json()
    second = client.post("/v1/similar", json={**asked, "cursor": first["cursor"]}).json()
    both = client.post("/v1/similar", json={**asked, "k": 10}).json()

    assert [h["passage"] for h in first["hits"] + second["hits"]] == [h["passage"] for h in both["hits"]]


def test_a_batch_answers_line_by_line_and_goes_on_after_a_bad_one(client: TestClient) -> None:
    lines = [
        '{"id": "a", "text": "人民调解", "k": 2}',
        "nonsense",
        '{"id": "c", "k": 2}',
        '{"id": "d", "text": "普法"}',
    ]
    answer = client.post("/v1/similar/batch", content="\n".join(lines).encode())
    rows = [json.loads(line) for line in answer.text.splitlines()]

    assert [row["id"] for row in rows] == ["a", "", "", "d"]
    assert [("answer" in row) for row in rows] == [True, False, False, True]
    assert len(rows[0]["answer"]["hits"]) == 2
    assert rows[2]["problem"]["status"] == 422


def test_a_passage_is_exactly_its_source_characters(client: TestClient) -> None:
    report = first_report(client)
    source = client.get(f"/v1/reports/{report}/source")
    assert source.headers["content-type"].startswith("text/plain")
    assert source.headers["x-content-type-options"] == "nosniff"
    passages = client.get(f"/v1/reports/{report}").json()["passages"]
    for passage in passages[:8]:
        view = client.get(f"/v1/passages/{passage['id']}?context=50").json()
        start, end = passage["start"], passage["end"]

        assert view["source"] == source.text[start:end]
        assert view["before"] == source.text[max(0, start - 50) : start]
        assert view["after"] == source.text[end : end + 50]
    assert client.get(f"/v1/passages/{passages[1]['id']}").json()["previous"] == passages[0]["id"]


def test_reports_are_listed_by_pages_newest_year_first(client: TestClient) -> None:
    whole = client.get("/v1/reports").json()
    pages, cursor = [], None
    while True:
        page = client.get("/v1/reports", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        pages.append([r["id"] for r in page["reports"]])
        cursor = page["cursor"]
        if cursor is None:
            break

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [i for page in pages for i in page] == [r["id"] for r in whole["reports"]]
    years = [r["year"] or 0 for r in whole["reports"]]
    assert years == sorted(years, reverse=True)


def test_a_cursor_of_another_generation_is_gone(client: TestClient) -> None:
    from service.api.reply import cursor

    answer = client.get("/v1/reports", params={"cursor": cursor(99, 1)})

    assert answer.status_code == 410
    assert answer.json()["hint"]


def test_reports_are_found_by_place_and_filtered_by_region(client: TestClient) -> None:
    by_name = client.get("/v1/reports", params={"q": "安居区"}).json()["reports"]
    by_code = client.get("/v1/reports", params={"region": "51"}).json()["reports"]

    assert [r["region"]["county"] for r in by_name] == ["安居区"]
    assert by_name[0]["id"] in {r["id"] for r in by_code}
    assert {r["region"]["province"] for r in by_code} == {"四川省"}


def test_passages_stream_as_lines(client: TestClient) -> None:
    lines = [json.loads(line) for line in client.get("/v1/passages?limit=500").text.splitlines()]

    assert len(lines) == client.get("/v1/stats").json()["passages"]
    assert {"id", "role", "text", "start", "end", "heading", "confidence"} == set(lines[0])


def test_the_same_again_costs_304(client: TestClient) -> None:
    first = client.get("/v1/reports")
    again = client.get("/v1/reports", headers={"if-none-match": first.headers["etag"]})
    other = client.get("/v1/reports?limit=1", headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200


def test_long_answers_are_compressed_for_those_who_ask(client: TestClient) -> None:
    assert client.get("/v1/reports", headers={"accept-encoding": "gzip"}).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get("/v1/reports", headers={"accept-encoding": "identity"}).headers


def test_compare_and_reuse_look_at_whole_reports(client: TestClient) -> None:
    ids = [r["id"] for r in client.get("/v1/reports?only_reports=true").json()["reports"]]
    compared = client.post("/v1/compare", json={"a": ids[0], "b": ids[1]}).json()
    used = client.get(f"/v1/reports/{ids[0]}/reuse").json()

    assert (compared["a"]["report"], compared["b"]["report"]) == (ids[0], ids[1])
    paired = {pair["a"] for pair in compared["pairs"]}
    assert paired.isdisjoint(compared["only_a"])
    assert used["report"]["report"] == ids[0]
    assert client.post("/v1/compare", json={"a": ids[0], "b": "r000000000000000"}).status_code == 404


def test_a_copied_draft_is_recognised_and_not_kept(client: TestClient) -> None:
    passages = client.get(f"/v1/reports/{first_report(client)}").json()["passages"]
    copied = max((p["text"] for p in passages if p["role"] == "measure"), key=len)
    before = client.get("/v1/stats").json()
    answer = client.post("/v1/check", json={"text": f"一、主要举措\n{copied}\n"}).json()

    assert answer["verbatim"] >= 1
    assert answer["parts"][0]["hits"][0]["kind"] == "verbatim"
    assert client.get("/v1/stats").json() == before


def test_inspection_shows_metadata_and_what_was_removed(client: TestClient, seeds: object) -> None:
    from pathlib import Path

    path = sorted(Path(str(seeds)).glob("000_*.txt"))[0]
    found = client.post("/v1/inspect", files={"file": (path.name, path.read_bytes())}).json()

    assert len(found) == 1
    assert found[0]["metadata"]["region"]["town"] == "太和镇"
    assert any(r["reason"] == "injected" for r in found[0]["removals"])
    assert found[0]["passages"]


def test_clusters_have_details_passages_trends_and_outline(client: TestClient) -> None:
    listed = client.get("/v1/clusters?role=measure").json()["clusters"]
    detail = client.get(f"/v1/clusters/{listed[0]['id']}").json()
    passages = client.get(f"/v1/clusters/{listed[0]['id']}/passages?limit=2")
    more = client.get(f"/v1/clusters/{listed[0]['id']}/passages?limit=2&cursor={passages.headers['x-next-cursor']}")
    trends = client.get("/v1/trends?role=measure&least=3").json()
    outline = client.get("/v1/outline").json()

    assert detail["cluster"]["name"] == listed[0]["name"]
    assert {p["passage"]["id"] for p in passages.json()}.isdisjoint(p["passage"]["id"] for p in more.json())
    assert trends
    assert all(
        rate["low"] <= rate["count"]["number"] / rate["count"]["of"] <= rate["high"]
        for t in trends
        for rate in t["years"].values()
    )
    assert outline["rows"]
    assert client.get("/v1/clusters/diff?role=measure").json()["generation"] == 1
    assert client.get("/v1/recurring").status_code == 200
    assert client.get("/v1/families").status_code == 200
    assert client.get("/v1/distinctive?k=5").json()["searched"] > 0


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for path in ("/", "/v1/reports", "/healthz", "/static/style.css", "/v1/nothing"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]

        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers


def test_every_route_and_field_is_described(client: TestClient) -> None:
    schema = client.get("/v1/openapi.json").json()
    undescribed = [
        f"{method} {path}"
        for path, methods in schema["paths"].items()
        for method, what in methods.items()
        if not what.get("description") or not what.get("summary")
    ]
    asked = ["SimilarRequest", "CompareRequest", "CorrectionRequest", "EmbeddingsRequest", "JobRequest", "FilterFields"]
    fields = [
        f"{name}.{field}"
        for name in asked
        for field, what in schema["components"]["schemas"][name]["properties"].items()
        if not what.get("description") and name != "JobRequest"
    ]

    assert undescribed == []
    assert fields == []
    assert "/" not in schema["paths"]
    assert schema["components"]["schemas"]["SimilarRequest"]["examples"]


def test_a_foreign_host_name_does_not_reach_a_server_without_keys(client: TestClient) -> None:
    answer = client.get("/v1/stats", headers={"host": "evil.example"})

    assert answer.status_code == 403


def test_what_somebody_searches_for_is_in_no_span(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from opentelemetry import trace

    begun: list[object] = []

    class Recording(trace.NoOpTracer):
        def start_span(self, *arguments: object, **options: object) -> trace.Span:  # type: ignore[override]
            begun.append((arguments, options))
            return trace.INVALID_SPAN

    class Provider(trace.TracerProvider):
        def get_tracer(self, *arguments: object, **options: object) -> trace.Tracer:  # type: ignore[override]
            return Recording()

    monkeypatch.setattr(trace, "get_tracer_provider", Provider)

    assert client.get("/v1/reports", params={"q": "独一无二"}).status_code == 200
    assert begun == []
