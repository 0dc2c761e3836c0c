"""The cluster report: what it counts, and that no format lets a report's text do anything but be read."""

from __future__ import annotations

import json
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from embed.index import Filter, Store
from embed.structure.report import Region, Report, Role
from service.cluster_report import FORMATS, NEEDED_ROLES, ClusterReport, build, write
from service.cluster_report.charts import passage_map
from service.cluster_report.content import MapPoint, PassageMap
from service.cluster_report.excel import write_excel
from service.cluster_report.html import write_html
from service.cluster_report.json_file import write_json
from service.cluster_report.markdown import write_markdown
from service.cluster_report.terms import terms
from service.cluster_report.word import write_word
from service.clusters import load
from tests.helpers.stores import HashEncoder, gold_store, make_report, make_store

MEDIATION = "健全人民调解组织网络，排查化解婚姻家庭、邻里矛盾纠纷，调解成功率{}%"
STAFF = "基层执法力量薄弱，人员编制不足，一人多岗，{}人待补"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'=cmd|calc!A1 |a|b| # [x](javascript:alert(3)) \x0b\x00"
FORMULA = '=HYPERLINK("http://evil.example","人民调解化解矛盾纠纷排查")'


def region(number: int) -> Region:
    names = [("四川省", "51"), ("浙江省", "33"), ("河北省", "13")]
    province, code = names[number % 3]
    return Region(province=province, county=f"第{number}县", code=f"{code}{number:04d}")


def reports() -> list[Report]:
    made = []
    for number in range(6):
        for year in (2023, 2024):
            passages = [
                (Role.MEASURE, MEDIATION.format(90 + number)),
                (Role.PROBLEM, STAFF.format(number + 2)),
                (Role.PLAN, "针对基层执法力量薄弱、人员编制不足、一人多岗，争取编制"),
            ]
            if number == 0:
                passages += [(Role.MEASURE, f"{EVIL}人民调解化解矛盾纠纷{year}"), (Role.MEASURE, FORMULA)]
            if number == 1:
                passages += [(Role.MEASURE, "为手写店招逐块扫描建立影像档案，记下店主口述的来历与题字经过")]
            made.append(make_report(f"{number}-{year}", passages, year=year, region=region(number)))
    return made


