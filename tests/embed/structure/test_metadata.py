"""Metadata as a careful reader concludes it, with its evidence."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from embed.structure.facts import Facts
from embed.structure.report import Level, Region, ReportKind
from tests.helpers.documents import metadata_of, place_of, source_of

GOLD = Path(__file__).parents[2] / "gold"
REPORTS = sorted([*(GOLD / "dev").glob("r*.json"), *(GOLD / "real").glob("*.json")])
REPORT_KINDS = ("report", "half_year", "five_year", "述法")


def squeeze(value: str | None) -> str | None:
    return "".join(value.split()) if value else value


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_an_annotated_report_is_read_as_its_annotator_read_it(path: Path) -> None:
    expected = json.loads(path.read_text(encoding="utf-8"))
    found = metadata_of(path.with_suffix(".txt").read_bytes().decode("utf-8"))

    assert squeeze(found.title) == squeeze(expected["title"])
    assert squeeze(found.issuer) == squeeze(expected["issuer"])
    assert (found.year, found.doc_number, found.department) == tuple(
        expected[name] for name in ("year", "doc_number", "department")
    )
    assert (found.published.isoformat() if found.published else None) == expected["published"]
    assert found.level == expected["level"]
    assert {name: getattr(found.region, name) for name in expected["region"]} == expected["region"]
    assert found.kind.is_report


def headers(name: str = "headers.jsonl") -> list[dict[str, object]]:
    lines = (GOLD / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def test_heads_of_real_pages_are_read_within_the_agreed_bounds() -> None:
    hits: dict[str, list[bool]] = {name: [] for name in ("report", "region", "year", "level", "published")}
    for entry in headers():
        lines = [entry.get(k) for k in ("title", "source_line", "publish_line", "lead_hint")]
        found = metadata_of("\n".join(str(line) for line in lines if line) + "\n")
        expected = entry["expect"]
        assert isinstance(expected, dict)
        hits["report"].append(found.kind.is_report == (entry["kind"] in REPORT_KINDS))
        if entry["kind"] not in REPORT_KINDS:
            continue
        places = ("province", "city", "county", "town")
        hits["region"].append(all(getattr(found.region, p) == expected[p] for p in places))
        hits["year"].append(found.year == expected["year"])
        hits["level"].append(found.level == expected["level"])
        day = found.published.isoformat() if found.published else None
        hits["published"].append(day == expected["published"])
    rates = {name: sum(values) / len(values) for name, values in hits.items()}

    assert rates["report"] >= 0.95
    assert rates["year"] >= 0.95
    assert rates["published"] >= 0.95
    assert rates["level"] >= 0.90
    assert rates["region"] >= 0.87  # four of 31 name no place that could be told from its namesakes


FACTS = ("year", "published", "level", "department", "doc_number", "issuer", "title")


def test_varied_heads_are_read_as_their_annotator_read_them() -> None:
    wrong: list[str] = []
    for entry in headers("heads_varied.jsonl"):
        lines = [str(entry[k]) for k in ("title", "source_line", "publish_line", "lead_hint") if entry[k]]
        found = metadata_of("\n".join(lines) + "\n")
        expected = entry["expect"]
        assert isinstance(expected, dict)
        good = found.kind.is_report == (entry["kind"] in REPORT_KINDS)
        if entry["kind"] in REPORT_KINDS:
            said = {name: getattr(found, name) for name in FACTS} | {
                place: getattr(found.region, place) for place in ("province", "city", "county", "town")
            }
            said["published"] = found.published.isoformat() if found.published else None
            good &= all(squeeze_all(said[name]) == squeeze_all(value) for name, value in expected.items())
        wrong += [] if good else [lines[0]]

    assert len(wrong) <= 4, wrong


def squeeze_all(value: object) -> object:
    return squeeze(value) if isinstance(value, str) else value


@pytest.mark.parametrize("name", ["headers.jsonl", "heads_varied.jsonl"])
def test_no_head_of_a_page_gets_a_wrong_place(name: str) -> None:
    """A wrong region is worse than none: what is stated must be right, even where not everything could be stated."""
    wrong = []
    for entry in headers(name):
        lines = [entry.get(k) for k in ("title", "source_line", "publish_line", "lead_hint")]
        found = metadata_of("\n".join(str(line) for line in lines if line) + "\n").region
        expected = entry["expect"]
        assert isinstance(expected, dict)
        for place in ("province", "city", "county", "town"):
            said = getattr(found, place)
            if entry["kind"] in REPORT_KINDS and said is not None and said != expected[place]:
                wrong.append((entry["title"], place, said))

    assert wrong == []


@pytest.mark.parametrize(
    ("seed", "place", "level", "year"),
    [
        ("000", "四川省/眉山市/东坡区/太和镇", Level.TOWNSHIP, 2021),
        ("001", "湖南省/怀化市/辰溪县/潭湾镇", Level.TOWNSHIP, 2024),
        ("002", "四川省/遂宁市/安居区/", Level.COUNTY, 2022),
        ("003", "广东省/江门市/蓬江区/荷塘镇", Level.TOWNSHIP, 2019),
        ("004", "广东省/湛江市/廉江市/", Level.TOWNSHIP, 2022),
    ],
)
def test_the_seed_reports_come_out_right(seeds: Path, seed: str, place: str, level: Level, year: int) -> None:
    text = next(seeds.glob(f"{seed}_*.txt")).read_bytes().decode("utf-8")
    metadata = metadata_of(text)

    assert place_of(text) == place
    assert (metadata.level, metadata.year, metadata.kind) == (level, year, ReportKind.REPORT)


def test_the_letter_of_a_district_gives_every_field(seeds: Path) -> None:
    metadata = metadata_of(next(seeds.glob("002_*.txt")).read_bytes().decode("utf-8"))

    assert metadata.title == "中共遂宁市安居区委 遂宁市安居区人民政府关于2022年度法治政府建设情况的报告"
    assert metadata.doc_number == "遂安委〔2023〕21号"
    assert metadata.published == date(2023, 2, 28)
    assert metadata.issuer == "中共遂宁市安居区委 遂宁市安居区人民政府"
    assert metadata.region.code == "510904"


LETTER = """平利县自然资源局2023年法治政府建设情况报告
发布时间:2024-02-05 10:20  来源:平利县自然资源局
2023年,在县委、县政府领导下,我局依法行政。
平利县自然资源局
2024年1月30日
"""


def test_every_conclusion_quotes_the_source_at_its_place() -> None:
    metadata = metadata_of(LETTER)
    text = source_of(LETTER).text

    assert {e.field for e in metadata.evidence} >= {
        "title",
        "year",
        "published",
        "level",
        "department",
        "region",
        "kind",
    }
    for evidence in metadata.evidence:
        if evidence.start >= 0:
            assert text[evidence.start : evidence.end] == evidence.quote


def test_the_day_of_publication_wins_over_the_day_of_the_signature_which_is_listed() -> None:
    metadata = metadata_of(LETTER)

    assert metadata.published == date(2024, 2, 5)
    assert [c.value for c in metadata.candidates if c.field == "published"] == ["2024-01-30"]


def test_a_department_is_named_without_its_place() -> None:
    assert metadata_of(LETTER).department == "自然资源局"
    assert metadata_of(LETTER).level is Level.DEPARTMENT


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("来源: 某网 发布日期: 2024-03-01 浏览次数: 12", date(2024, 3, 1)),
        ("浏览次数:信息来源: 区司法局发布时间:2025-11-07 16:34", date(2025, 11, 7)),
        ("更新时间:2021/03/29 11:30:01", date(2021, 3, 29)),
        ("25.02.2016  10:00", date(2016, 2, 25)),
        ("更新时间:2025-12", None),
        ("今天是:2019年10月31日 星期四 农历十月初四", None),
    ],
)
def test_the_publication_line_gives_the_day_and_the_page_clock_does_not(line: str, day: date | None) -> None:
    text = f"平利县法治政府建设情况报告\n{line}\n我县坚持依法行政,开展普法宣传,全年共计三十二次。"

    assert metadata_of(text).published == day


def test_a_number_at_the_head_of_the_addressees_line_is_the_document_s() -> None:
    run_in = "苍溪县自然资源局2021年法治政府建设情况报告\n苍自然资〔2021〕186号 县委、县政府:2021年,我局坚持依法行政。"
    quoted = "苍溪县自然资源局2021年法治政府建设情况报告\n国发〔2010〕33号文件印发以来,我局坚持依法行政。"

    assert metadata_of(run_in).doc_number == "苍自然资〔2021〕186号"
    assert metadata_of(quoted).doc_number is None


@pytest.mark.parametrize("line", ["发布机构:大丰区人民政府 发文字号:大政发〔2024〕12号", "文  号:大政发〔2024〕12号"])
def test_the_number_of_the_document_is_read_off_the_fields_of_the_page(line: str) -> None:
    text = f"大丰区2023年法治政府建设情况报告\n{line}\n发布日期:2024-02-06\n2023年,大丰区坚持依法行政。"

    assert metadata_of(text).doc_number == "大政发〔2024〕12号"


@pytest.mark.parametrize(
    ("head", "issuer"),
    [
        ("中共池州市委　池州市人民政府\n关于2022年度法治政府建设情况的报告", "中共池州市委　池州市人民政府"),
        ("中共萧县县委\n萧县人民政府\n关于2022年度法治政府建设情况的报告", "中共萧县县委 萧县人民政府"),
        ("衡南县云集街道办事处2022年法治政府建设工作总结\n来源:云集街道", "衡南县云集街道办事处"),
        ("滏东街道办事处2022年法治政府建设工作总结\n来源:邯山区滏东街道办事处", "邯山区滏东街道办事处"),
        ("衡南县2022年法治政府建设工作总结\n发布机构:衡南县司法局", "衡南县司法局"),
    ],
)
def test_the_issuer_is_the_organ_that_is_named_most_fully(head: str, issuer: str) -> None:
    assert metadata_of(f"{head}\n2022年,我们坚持依法行政,开展普法宣传三十二次。").issuer == issuer


def test_the_title_is_quoted_in_the_script_of_the_source() -> None:
    metadata = metadata_of("潭灣鎮法治政府建設情況報告\n2024年,潭灣鎮堅持依法行政,開展普法宣傳。")

    assert metadata.title == "潭灣鎮法治政府建設情況報告"
    assert metadata.region.town == "潭湾镇"


@pytest.mark.parametrize(
    "title",
    ["平利县2023年法治政府建设情况报告-某某体育官方网站", "平利县2023年法治政府建设情况报告_平利县人民政府网"],
)
def test_what_a_page_or_a_spammer_hung_on_a_title_is_cut_off(title: str) -> None:
    text = f"{title}\n2023年,平利县坚持依法行政,全年开展普法宣传三十二次。"

    assert metadata_of(text).title == "平利县2023年法治政府建设情况报告"


def test_a_title_keeps_the_line_that_names_its_place() -> None:
    title = "2022年法治政府建设工作总结——英山县温泉镇"

    assert metadata_of(f"{title}\n2022年,我镇坚持依法行政,开展普法宣传。").title == title


def test_what_a_manifest_states_wins_and_is_recorded() -> None:
    stated = Region("陕西省", "安康市", "平利县", "城关镇", "610926100")
    facts = Facts(
        region=stated,
        year=2020,
        published=date(2021, 5, 6),
        title="城关镇报告",
        url="http://example.org/a",
        issuer="城关镇人民政府",
        department="司法所",
        level=Level.TOWNSHIP,
        kind=ReportKind.FIVE_YEAR,
        doc_number="城政〔2021〕1号",
    )
    metadata = metadata_of(LETTER, facts)

    assert metadata.region == stated
    assert (metadata.year, metadata.published, metadata.title) == (2020, date(2021, 5, 6), "城关镇报告")
    assert (metadata.issuer, metadata.department, metadata.level) == ("城关镇人民政府", "司法所", Level.TOWNSHIP)
    assert (metadata.kind, metadata.doc_number, metadata.url) == (
        ReportKind.FIVE_YEAR,
        "城政〔2021〕1号",
        "http://example.org/a",
    )
    assert {e.rule for e in metadata.evidence} == {"manifest"}


def test_an_empty_document_concludes_nothing() -> None:
    metadata = metadata_of("")

    assert (metadata.kind, metadata.title, metadata.year, metadata.level) == (ReportKind.OTHER, None, None, None)
    assert metadata.region == Region()


def test_the_title_of_a_page_in_one_line_stands_between_its_path_and_its_date() -> None:
    text = (
        "您现在的位置:首页 > 政务公开 > 永兴镇 湄潭县永兴镇2023年法治政府建设工作情况报告 "
        "发布日期:2024-01-11 来源:永兴镇人民政府 "
        "2023年,永兴镇扎实推进依法行政。现将情况报告如下: 一、主要做法 聘请法律顾问1名,审查合同36份。\n"
    )

    assert metadata_of(text).title == "湄潭县永兴镇2023年法治政府建设工作情况报告"
