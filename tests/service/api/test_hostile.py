"""Hostile requests are refused or escaped; none ends in a 5xx."""

from __future__ import annotations

import contextlib
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from embed.exceptions import StoreMissing
from service.api import create_app, problems
from service.api.uploads import safe_name
from service.settings import Settings
from tests.service.api.conftest import wait_until_ready

MARK = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("/abs/olute.txt", "olute.txt"),
        ("a\x00b\nc\r.txt", "abc.txt"),
        ("..", "upload"),
        (".", "upload"),
        ("", "upload"),
        (None, "upload"),
        ("   ", "upload"),
        ("\u202egnp.exe", "gnp.exe"),
        ("报告.docx", "报告.docx"),
        ("长" * 300 + ".txt", "长" * 65 + ".txt"),
    ],
)
def test_a_sent_name_is_only_ever_the_last_part_of_a_name(given: str | None, safe: str) -> None:
    assert safe_name(given) == safe
    assert len(safe.encode()) <= 200


@pytest.fixture(scope="module")
def small(seed_store: Path, settings: Settings) -> Iterator[TestClient]:
    """A server that takes bodies of one megabyte at most."""
    app = create_app(replace(settings, store=seed_store, body_limit_mb=1))
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        wait_until_ready(client)
        yield client


@pytest.mark.model
def test_a_body_over_the_limit_is_refused_by_its_head_and_by_counting(small: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 65536

    by_head = small.post("/v1/check", content=b"x" * 1_100_000)
    by_count = small.post("/v1/check", content=pieces(), headers={"content-type": "application/json"})
    upload = small.post("/v1/inspect", files={"file": ("a.txt", b"x" * 2_000_000)})

    assert [by_head.status_code, by_count.status_code, upload.status_code] == [413, 413, 413]
    assert by_count.json()["type"] == "urn:bijian:problem:too-large"


@pytest.mark.model
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"text":' * 100_000,
        b'{"text": "' + b"\xff\xfe" + b'"}',
        b'{"text": "\\ud800"}',
        b'{"text": NaN}',
        b'{"text": "a", "k": 1e400}',
        b'{"text": "a", "k": 99999999999999999999999}',
        b'{"text": {"a": 1}}',
        b'{"text": "a", "where": {"regions": ["4\' OR 1=1"]}}',
        b'{"text": "a", "where": {"year_from": 2030, "year_to": 1990}}',
        b'{"text": "a", "cursor": "\\u0000"}',
        b"null",
        b"",
        b'"text"',
        b'{"passage": "r0123456789abcde.001\\n"}',
        b'{"text": ""}',
        b'{"text": "   "}',
        b'{"text": "\\u0000"}',
    ],
    ids=str,
)
def test_bodies_that_mean_harm_are_refused(client: TestClient, body: bytes) -> None:
    answer = client.post("/v1/similar", content=body, headers={"content-type": "application/json"})

    assert answer.status_code in (200, 400, 404, 422), answer.text
    if answer.status_code == 200:
        assert answer.json()["hits"] == [] or b"2030" not in body


@pytest.mark.model
@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/%2e%2e/api/app.py",
        "/static/..%2f..%2fapi%2fapp.py",
        "/v1/jobs/..%2f..%2f/files/catalog.sqlite",
        "/v1/jobs/j0/files/..%2f..%2fcatalog.sqlite",
        "/v1/passages/..%2f..%2fetc%2fpasswd",
        "/v1/reports/%00",
        "/v1/reports/%0d%0aset-cookie:%20a=b",
        "/reports/%3Cscript%3Ealert(1)%3C/script%3E",
        "/v1/clusters/" + "A" * 5000,
        "/regions/99999999999999",
        "/regions/١٢",
        "/jobs/'%20OR%201=1",
    ],
)
def test_paths_lead_nowhere_else(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"accept": "text/html"})

    assert answer.status_code in (400, 404, 422)
    assert "create_app" not in answer.text
    assert MARK not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.model
def test_header_values_do_not_grow_headers(client: TestClient) -> None:
    answer = client.get("/reports?lang=zh%0d%0aset-cookie:%20x=y&q=%0d%0aa:b", headers={"accept": "text/html"})

    assert answer.status_code == 200
    assert "x" not in answer.cookies


@pytest.mark.model
def test_too_many_headers_are_refused(client: TestClient) -> None:
    assert client.get("/healthz", headers={"x-long": "a" * 20_000}).status_code == 431


HOSTILE_REPORT = f"""{MARK}市{MARK}区人民政府关于2023年度法治政府建设情况的报告{MARK}

一、主要举措{MARK}
（一）加强{MARK}普法宣传。开展“{MARK}”宣传活动20场次，覆盖群众5000人次，<img src=x onerror=alert(1)>提升了法治意识。
（二）规范执法。={{{{7*7}}}}{{% print(1) %}}${{7*7}}开展执法检查30次，查处案件12件。
二、存在的问题
执法力量不足，"'><svg/onload=alert(1)>专业人员偏少。
三、下一步打算
下一步，我区将加强队伍建设javascript:alert(1)。
"""


