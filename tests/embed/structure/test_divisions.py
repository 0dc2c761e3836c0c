"""The table of administrative divisions: names, short names, chains, codes, changes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from embed.structure.divisions import (
    Divisions,
    UnknownRegion,
    find_mentions,
    find_stems,
    load_divisions,
    resolve_region,
)
from embed.structure.divisions.names import short_names, stem_of, town_stem
from embed.structure.report import Region


@pytest.fixture(scope="module")
def divisions() -> Divisions:
    return load_divisions()


def names(region: Region) -> str:
    return "/".join(part or "" for part in (region.province, region.city, region.county, region.town))


def test_the_table_has_every_level_of_today(divisions: Divisions) -> None:
    today = [code for row, code in enumerate(divisions.codes) if not divisions.is_former(row)]

    assert sum(len(code) == 2 for code in today) == 31
    assert sum(len(code) == 4 for code in today) == 333
    assert sum(len(code) == 6 for code in today) > 2900
    assert sum(len(code) == 9 for code in today) > 41_000


def test_the_data_files_are_small() -> None:
    from importlib import resources

    folder = resources.files("embed.structure.divisions")

    assert len((folder / "divisions.tsv.gz").read_bytes()) < 500_000


def test_importing_the_table_reads_nothing() -> None:
    code = "import embed.structure.divisions.table as t; raise SystemExit(t.load_divisions.cache_info().currsize)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("511402102", "四川省/眉山市/东坡区/太和镇"),
        ("110115", "北京市//大兴区/"),
        ("500238207", "重庆市//巫溪县/大河乡"),
        ("419001", "河南省//济源市/"),
        ("441900119", "广东省/东莞市//长安镇"),
        ("6202", "甘肃省/嘉峪关市//"),
        ("460400", "海南省/儋州市//"),
        ("429004", "湖北省//仙桃市/"),
        ("659001", "新疆维吾尔自治区//石河子市/"),
        ("532302", "云南省/楚雄彝族自治州/禄丰市/"),
    ],
)
def test_a_code_gives_its_chain_of_names(divisions: Divisions, code: str, path: str) -> None:
    row = divisions.row_of(code)

    assert row is not None
    assert names(divisions.region(row)) == path


def test_a_town_in_a_functional_zone_has_no_county(divisions: Divisions) -> None:
    row = divisions.row_of("411771360")

    assert row is not None
    assert divisions.region(row) == Region("河南省", "驻马店市", None, "关王庙乡", "411771360")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("红河哈尼族彝族自治州", "红河州"),
        ("金平苗族瑶族傣族自治县", "金平县"),
        ("科尔沁右翼中旗", "科右中旗"),
        ("西乌珠穆沁旗", "西乌旗"),
        ("鄂温克族自治旗", "鄂温克旗"),
        ("梅里斯达斡尔族区", "梅里斯区"),
    ],
)
def test_everyday_short_names_are_known(divisions: Divisions, name: str, short: str) -> None:
    assert short in short_names(name)
    assert [divisions.names[row] for row in divisions.full[short]] == [name]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("内蒙古自治区", "内蒙古"),
        ("广西壮族自治区", "广西"),
        ("廉江市", "廉江"),
        ("兴安盟", "兴安"),
        ("赣县区", "赣县"),
    ],
)
def test_bare_names_leave_the_kind_word_out(name: str, stem: str) -> None:
    assert stem_of(name) == stem


def test_bare_names_of_towns_leave_the_people_out_too() -> None:
    assert [town_stem(n) for n in ("小龙门乡", "马头山瑶族乡", "北城街街道", "巴彦苏木")] == [
        "小龙门",
        "马头山",
        "北城街",
        "巴彦",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("临沂市河东区汤头街道", [("临沂市", "3713"), ("河东区", "371312"), ("汤头街道", "371312006")]),
        ("荣昌区人民政府广顺街道办事处", [("荣昌区", "500153"), ("广顺街道", "500153003")]),
        ("广州市荔湾区金花街", [("广州市", "4401"), ("荔湾区", "440103"), ("金花街道", "440103008")]),
        ("江西省南昌县", [("江西省", "36"), ("南昌县", "360121")]),
        ("淮北市烈山区委烈山区人民政府", [("淮北市", "3406"), ("烈山区", "340604"), ("烈山区", "340604")]),
    ],
)
def test_names_are_found_and_narrow_each_other_down(
    divisions: Divisions, text: str, found: list[tuple[str, str]]
) -> None:
    mentions = find_mentions(text, divisions)

    assert [(m.text, divisions.codes[m.rows[0]]) for m in mentions] == found
    assert all(len(m.rows) == 1 for m in mentions)


@pytest.mark.parametrize(
    "text",
    [
        "在省委和县委领导下",
        "响应县级要求",
        "全区各镇街",
        "老城区改造",
        "推进新城镇建设",
        "小城镇",
        "我市我县我区",
        "城关镇",
    ],
)
def test_words_that_only_look_like_names_are_none(divisions: Divisions, text: str) -> None:
    assert find_mentions(text, divisions) == []


def test_a_two_letter_county_is_found_where_a_name_can_begin(divisions: Divisions) -> None:
    assert [m.text for m in find_mentions("赵县人民政府", divisions)] == ["赵县"]


def test_a_name_shared_by_many_places_keeps_all_of_them(divisions: Divisions) -> None:
    (mention,) = find_mentions("鼓楼区", divisions)

    assert sorted(divisions.codes[r] for r in mention.rows) == ["320106", "320302", "350102", "410204"]


def test_bare_names_are_found_the_longest_first(divisions: Divisions) -> None:
    found = find_stems("乌兰浩特将坚持,学习“枫桥经验”,遵义会议", divisions)

    assert [m.text for m in found] == ["乌兰浩特"]


@pytest.mark.parametrize(
    ("text", "path", "code"),
    [
        ("四川省/眉山市/东坡区/太和镇", "四川省/眉山市/东坡区/太和镇", "511402102"),
        ("四川省眉山市东坡区", "四川省/眉山市/东坡区/", "511402"),
        ("511400", "四川省/眉山市//", "5114"),
        ("51", "四川省///", "51"),
        ("北京市 > 市辖区 > 大兴区", "北京市//大兴区/", "110115"),
        ("吉林", "吉林省///", "22"),
        ("大丰市", "江苏省/盐城市/大丰市/", "320982"),
        ("四川省/眉山市/东坡区/新设镇", "四川省/眉山市/东坡区/新设镇", "511402"),
    ],
)
def test_a_written_region_is_resolved(divisions: Divisions, text: str, path: str, code: str) -> None:
    region = resolve_region(text, divisions)

    assert (names(region), region.code) == (path, code)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("河东区", "河东区 may be 天津市河东区; 山东省临沂市河东区"),
        ("瞎写县", "no division is called 瞎写县"),
        ("四川省/诸暨市", "no 诸暨市 inside 四川省"),
        ("999999", "no division has the code 999999"),
        (" / ", "no name in it"),
    ],
)
def test_a_region_that_is_none_or_several_is_refused(divisions: Divisions, text: str, message: str) -> None:
    with pytest.raises(UnknownRegion, match=message):
        resolve_region(text, divisions)


@pytest.mark.parametrize(
    ("code", "year", "name"),
    [
        ("320904", 2013, "大丰市"),
        ("320904", 2016, None),
        ("450206", 2014, "柳江县"),
        ("532302", 2019, "禄丰县"),
        ("532302", 2022, None),
        ("320213", 2014, None),  # 梁溪区 was three districts
    ],
)
def test_a_county_has_the_name_of_its_year(divisions: Divisions, code: str, year: int, name: str | None) -> None:
    former = divisions.former_county(code, year)

    assert (former[0] if former else None) == name


def test_a_long_line_of_endings_is_searched_to_its_end(divisions: Divisions) -> None:
    text = "区县镇街道乡" * 100_000

    assert all(text[found.start : found.end] for found in find_mentions(text, divisions))
