"""An address in the manifest: enough to choose between namesakes, hardly ever enough alone."""

from __future__ import annotations

import pytest

from embed.structure.facts import Facts
from tests.helpers.documents import metadata_of

TOWN = "大河乡人民政府关于法治政府建设的情况报告\n2025年,大河乡始终坚持依法行政。"
STREET = "2025年,鼓楼街道办事处深入学习贯彻习近平法治思想,依法行政。"
OFFICE = "县委、县政府:\n2025年,县教育局持续深入学习习近平法治思想,依法治教。"
COUNTY = "平利县2023年法治政府建设情况报告\n2023年,平利县坚持依法行政。"


def place(text: str, url: str) -> str:
    region = metadata_of(text, Facts(url=url)).region
    return "/".join(part or "" for part in (region.province, region.city, region.county, region.town))


@pytest.mark.parametrize(
    ("text", "url", "expected"),
    [
        (TOWN, "http://www.cqwx.gov.cn/jz/dhx/zwgk/t1.html", "重庆市//巫溪县/大河乡"),
        (STREET, "http://www.bjmy.gov.cn/a.html", "北京市//密云区/鼓楼街道"),
        (STREET, "http://mirror.example/ncx/dongkou/a.html", "///鼓楼街道"),
        (OFFICE, "https://www.qingtian.gov.cn/art/1.html", "浙江省/丽水市/青田县/"),
        (OFFICE, "https://gy.gov.cn/art/1.html", "///"),
        (OFFICE, "https://www.qingtian.example/art/1.html", "///"),
        (COUNTY, "http://www.shache.gov.cn/a.html", "陕西省/安康市/平利县/"),
    ],
)
def test_an_address_decides_only_what_the_text_leaves_open(text: str, url: str, expected: str) -> None:
    assert place(text, url) == expected


@pytest.mark.parametrize(
    "url", ["", "not an address", "http://", "http://[::1]:80/", "ftp://例子.中国/路径", "x" * 100_000]
)
def test_any_address_is_accepted(url: str) -> None:
    assert place(TOWN, url) == "///大河乡"


def test_the_address_stands_among_the_evidence() -> None:
    metadata = metadata_of(TOWN, Facts(url="http://www.cqwx.gov.cn/a.html"))

    assert ("巫溪县", "address http://www.cqwx.gov.cn/a.html") in [
        (e.value, e.rule) for e in metadata.evidence if e.field == "region"
    ]
    assert metadata.url == "http://www.cqwx.gov.cn/a.html"


def test_the_address_that_a_page_states_of_itself_counts_like_one_in_the_manifest() -> None:
    from dataclasses import replace

    from embed.reading import clean
    from embed.reading.document import Hint
    from embed.structure.frame import find_frame
    from embed.structure.metadata import read_metadata
    from tests.helpers.documents import source_of

    hint = Hint("url", "http://www.cqwx.gov.cn/a.html", "<link rel=canonical>")
    source = replace(source_of(TOWN), hints=(hint,))
    cleaned = clean(source)
    metadata = read_metadata(source, cleaned, find_frame(cleaned))

    assert (metadata.region.county, metadata.url) == ("巫溪县", "http://www.cqwx.gov.cn/a.html")