@pytest.mark.model
def test_script_in_every_part_of_a_report_is_only_ever_text(
    seed_store: Path, settings: Settings, tmp_path: Path, encoder: object
) -> None:
    import docx

    from embed.index import Store
    from embed.models.encoder import Encoder
    from embed.pipeline import index_files

    # A Word file, because in a text file the tags would be read as those of a saved web page.
    file = tmp_path / f"{MARK.replace('/', '')}.docx"
    document = docx.Document()
    for line in HOSTILE_REPORT.splitlines():
        document.add_paragraph(line)
    document.save(str(file))
    store = Store.open(tmp_path / "store", create=True)
    assert hasattr(encoder, "encode")
    typed: Encoder = encoder  # type: ignore[assignment]
    index_files(store, [file, *sorted(Path(__file__).parents[3].glob("seeds/00[01]*"))], typed)
    app = create_app(replace(settings, store=store.path))
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        wait_until_ready(client)
        reports = client.get("/v1/reports").json()["reports"]
        hostile = next(r["id"] for r in reports if "script" in r["file"])
        other = next(r["id"] for r in reports if r["id"] != hostile)
        detail = client.get(f"/v1/reports/{hostile}")
        passages = detail.json()["passages"]
        assert passages
        assert MARK in detail.text
        paths = [
            f"/?q={MARK}",
            "/?q=普法宣传",
            "/reports",
            f"/reports?q={MARK}",
            f"/reports/{hostile}",
            f"/reports/{hostile}?view=source",
            f"/reports/{hostile}?view=reuse",
            f"/compare?a={hostile}&b={other}",
            f"/compare?a={MARK}&b=x",
            "/clusters?role=measure&least=1",
            "/clusters?role=problem&least=1",
            "/regions",
            "/map",
            "/distinctive",
            *(f"/passages/{p['id']}" for p in passages),
            *(f"/clusters/{c['id']}" for c in client.get("/v1/clusters").json()["clusters"]),
        ]
        for path in paths:
            page = client.get(path, headers={"accept": "text/html"})
            assert (path, page.status_code) == (path, 200)
            assert "<script>alert" not in page.text, path
            assert "<img src=x" not in page.text, path
            assert "<svg/onload" not in page.text, path
            assert page.text.count("<script") == 1, path
        checked = client.post("/check", data={"text": HOSTILE_REPORT}, headers={"accept": "text/html"})
        assert checked.status_code == 200
        assert "<script>alert" not in checked.text


@pytest.mark.model
def test_files_that_are_no_reports_are_answered_with_a_reason(client: TestClient) -> None:
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * 30_000_000)
        archive.writestr("../../evil.txt", b"x")
    sent = {
        "empty.txt": b"",
        "zeros.bin": b"\x00" * 5000,
        "bomb.zip": bomb.getvalue(),
        "broken.docx": b"PK\x03\x04" + b"x" * 100,
        "broken.pdf": b"%PDF-1.7\n" + b"x" * 100,
    }
    for name, data in sent.items():
        answer = client.post("/v1/inspect", files={"file": (name, data)})

        assert answer.status_code in (200, 422), (name, answer.text)
        if answer.status_code == 422:
            assert answer.json()["detail"], name


@pytest.mark.model
def test_a_store_without_reports_answers_with_the_next_step(settings: Settings, tmp_path: Path) -> None:
    app = create_app(replace(settings, store=tmp_path / "empty"))
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        wait_until_ready(client)
        refused = client.post("/v1/similar", json={"text": "普法"})
        page = client.get("/", headers={"accept": "text/html"})

        assert refused.status_code == 409
        assert refused.json()["type"] == "urn:bijian:problem:store-empty"
        assert "POST /v1/reports" in refused.json()["hint"]
        assert page.status_code == 200
        assert "/upload" in page.text
        for path in ("/clusters", "/reports", "/map", "/regions", "/compare", "/distinctive", "/jobs", "/upload"):
            assert client.get(path, headers={"accept": "text/html"}).status_code in (200, 409)


def test_a_folder_with_other_things_is_no_store(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x")
    app = create_app(replace(settings, store=tmp_path))

    with pytest.raises(StoreMissing), TestClient(app):
        pass


@pytest.mark.model
def test_only_named_origins_may_call_from_a_browser(seed_store: Path, settings: Settings) -> None:
    app = create_app(replace(settings, store=seed_store, cors_origins="https://platform.example"))
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        wait_until_ready(client)
        named = client.options("/v1/similar", headers={**asked, "origin": "https://platform.example"})
        other = client.options("/v1/similar", headers={**asked, "origin": "https://evil.example"})
        write = client.post("/v1/similar", json={"text": "人民调解"}, headers={"origin": "https://platform.example"})

    assert named.headers["access-control-allow-origin"] == "https://platform.example"
    assert "access-control-allow-origin" not in other.headers
    assert (write.status_code, write.headers["access-control-allow-origin"]) == (200, "https://platform.example")


def test_a_database_that_another_process_keeps_busy_is_a_503_to_be_tried_again(tmp_path: Path) -> None:
    app = FastAPI()
    problems.install(app)
    holder = sqlite3.connect(tmp_path / "busy.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")

    @app.get("/write")
    def write() -> None:
        with contextlib.closing(sqlite3.connect(tmp_path / "busy.sqlite", timeout=0)) as connection:
            connection.execute("BEGIN IMMEDIATE")

    with contextlib.closing(holder), TestClient(app, raise_server_exceptions=False) as asking:
        answer = asking.get("/write")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json()["type"] == "urn:bijian:problem:store"
