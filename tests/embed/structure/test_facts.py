"""The manifest: what is known about files before they are read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from embed.exceptions import InputError
from embed.structure import Facts, read_manifest
from embed.structure.report import Level, Region, ReportKind

CHINESE = (
    "文件,地区,年份,发布日期,标题,网址,类型,层级,部门\n"
    "县/一.txt,四川省/眉山市/东坡区/太和镇,2021年,2022-03-01,报告,,年度报告,乡镇,\n"
)


def write(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "facts.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_manifest_is_read_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    facts = read_manifest(write(tmp_path, CHINESE, encoding))

    assert facts == {
        "县/一.txt": Facts(
            region=Region("四川省", "眉山市", "东坡区", "太和镇", "511402102"),
            year=2021,
            published=date(2022, 3, 1),
            title="报告",
            kind=ReportKind.REPORT,
            level=Level.TOWNSHIP,
        )
    }


def test_places_may_stand_in_columns_of_their_own_and_backslashes_are_paths(tmp_path: Path) -> None:
    text = "file,province,city,county,town,unknown column\n2024\\a.txt,湖南省,怀化市,辰溪县,潭湾镇,x\n\n"

    facts = read_manifest(write(tmp_path, text))

    assert facts["2024/a.txt"].region == Region("湖南省", "怀化市", "辰溪县", "潭湾镇", "431223105")


def test_tabs_and_semicolons_separate_too(tmp_path: Path) -> None:
    assert read_manifest(write(tmp_path, "file\tyear\na.txt\t2020\n"))["a.txt"].year == 2020
    assert read_manifest(write(tmp_path, "file;year\na.txt;2020\n"))["a.txt"].year == 2020


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,year\na.txt,20x4\n", "line 2, column year: expected a year from 1990 to 2049, got '20x4'"),
        ("file,published\na.txt,2024\n", "line 2, column published: expected a day such as 2024-03-28, got '2024'"),
        ("file,region\na.txt,\nb.txt,河东区\n", "line 3, column region: 河东区 may be 天津市河东区"),
        ("file,province,county\na.txt,四川省,诸暨市\n", "line 2, column county: no 诸暨市 inside 四川省"),
        ("file,kind\na.txt,poem\n", "line 2, column kind: expected one of report"),
        ("file,level\na.txt,village\n", "line 2, column level: expected one of province"),
        ("file,year\n,2024\n", "line 2, column file: expected a file name"),
        ("file,year\na.txt,2024\na.txt,2023\n", "line 3, column file: a.txt stands in the manifest twice"),
        ("file,文件\na,b\n", "line 1, column file: two columns mean file"),
        ("year\n2024\n", "line 1: expected a column called file"),
        ("", "line 1: expected a column called file"),
    ],
)
def test_what_cannot_be_used_is_named_by_line_and_column(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_manifest(write(tmp_path, text))

    assert message in caught.value.message


def test_a_spreadsheet_is_refused_with_the_next_step(tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    path.write_bytes(b"PK\x03\x04rest")

    with pytest.raises(InputError, match="got a spreadsheet") as caught:
        read_manifest(path)

    assert caught.value.hint == "save it as CSV (UTF-8) first"


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_manifest(tmp_path / "none.csv")