def content_of(store: Store, **given: object) -> ClusterReport:
    clustering = load(store, roles=NEEDED_ROLES, encoder=HashEncoder)
    with store.current() as generation:
        return build(generation, clustering, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return make_store(tmp_path_factory.mktemp("report") / "store", reports())


@pytest.fixture(scope="module")
def content(store: Store) -> ClusterReport:
    return content_of(store)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> ClusterReport:
    only = make_report("only", [(Role.BACKGROUND, "现将有关情况报告如下。")], year=None, region=Region())
    return content_of(make_store(tmp_path_factory.mktemp("empty") / "store", [only]))


def test_every_count_has_its_denominator(content: ClusterReport) -> None:
    measures = content.table(Role.MEASURE)
    assert measures is not None
    row = measures.rows[0]

    assert (row.share.count.number, row.share.count.of) == (12, 12)
    assert (row.regions.number, row.regions.of) == (6, 6)
    assert (row.provinces.number, row.provinces.of) == (3, 3)
    assert {year: (r.count.number, r.count.of) for year, r in row.years.items()} == {2023: (6, 6), 2024: (6, 6)}
    assert len(row.passage_ids) == row.passages


def test_a_problem_that_comes_back_names_its_places_and_years(content: ClusterReport) -> None:
    problems = content.table(Role.PROBLEM)
    assert problems is not None

    assert problems.rows[0].again_of == 6
    assert [years for _, years in problems.rows[0].again] == [(2023, 2024)] * 6


def test_a_problem_with_a_plan_for_it_is_not_open(content: ClusterReport) -> None:
    assert content.open_problems_count.of == 12
    assert content.open_problems == ()


def test_plans_that_the_next_report_says_nothing_about_are_listed(content: ClusterReport) -> None:
    assert content.open_plans_count.of == 6
    assert {entry.quote.year for entry in content.open_plans} <= {2023}


def test_the_spread_counts_places_year_by_year(content: ClusterReport) -> None:
    first = content.spreads[0]

    assert [(year.year, year.fresh, year.total) for year in first.years] == [(2023, 6, 6), (2024, 0, 6)]


def test_a_quote_is_the_text_at_its_offsets(content: ClusterReport, store: Store) -> None:
    table = content.table(Role.MEASURE)
    assert table is not None
    sources = {report.id: report.source_text for report in reports()}

    for quote in table.rows[0].representative:
        assert sources[quote.passage.split(".")[0]][quote.start : quote.end] == quote.text
        assert quote.passage in quote.citation


def test_a_filter_narrows_every_denominator(store: Store) -> None:
    part = content_of(store, where=Filter(regions=("51",), year_from=2024))
    table = part.table(Role.MEASURE)
    assert table is not None

    assert table.rows[0].share.count.of == 2
    assert "筛选" in part.scope


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", sorted(FORMATS))
def test_the_same_content_gives_the_same_bytes(store: Store, tmp_path: Path, form: str, lang: str) -> None:
    one = write(content_of(store, lang=lang), tmp_path / "1", (form,))[0]
    two = write(content_of(store, lang=lang), tmp_path / "2", (form,))[0]

    assert one.read_bytes() == two.read_bytes()
    assert len(one.read_bytes()) > 1000


def test_a_store_with_nothing_to_cluster_gives_a_report_in_every_format(empty: ClusterReport, tmp_path: Path) -> None:
    paths = write(empty, tmp_path, tuple(FORMATS))

    assert [path.suffix[1:] for path in paths] == list(FORMATS)
    assert "没有" in write_html(empty).decode()


def test_no_text_becomes_a_tag_or_loads_anything(content: ClusterReport) -> None:
    from lxml import html

    page = write_html(content).decode()
    tree = html.fromstring(page)

    assert EVIL[:20] not in page
    assert tree.xpath("//script | //img | //link | //iframe | //object") == []
    assert [a for a in tree.xpath("//@href") if not a.startswith("#")] == []
    assert not re.search(r"@import|url\(", page)
    assert list(tree.xpath("//@*[starts-with(name(), 'on')]")) == []


def test_every_link_in_the_page_leads_somewhere(content: ClusterReport) -> None:
    from lxml import html

    tree = html.fromstring(write_html(content).decode())
    targets = set(tree.xpath("//@id"))

    assert {a[1:] for a in tree.xpath("//@href")} <= targets


def test_markdown_shows_tags_and_marks_as_text(content: ClusterReport) -> None:
    text = write_markdown(content).decode()

    assert "<script" not in text
    assert not re.search(r"(?<!\\)\]\(", text)
    assert "\\#" in text


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(content: ClusterReport) -> None:
    from openpyxl import load_workbook

    data = write_excel(content)
    book = load_workbook(BytesIO(data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]

    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert all(cell.hyperlink is None for cell in cells)
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    with zipfile.ZipFile(BytesIO(data)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
    assert not any(b"<f>" in sheet for sheet in sheets)


def test_tables_of_the_workbook_are_frozen_and_filtered(content: ClusterReport) -> None:
    from openpyxl import load_workbook

    sheet = load_workbook(BytesIO(write_excel(content)))["常见举措"]

    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref is not None
    assert (sheet["E2"].value, sheet["F2"].value, sheet["G2"].number_format) == (12, 12, "0%")


def test_the_document_has_real_headings_and_heads_that_repeat(content: ClusterReport) -> None:
    import docx

    document = docx.Document(BytesIO(write_word(content)))
    styles = [p.style.name for p in document.paragraphs if p.style is not None]

    assert styles[0] == "Title"
    assert styles.count("Heading 1") >= 6
    assert document.tables
    assert all("w:tblHeader" in table.rows[0]._tr.xml for table in document.tables)
    assert any("<script>" in p.text for p in document.paragraphs)


def test_json_holds_the_whole_content(content: ClusterReport) -> None:
    value = json.loads(write_json(content))

    assert value["tables"][0]["rows"][0]["share"]["count"] == {"number": 12, "of": 12}


def test_english_words_and_names_are_used_when_asked_for(store: Store) -> None:
    english = content_of(store, lang="en")
    table = english.table(Role.MEASURE)
    assert table is not None

    assert table.title == "Common measures"
    assert table.rows[0].name == "Mediation and settling of disputes"
    assert "in at least half" in " ".join(english.summary)
    assert english.heat is not None
    assert english.heat.columns[0][1] == "Mediation and settling of disputes"


def test_only_the_roles_that_were_asked_for_are_shown(store: Store) -> None:
    part = content_of(store, shown=(Role.PROBLEM,))

    assert [table.role for table in part.tables] == [Role.PROBLEM]


def test_plans_and_causes_have_tables_where_they_were_clustered(store: Store) -> None:
    every = content_of(store)
    clustering = load(store, roles=(Role.MEASURE, Role.PROBLEM), encoder=HashEncoder)
    with store.current() as generation:
        less = build(generation, clustering)

    assert [table.title for table in every.tables] == ["常见举措", "存在问题", "原因", "工作打算"]
    plans = every.table(Role.PLAN)
    assert plans is not None
    assert plans.rows[0].share.count.number == 12
    assert [table.role for table in less.tables] == [Role.MEASURE, Role.PROBLEM]


def test_the_summary_says_what_no_plan_takes_up_and_what_was_not_reported_on(content: ClusterReport) -> None:
    assert "12个问题段落中有0个在同一份报告里没有对应的打算。" in content.summary
    assert any(line.startswith("有次年报告可查的6项打算中，") for line in content.summary)


def test_a_cell_is_one_region_year_and_cluster_with_its_denominator(content: ClusterReport) -> None:
    measures = content.table(Role.MEASURE)
    assert measures is not None
    mine = [cell for cell in content.cells if cell.cluster == measures.rows[0].id]

    assert [(cell.region, cell.year) for cell in mine] == [
        (region, year) for region in ("河北省", "浙江省", "四川省") for year in (2023, 2024)
    ]
    assert {(cell.share.count.number, cell.share.count.of, cell.share.few) for cell in mine} == {(2, 2, True)}


def test_every_number_of_the_workbook_can_be_followed_to_its_passages(content: ClusterReport) -> None:
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(write_excel(content)))
    listed = [(row[0], row[2]) for row in book["段落清单"].iter_rows(min_row=2, values_only=True)]

    assert listed == [
        (row.id, passage) for table in content.tables for row in table.rows for passage in row.passage_ids
    ]
    assert {row[5] for row in book["地区与年度"].iter_rows(min_row=2, values_only=True)} <= {1, 2}


def test_rows_of_the_documents_tables_stay_on_one_page(content: ClusterReport) -> None:
    import docx

    tables = docx.Document(BytesIO(write_word(content))).tables

    assert all("w:cantSplit" in row._tr.xml for table in tables for row in table.rows)


def test_labels_of_the_map_do_not_lie_on_one_another(content: ClusterReport) -> None:
    point = content.maps[0].points[0]
    names = (("M1", "人民调解与矛盾纠纷"), ("M2", "普法宣传与法治文化"), ("M3", "行政复议"))
    points = tuple(
        MapPoint(x, 0.5, place, point.passage, point.label, point.text)
        for place, x in ((0, 0.5), (0, 0.5), (1, 0.52), (2, 0.9))
    )

    drawn = passage_map(PassageMap(Role.MEASURE, names, points, 4), terms("zh"))

    assert re.findall(r'class="place">([^<]+)<', drawn) == ["人民调解与矛盾纠纷", "行政复议"]
    assert "普法宣传与法治文化" in drawn


def test_the_annotated_reports_give_a_report_in_every_format(tmp_path: Path) -> None:
    files = sorted((Path(__file__).parents[2] / "gold" / "dev").glob("*.txt"))
    store = gold_store(tmp_path / "store", files, HashEncoder())
    found = content_of(store)

    paths = write(found, tmp_path / "out", tuple(FORMATS))

    assert found.scope.startswith("12份报告，年度2018—2024")
    assert [table.passages > 0 for table in found.tables] == [True] * 4
    assert all(path.stat().st_size > 20_000 for path in paths)
    page = (tmp_path / "out" / "cluster-report.html").read_text(encoding="utf-8")
    assert "第一责任人" in page
    assert "None" not in page
