"""The page as people use it, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.service.api.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.model]
PAGES = [
    "/",
    "/?q=人民调解",
    "/clusters",
    "/outline",
    "/reports",
    "/regions",
    "/map",
    "/compare",
    "/check",
    "/upload",
    "/jobs",
    "/api",
]


def report_of(site: Server, place: str) -> str:
    with site.client() as client:
        return str(client.get("/v1/reports", params={"q": place}).json()["reports"][0]["id"])


def test_a_phrase_finds_passages_of_several_places(page: Page) -> None:
    page.goto("/")
    page.get_by_label("一句话、一个问题").fill("人民调解化解矛盾纠纷")
    page.get_by_role("button", name="查找").click()

    expect(page.get_by_role("heading", name="结果")).to_be_visible()
    places = page.locator("section.card h3").all_inner_texts()
    assert len(places) >= 3
    assert len(set(places)) == len(places)
    page.get_by_role("link", name="还有谁这样写").first.click()
    expect(page.get_by_role("heading", name="还有谁这样写")).to_be_visible()


def test_filters_narrow_the_results(page: Page) -> None:
    page.goto("/?q=普法宣传")
    page.get_by_text("筛选与分组").click()
    page.get_by_text("只看这些地区").click()
    page.get_by_role("checkbox", name=re.compile("^四川省")).first.check()
    page.get_by_label("举措", exact=True).check()
    page.get_by_role("button", name="查找").click()

    for place in page.locator("section.card h3").all_inner_texts():
        assert place.startswith("四川省")
    tags = set(page.locator("article.hit .tag.role").all_inner_texts())
    assert tags == {"举措"}


def test_an_item_of_the_outline_narrows_the_results_as_over_the_api(page: Page, site: Server) -> None:
    asked = {"text": "普法宣传", "k": 10, "per_group": 2, "group_by": "county"}
    with site.client() as client:
        every = client.post("/v1/similar", json=asked).json()
        wanted = client.post("/v1/similar", json={**asked, "where": {"outline": ["20"]}}).json()
    assert 0 < wanted["searched"] < every["searched"]
    page.goto("/?q=普法宣传")
    page.get_by_text("筛选与分组").click()
    page.get_by_text("只看纲要这些条").click()
    page.get_by_role("checkbox", name=re.compile("^20 ")).check()
    page.get_by_role("button", name="查找").click()

    expect(page.get_by_text(f"在 {wanted['searched']} 个段落中查找")).to_be_visible()
    links = page.get_by_role("link", name="还有谁这样写").all()
    assert [link.get_attribute("href") for link in links] == [f"/passages/{hit['passage']}" for hit in wanted["hits"]]


def test_an_unknown_item_of_the_outline_is_passed_over(site: Server) -> None:
    with site.client() as client:
        answer = client.get("/", params={"q": "普法宣传", "outline": ["99", "20"]})

    assert answer.status_code == 200
    assert re.findall(r'name="outline" value="(\w+)" checked', answer.text) == ["20"]


def test_the_map_shows_the_places_chosen_in_the_tree(page: Page, site: Server) -> None:
    with site.client() as client:
        lines = client.get("/v1/reports", params={"region": "51", "limit": 100}).json()["reports"]
    page.goto("/map")
    everywhere = page.locator("svg.map a").count()
    page.locator("summary", has_text="地区").click()
    page.get_by_role("checkbox", name=re.compile("^四川省")).check()
    page.get_by_role("button", name="显示").click()

    shown = [str(link.get_attribute("href")) for link in page.locator("svg.map a").all()]
    assert 0 < len(shown) < everywhere
    assert {href.removeprefix("/passages/").partition(".")[0] for href in shown} <= {line["id"] for line in lines}
    expect(page.get_by_role("checkbox", name=re.compile("^四川省"))).to_be_checked()


def test_regions_are_chosen_in_a_tree_that_works_without_script(new_page: Callable[..., Page]) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/reports")
    page.get_by_text("地区", exact=True).and_(page.locator("summary")).click()
    page.get_by_label(re.compile("^四川省下辖")).click()
    page.get_by_label(re.compile("^遂宁市下辖")).click()
    page.get_by_role("checkbox", name=re.compile("^安居区")).check()
    page.get_by_role("button", name="筛选").click()

    places = page.locator("tbody tr td:nth-child(2)").all_inner_texts()
    assert places
    assert all(place.startswith("四川省遂宁市安居区") for place in places)
    expect(page.get_by_role("checkbox", name=re.compile("^安居区"))).to_be_checked()  # its branch stays open


def test_the_outline_page_counts_as_the_api_does(page: Page, site: Server) -> None:
    with site.client() as client:
        rows = {row["item"]["code"]: row for row in client.get("/v1/outline").json()["rows"]}
    page.goto("/outline")
    shown = page.locator("tbody tr")
    assert shown.count() == len(rows) == 41
    for line in shown.all():
        code = line.locator("td").first.inner_text().split()[0]
        counted = rows[code]["reports"]["count"]
        assert line.locator("td").nth(1).inner_text().strip() == f"{counted['number']} / {counted['of']}"
        assert line.locator("td").nth(2).inner_text() == str(rows[code]["passages"])
    page.locator("summary", has_text="没有写到的").first.click()
    page.locator("tbody details a").first.click()

    expect(page.get_by_role("navigation", name="提纲")).to_be_visible()


def test_a_region_s_profile_says_which_items_it_does_not_write_about(page: Page) -> None:
    page.goto("/regions/51")
    page.locator("summary", has_text="没有写到的").click()
    lacking = page.locator("details[open] li").count()
    said = page.get_by_text(re.compile("条应写的条目中写到")).inner_text()
    official, covered = (int(number) for number in re.findall(r"\d+", said)[:2])

    assert lacking == official - covered
    page.get_by_role("link", name="逐条查看").click()
    expect(page.get_by_role("checkbox", name=re.compile("^四川省"))).to_be_checked()


def test_a_report_is_read_by_outline_roles_and_source(page: Page, site: Server) -> None:
    page.goto(f"/reports/{report_of(site, '太和镇')}")
    expect(page.get_by_role("navigation", name="提纲").get_by_role("link").first).to_be_visible()
    assert page.locator("article.passage.measure").count() > 5
    expect(page.get_by_text("植入广告").first).to_be_visible()
    page.get_by_role("link", name="原文与清洗").click()

    assert "足彩" in "".join(page.locator("del").all_inner_texts())
    assert page.locator("mark.role.measure").count() > 5


def test_a_cluster_opens_renames_and_keeps_its_name(page: Page) -> None:
    page.goto("/clusters?role=measure")
    page.locator("tbody a").nth(1).click()
    expect(page.get_by_role("heading", name="覆盖面")).to_be_visible()
    page.get_by_text("改名、合并、拆分").click()
    page.get_by_label("新名称").fill("测试用的新名称")
    page.get_by_role("button", name="改名").click()

    expect(page.get_by_role("heading", name="测试用的新名称", level=1)).to_be_visible()
    page.goto("/clusters?role=measure")
    expect(page.get_by_role("link", name="测试用的新名称")).to_be_visible()


def test_two_reports_lie_side_by_side(page: Page, site: Server) -> None:
    page.goto("/compare")
    page.get_by_label("第一份").select_option(report_of(site, "太和镇"))
    page.get_by_label("第二份").select_option(report_of(site, "荷塘镇"))
    page.get_by_role("button", name="对比").click()

    expect(page.get_by_role("heading", name=re.compile("互相对应的段落"))).to_be_visible()
    assert page.get_by_role("heading", name=re.compile("只有一方有")).count() == 2


def test_an_upload_shows_progress_and_then_what_was_read(page: Page, gold: Path) -> None:
    page.goto("/upload")
    page.get_by_label("选择文件").set_input_files(gold / "dev" / "r11.txt")
    page.get_by_role("button", name="只看如何理解").click()
    expect(page.get_by_text("报告年份")).to_be_visible()
    page.goto("/upload")
    page.get_by_label("选择文件").set_input_files(gold / "dev" / "r11.txt")
    page.get_by_role("button", name="编入存储").click()
    expect(page.get_by_role("heading", name="读到的报告")).to_be_visible(timeout=90_000)
    page.locator("main ul a").first.click()

    expect(page.get_by_role("navigation", name="提纲")).to_be_visible(timeout=10_000)


def test_everything_basic_works_without_script(new_page: Callable[..., Page], site: Server) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/")
    page.get_by_label("一句话、一个问题").fill("执法人员不足")
    page.get_by_role("button", name="查找").click()
    assert page.locator("article.hit").count() >= 2
    page.goto("/clusters")
    assert page.locator("tbody tr").count() >= 3
    page.goto(f"/reports/{report_of(site, '安居区')}")
    assert page.locator("article.passage").count() >= 10
    page.goto("/check")
    page.get_by_label("粘贴草稿").fill("一、主要举措\n我镇依法有效化解社会矛盾纠纷,推进人民调解组织建设。")
    page.get_by_role("button", name="核对").click()

    expect(page.get_by_role("heading", name="核对结果")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_a_phone(new_page: Callable[..., Page], path: str) -> None:
    page = new_page(viewport={"width": 375, "height": 720})
    page.goto(path)

    assert page.evaluate("document.documentElement.scrollWidth") <= 375


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_language_switch_changes_every_page_and_is_remembered(page: Page, lang: str) -> None:
    page.goto(f"/?lang={lang}")
    for path in PAGES[2:]:
        page.goto(path)
        words = page.locator("main").inner_text()
        heading = page.locator("h1").inner_text()

        assert page.locator("html").get_attribute("lang") == ("zh-CN" if lang == "zh" else "en")
        assert bool(re.search("[一-鿿]", heading)) is (lang == "zh"), (path, words[:80])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(new_page: Callable[..., Page], site: Server, scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    report = report_of(site, "安居区")
    with site.client() as client:
        passage = client.get(f"/v1/reports/{report}").json()["passages"][3]["id"]
        cluster = client.get("/v1/clusters").json()["clusters"][0]["id"]
    more = [f"/reports/{report}", f"/reports/{report}?view=source", f"/passages/{passage}", f"/clusters/{cluster}"]
    found = {}
    for path in [*PAGES, *more, "/regions/51", "/distinctive"]:
        page.goto(path)
        result = Axe().run(page)
        if result.violations_count:
            found[path] = [
                (v["id"], v["nodes"][0]["html"][:160], v["nodes"][0].get("failureSummary", "")[:200])
                for v in result.response["violations"]
            ]

    assert found == {}


def test_the_keyboard_alone_reaches_search_and_results(page: Page) -> None:
    page.goto("/clusters")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("法律顾问")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", name="结果")).to_be_visible()


def test_an_unknown_page_says_so_and_leads_back(page: Page, site: Server) -> None:
    with site.client() as client:
        answer = client.get("/reports/r000000000000000", headers={"accept": "text/html", "accept-language": "zh"})

    assert answer.status_code == 404
    assert "没有找到" in answer.text
    assert 'href="/"' in answer.text
