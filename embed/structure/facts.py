"""What a manifest states about files before they are read; it wins over what the text suggests."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from embed.exceptions import InputError
from embed.structure.dates import FIRST_YEAR, LAST_YEAR, find_dates
from embed.structure.divisions import UnknownRegion, load_divisions, resolve_region
from embed.structure.report import Level, Region, ReportKind

__all__ = ["Facts", "read_manifest"]


@dataclass(frozen=True, slots=True)
class Facts:
    """Known facts about one file; None where the manifest says nothing. `url` is only a hint for the region."""

    region: Region | None = None
    year: int | None = None
    published: date | None = None
    title: str | None = None
    url: str | None = None
    issuer: str | None = None
    department: str | None = None
    level: Level | None = None
    kind: ReportKind | None = None
    doc_number: str | None = None


_COLUMNS = {
    "file": "file name path filename 文件 文件名 文件路径 路径",
    "region": "region 地区 区划 行政区划 区划代码 region_code code",
    "province": "province 省 省份 省级",
    "city": "city prefecture 市 地市 地级市 市州",
    "county": "county district 县 区县 县区 县级",
    "town": "town township street 镇 乡镇 街道 乡镇街道 镇街",
    "year": "year 年 年份 年度 报告年度",
    "published": "published publish_date date 发布日期 发布时间 公开日期 日期",
    "title": "title 标题 名称",
    "url": "url link host 网址 链接 来源网址",
    "issuer": "issuer organ 发文机关 发布机构 单位 发文单位",
    "department": "department 部门 部门名称",
    "level": "level 层级 级别",
    "kind": "kind type 类型 文种 类别",
    "doc_number": "doc_number number 文号 发文字号",
}
_COLUMN_OF = {alias: name for name, aliases in _COLUMNS.items() for alias in aliases.split()}
_PLACES = ("province", "city", "county", "town")
_LEVELS = {
    "省": Level.PROVINCE,
    "省级": Level.PROVINCE,
    "市": Level.CITY,
    "市级": Level.CITY,
    "县": Level.COUNTY,
    "县级": Level.COUNTY,
    "区县": Level.COUNTY,
    "乡镇": Level.TOWNSHIP,
    "镇街": Level.TOWNSHIP,
    "乡级": Level.TOWNSHIP,
    "街道": Level.TOWNSHIP,
    "部门": Level.DEPARTMENT,
}
_KINDS = {
    "报告": ReportKind.REPORT,
    "年度报告": ReportKind.REPORT,
    "半年": ReportKind.HALF_YEAR,
    "半年报告": ReportKind.HALF_YEAR,
    "五年": ReportKind.FIVE_YEAR,
    "五年报告": ReportKind.FIVE_YEAR,
    "述法报告": ReportKind.DUTY,
    "计划": ReportKind.PLAN,
    "方案": ReportKind.PLAN,
    "新闻": ReportKind.NEWS,
    "解读": ReportKind.INTERPRETATION,
    "模板": ReportKind.TEMPLATE,
    "范文": ReportKind.TEMPLATE,
    "其他": ReportKind.OTHER,
}
MOST_BYTES = 256 << 20
ENCODINGS = ("utf-8-sig", "gb18030")


def read_manifest(path: Path) -> dict[str, Facts]:
    """Read a table of known facts: CSV or tab-separated, UTF-8 (with or without BOM) or GB18030.

    The first line names the columns, in English or Chinese; `file` (文件) is required, all others are optional. Columns
    that are not known are left alone. Keys of the result are the file names as written, in NFC and with "/".

    Raises:
        InputError: the file cannot be read, has no `file` column, names a file twice, or a value cannot be used; the
            message names line and column.
    """
    rows = csv.reader(io.StringIO(_decoded(path), newline=""), delimiter=_delimiter(path))
    try:
        header = next(rows, [])
        columns = _columns(path, header)
        facts: dict[str, Facts] = {}
        for row in rows:
            if any(cell.strip() for cell in row):
                name, found = _row(path, rows.line_num, columns, row)
                if name in facts:
                    raise _error(path, rows.line_num, "file", f"{name} stands in the manifest twice")
                facts[name] = found
    except csv.Error as error:
        raise InputError(f"manifest {path}, line {rows.line_num}: expected CSV, got: {error}") from error
    return facts


def _decoded(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"manifest {path}: expected at most {MOST_BYTES >> 20} MB")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"manifest {path} cannot be read: {error.strerror or error}") from error
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise InputError(f"manifest {path}: expected CSV, got a spreadsheet", hint="save it as CSV (UTF-8) first")
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"manifest {path}: expected UTF-8 or GB18030 text", hint="save it as CSV (UTF-8) first")


def _delimiter(path: Path) -> str:
    first = _decoded(path).split("\n", 1)[0]
    return max((",", "\t", ";"), key=first.count)


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for index, cell in enumerate(header):
        name = _COLUMN_OF.get(unicodedata.normalize("NFKC", cell).strip().lower().replace(" ", "_"))
        if name is None:
            continue
        if name in columns:
            raise _error(path, 1, name, f"two columns mean {name}: {header[columns[name]]!r} and {cell!r}")
        columns[name] = index
    if "file" not in columns:
        came = ", ".join(header[:12]) or "nothing"
        raise InputError(
            f"manifest {path}, line 1: expected a column called file (文件), got {came}",
            hint="name the columns in the first line: file, region, year, published, title, url, …",
        )
    return columns


def _row(path: Path, line: int, columns: dict[str, int], row: list[str]) -> tuple[str, Facts]:
    cells = {name: row[index].strip() for name, index in columns.items() if index < len(row)}
    name = unicodedata.normalize("NFC", cells.get("file", "")).replace("\\", "/")
    if not name:
        raise _error(path, line, "file", "expected a file name, got an empty cell")
    values: dict[str, Any] = {}
    for column, read in _READERS.items():
        text = cells.get(column, "")
        if text:
            try:
                values[column] = read(text)
            except ValueError as error:
                raise _error(path, line, column, str(error)) from error
    places = [cells[c] for c in _PLACES if cells.get(c)]
    if places and "region" not in values:
        last = next(c for c in reversed(_PLACES) if cells.get(c))
        try:
            values["region"] = resolve_region("/".join(places), load_divisions())
        except UnknownRegion as error:
            raise _error(path, line, last, str(error)) from error
    return name, Facts(**values)


def _error(path: Path, line: int, column: str, what: str) -> InputError:
    return InputError(f"manifest {path}, line {line}, column {column}: {what}")


def _region(text: str) -> Region:
    return resolve_region(text, load_divisions())


def _year(text: str) -> int:
    bare = unicodedata.normalize("NFKC", text).rstrip("年度 ")
    if bare.isdigit() and FIRST_YEAR <= int(bare) <= LAST_YEAR:
        return int(bare)
    raise ValueError(f"expected a year from {FIRST_YEAR} to {LAST_YEAR}, got {text!r}")


def _date(text: str) -> date:
    found = find_dates(text[:40])
    if found and found[0].date:
        return found[0].date
    if len(text) == 8 and text.isdigit():
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    raise ValueError(f"expected a day such as 2024-03-28, got {text!r}")


def _level(text: str) -> Level:
    if text in _LEVELS:
        return _LEVELS[text]
    try:
        return Level(text.lower())
    except ValueError:
        raise ValueError(f"expected one of {', '.join(Level)}, got {text!r}") from None


def _kind(text: str) -> ReportKind:
    if text in _KINDS:
        return _KINDS[text]
    try:
        return ReportKind(text.lower())
    except ValueError:
        raise ValueError(f"expected one of {', '.join(ReportKind)}, got {text!r}") from None


_READERS: dict[str, Callable[[str], object]] = {
    "region": _region,
    "year": _year,
    "published": _date,
    "level": _level,
    "kind": _kind,
    **dict.fromkeys(("title", "url", "issuer", "department", "doc_number"), str),
}
