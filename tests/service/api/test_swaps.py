"""A running service takes up new generations without a failed request or an answer from two of them."""

from __future__ import annotations

import gc
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from embed.index import Store
from embed.models.encoder import Encoder
from embed.pipeline import index_files
from service.api import create_app
from service.settings import Settings
from service.similar.view import view_of
from tests.service.api.conftest import wait_until_ready

pytestmark = pytest.mark.model
SWAPS = 6


def test_generations_swap_under_load(seed_store: Path, settings: Settings, encoder: Encoder, tmp_path: Path) -> None:
    shutil.copytree(seed_store, tmp_path / "store")
    app = create_app(replace(settings, store=tmp_path / "store"))
    failures: list[str] = []
    seen: set[int] = set()
    done = threading.Event()
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        wait_until_ready(client)

        def ask() -> None:
            while not done.is_set():
                answer = client.post("/v1/similar", json={"text": "人民调解", "k": 5, "group_by": "county"})
                if answer.status_code != 200:
                    failures.append(answer.text)
                    return
                body = answer.json()
                seen.add(body["generation"])
                if len({hit["report"] for hit in body["hits"]}) != len(body["hits"]):
                    failures.append("a report twice")

        asking = [threading.Thread(target=ask) for _ in range(4)]
        for thread in asking:
            thread.start()
        store = Store.open(tmp_path / "store")
        for number in range(SWAPS):
            extra = tmp_path / f"extra-{number}.txt"
            extra.write_text(
                f"某镇2023年法治政府建设情况报告\n一、主要举措\n开展人民调解{number}次。\n", encoding="utf-8"
            )
            index_files(store, [extra], encoder)
            held = store.current_number()
            for _ in range(600):
                if client.get("/v1/stats").json()["generation"] == held:
                    break
            assert client.get("/v1/stats").json()["generation"] == held
        done.set()
        for thread in asking:
            thread.join(timeout=30)
        assert "bijian_generation_swaps 6.0" in client.get("/metrics").text

    assert failures == []
    assert len(seen) >= SWAPS
    # Only what is current, and the one kept to go back to, is still on the disk: nobody holds an old one.
    with store.writer() as writer:
        writer.remove_old(keep=1)
    assert store.generations() == [store.current_number()]


def test_a_new_generation_is_searched_before_anybody_asks(
    seed_store: Path, settings: Settings, encoder: Encoder, tmp_path: Path
) -> None:
    shutil.copytree(seed_store, tmp_path / "store")
    app = create_app(replace(settings, store=tmp_path / "store"))
    with TestClient(app, base_url="http://localhost") as client:
        wait_until_ready(client)
        extra = tmp_path / "extra.txt"
        extra.write_text("某镇2023年法治政府建设情况报告\n一、主要举措\n开展人民调解。\n", encoding="utf-8")
        index_files(Store.open(tmp_path / "store"), [extra], encoder)

        end = time.monotonic() + 30
        warm = False
        while not warm and time.monotonic() < end:
            with app.state.desk.generation() as generation:
                warm = generation.number == 2 and bool(view_of(generation)._wordings)
            time.sleep(0.05)

    assert warm


@pytest.mark.parametrize("alone", [True, False])
def test_a_serving_process_leaves_what_lasts_out_of_the_search_for_garbage(settings: Settings, alone: bool) -> None:
    before, app = gc.get_threshold(), create_app(settings)
    app.state.alone = alone
    gc.unfreeze()
    try:
        with TestClient(app, base_url="http://localhost") as client:
            wait_until_ready(client)

            assert (gc.get_freeze_count() > 10_000) is alone
            assert (gc.get_threshold() != before) is alone
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
