"""Who may do what: keys, scopes, sessions, rate limits, the audit log."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from embed.exceptions import QueryError
from service.api import create_app
from service.api.keys import KeyBook, Scope
from service.api.ledger import Ledger
from service.api.limits import RateLimits
from service.settings import Settings
from tests.service.api.conftest import ROOT, wait_until_ready


@pytest.fixture
def book(tmp_path: Path) -> KeyBook:
    return KeyBook(Ledger(tmp_path))


def test_a_secret_is_never_stored(book: KeyBook, tmp_path: Path) -> None:
    _, secret = book.create("平台", Scope.READ)

    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert secret.encode() not in everything
    assert secret.startswith("bj_")
    assert len(secret) > 40


def test_a_key_is_found_by_its_secret_alone(book: KeyBook) -> None:
    key, secret = book.create("a", Scope.WRITE)

    assert book.check(secret) == key
    assert book.check(secret[:-1]) is None
    assert book.check("") is None


def test_a_rotated_secret_ends_at_once(book: KeyBook) -> None:
    _, old = book.create("a", Scope.READ)
    assert book.check(old) is not None
    key, new = book.rotate("a")

    assert book.check(old) is None
    assert book.check(new) == replace(key, last_used=book.named("a").last_used)


def test_a_revoked_key_ends_with_its_sessions(book: KeyBook) -> None:
    key, secret = book.create("a", Scope.READ)
    token = book.open_session(key)
    assert book.session(token) is not None
    book.revoke("a")

    assert book.check(secret) is None
    assert book.session(token) is None
    assert [k.revoked is not None for k in book.all()] == [True]


def test_the_last_use_is_noted(book: KeyBook) -> None:
    _, secret = book.create("a", Scope.READ)
    assert book.all()[0].last_used is None
    book.check(secret)

    assert book.all()[0].last_used is not None


@pytest.mark.parametrize("name", ["", "a" * 65, "a\nb", "<b>", "a'; DROP TABLE keys; --/"])
def test_names_that_are_no_names_are_refused(book: KeyBook, name: str) -> None:
    with pytest.raises(QueryError):
        book.create(name, Scope.READ)


def test_two_keys_cannot_have_one_name(book: KeyBook) -> None:
    book.create("a", Scope.READ)

    with pytest.raises(QueryError, match="there already"):
        book.create("a", Scope.ADMIN)


@pytest.mark.parametrize(
    ("held", "needed", "allowed"),
    [("read", "read", True), ("read", "write", False), ("write", "read", True), ("admin", "write", True)],
)
def test_each_scope_includes_the_one_before(held: str, needed: str, allowed: bool) -> None:
    assert Scope(held).allows(Scope(needed)) is allowed


def test_a_bucket_lets_half_a_minute_through_at_once_and_then_one_by_one() -> None:
    limits = RateLimits(60)

    assert [limits.wait("k", at=0.0) for _ in range(30)] == [0.0] * 30
    assert limits.wait("k", at=0.0) == pytest.approx(1.0)
    assert limits.wait("k", at=1.0) == 0.0
    assert limits.wait("another", at=0.0) == 0.0


def test_no_limit_refuses_nobody() -> None:
    limits = RateLimits(0)

    assert {limits.wait("k", at=0.0) for _ in range(10_000)} == {0.0}


@pytest.fixture(scope="module")
def guarded(
    seed_store: Path, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[TestClient, dict[str, str], Path]]:
    store = tmp_path_factory.mktemp("guarded") / "store"
    shutil.copytree(seed_store, store)
    book = KeyBook(Ledger(store))
    secrets = {scope.value: book.create(scope.value, scope)[1] for scope in Scope}
    app = create_app(replace(settings, store=store))
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        wait_until_ready(client)
        yield client, secrets, store


@pytest.mark.model
def test_without_a_key_nothing_but_health_is_answered(guarded: tuple[TestClient, dict[str, str], Path]) -> None:
    client, _, _ = guarded

    assert client.get("/healthz").status_code == 200
    for path in ("/v1/reports", "/v1/stats", "/v1/clusters", "/metrics", "/v1/jobs"):
        refused = client.get(path)
        assert (path, refused.status_code) == (path, 401)
        assert refused.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.model
def test_a_read_key_reads_and_does_not_write(guarded: tuple[TestClient, dict[str, str], Path]) -> None:
    client, secrets, _ = guarded
    bearer = {"authorization": f"Bearer {secrets['read']}"}

    assert client.get("/v1/stats", headers=bearer).status_code == 200
    assert client.get("/v1/stats", headers={"x-api-key": secrets["read"]}).status_code == 200
    assert client.post("/v1/jobs", json={"kind": "recluster"}, headers=bearer).status_code == 403
    assert client.get("/v1/stats", headers={"authorization": "Bearer bj_wrong"}).status_code == 401


@pytest.mark.model
def test_a_browser_signs_in_once_and_out_again(guarded: tuple[TestClient, dict[str, str], Path]) -> None:
    client, secrets, _ = guarded
    page = {"accept": "text/html"}

    asked = client.get("/reports", headers=page, follow_redirects=False)
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=/reports")
    assert client.post("/sign-in", data={"key": "bj_wrong"}, headers=page).status_code == 401
    opened = client.post("/sign-in?next=/reports", data={"key": secrets["read"]}, follow_redirects=False)
    assert (opened.status_code, opened.headers["location"]) == (303, "/reports")
    assert "HttpOnly" in opened.headers["set-cookie"]
    assert "SameSite=strict" in opened.headers["set-cookie"]
    assert client.get("/reports", headers=page).status_code == 200
    client.post("/sign-in", data={}, follow_redirects=False)
    client.cookies.clear()
    assert client.get("/reports", headers=page, follow_redirects=False).status_code == 303


@pytest.mark.model
@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example", "/a\r\nx: y"])
def test_signing_in_never_leads_elsewhere(guarded: tuple[TestClient, dict[str, str], Path], target: str) -> None:
    client, secrets, _ = guarded
    opened = client.post("/sign-in", params={"next": target}, data={"key": secrets["read"]}, follow_redirects=False)
    client.cookies.clear()

    assert opened.headers["location"] == "/"


@pytest.mark.model
def test_a_write_that_another_site_sends_is_refused(guarded: tuple[TestClient, dict[str, str], Path]) -> None:
    client, secrets, _ = guarded
    bearer = {"authorization": f"Bearer {secrets['admin']}"}
    for foreign in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = client.post("/v1/jobs", json={"kind": "recluster"}, headers={**bearer, **foreign})

        assert answer.status_code == 403


@pytest.mark.model
def test_writes_are_in_the_audit_log_without_text(guarded: tuple[TestClient, dict[str, str], Path]) -> None:
    client, secrets, store = guarded
    bearer = {"authorization": f"Bearer {secrets['write']}"}
    report = client.get("/v1/reports", headers=bearer).json()["reports"][0]["id"]
    correction = {"fields": {"year": 2021}, "why": "保密的理由"}
    started = client.patch(f"/v1/reports/{report}", json=correction, headers=bearer)
    assert started.status_code == 202
    client.delete(f"/v1/jobs/{started.json()['id']}", headers=bearer)
    with sqlite3.connect(store / "service.sqlite") as connection:
        rows = connection.execute("SELECT who, action, subject, detail FROM audit ORDER BY id").fetchall()
    connection.close()

    assert ("write", "correct", report, "year") in rows
    assert "保密" not in json.dumps(rows, ensure_ascii=False)


def test_the_command_line_makes_lists_rotates_and_revokes_keys(tmp_path: Path) -> None:
    def bijian(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "service.cli.main", "keys", *arguments, "--store", str(tmp_path / "s")]
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)

    made = json.loads(bijian("create", "平台", "--scope", "write", "--format", "json").stdout)
    rotated = bijian("rotate", "平台").stdout.strip()
    listed = json.loads(bijian("list", "--format", "json").stdout)
    bijian("revoke", "平台")
    after = json.loads(bijian("list", "--format", "json").stdout)

    assert made["secret"].startswith("bj_")
    assert rotated.startswith("bj_")
    assert rotated != made["secret"]
    assert [(k["name"], k["scope"], k["revoked"]) for k in listed] == [("平台", "write", None)]
    assert "secret" not in listed[0]
    assert after[0]["revoked"]
    assert bijian("revoke", "平台").returncode == 2
