"""The table of administrative divisions: about 41,000 towns under their counties, prefectures and provinces.

Rows are numbered 0 … n − 1. A *chain* is (province code, prefecture code, county code), empty strings where a place
has none: municipalities and the counties that a province governs directly have no prefecture, 东莞 and its like have
no county.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources

from embed.structure.divisions.names import is_zone, short_names, stem_of, town_stem
from embed.structure.report import Region

__all__ = ["Chain", "Division", "Divisions", "load_divisions"]

Chain = tuple[str, str, str]
_DEPTHS = {2: 1, 4: 2, 6: 3, 9: 4}  # by the length of the code


@dataclass(frozen=True, slots=True)
class Division:
    """One division under one name. `until` is the last year in which a former name held, None for today's."""

    code: str
    name: str
    until: int | None = None
    successor: str = ""

    @property
    def depth(self) -> int:
        """1 province, 2 prefecture, 3 county, 4 town."""
        return (len(self.code) + 2) // 2 if len(self.code) < 9 else 4


class Divisions:
    """Look-ups by code, by full name and by short name; built once, read only.

    `full` maps a name to its rows, `stems` a bare name (廉江) of a county or above to its rows, `lengths` the last
    three characters of names to a bit mask of how long the names that end so are.
    """

    def __init__(self, current: list[str], former: list[str], changes: list[str]) -> None:
        self.codes: list[str] = []
        self.names: list[str] = []
        self._past: dict[int, tuple[int, str]] = {}
        self._renamed: set[int] = set()
        self._row_of: dict[str, int] = {}
        self.full: dict[str, list[int]] = {}
        self._chains: dict[int, Chain] = {}
        full = self.full
        for row, line in enumerate(current):
            code, _, name = line.partition("\t")
            self.codes.append(code)
            self.names.append(name)
            self._row_of[code] = row
            rows = full.get(name)
            if rows is None:
                full[name] = [row]
            else:
                rows.append(row)
        self._add_former(former)
        self._add_changes(changes)
        self._add_short_names(len(current))
        self.lengths: dict[str, int] = {}
        lengths = self.lengths
        for name in full:
            lengths[name[-3:]] = lengths.get(name[-3:], 0) | 1 << len(name)

    def _add_former(self, lines: list[str]) -> None:
        for line in lines:
            code, name, year, successor = line.split("\t")
            self._add(code, name, int(year), successor)

    def _add_changes(self, lines: list[str]) -> None:
        for line in lines:
            year, old_code, old_name, new_code, _, how, _ = line.split("\t")
            if len(old_code) == 6 or len(old_code) == 4:
                self._add(old_code, old_name, int(year) - 1, new_code)
                if how == "renamed":
                    self._renamed.add(len(self.codes) - 1)

    def _add(self, code: str, name: str, until: int, successor: str) -> None:
        row = len(self.codes)
        self.codes.append(code)
        self.names.append(name)
        self._past[row] = (until, successor)
        self.full.setdefault(name, []).append(row)

    def _add_short_names(self, current: int) -> None:
        """Short names and stems of counties and of everything above them, short names of the towns of a people."""
        self.stems: dict[str, list[int]] = defaultdict(list)
        self.upper: list[int] = []
        for row, code in enumerate(self.codes):
            name = self.names[row]
            if len(code) == 9:
                if name.endswith("族乡"):  # 理化乡 for 理化苗族彝族乡
                    stem = town_stem(name)
                    if len(stem) > 1:
                        self.full.setdefault(stem + "乡", []).append(row)
                continue
            if self.is_placeholder(code) or is_zone(name, code):
                continue
            self.upper.append(row)
            for short in short_names(name):
                self.full.setdefault(short, []).append(row)
            stem = stem_of(name)
            if len(stem) > 1 and (
                row < current or not self._past[row][1].startswith(code[:4]) or stem not in self.stems
            ):
                self.stems[stem].append(row)
        for stem, rows in self.stems.items():
            provinces = [row for row in rows if len(self.codes[row]) == 2]
            cities = {self.codes[row] for row in rows if len(self.codes[row]) == 4}
            if provinces:
                self.stems[stem] = provinces
            elif cities:  # 安阳 is 安阳市 and not 安阳县 in it
                self.stems[stem] = [r for r in rows if len(self.codes[r]) == 4 or self.chain(r)[1] not in cities]

    @cached_property
    def town_stems(self) -> dict[str, list[int]]:
        """Bare town name → rows of towns: 桃渚, 马武. Built on first use."""
        stems: dict[str, list[int]] = {}
        for row, code in enumerate(self.codes):
            if len(code) == 9:
                stem = town_stem(self.names[row])
                if len(stem) > 1:
                    stems.setdefault(stem, []).append(row)
        return stems

    @cached_property
    def town_rows(self) -> dict[str, list[int]]:
        """County code → rows of its towns, former ones included. Built on first use."""
        rows: dict[str, list[int]] = {}
        for row, code in enumerate(self.codes):
            if len(code) == 9:
                rows.setdefault(self.county_code(row), []).append(row)
        return rows

    def is_placeholder(self, code: str) -> bool:
        """Whether a county row only repeats its prefecture (东莞市 441900, 嘉峪关市 620201)."""
        above = self._row_of.get(code[:4]) if len(code) == 6 else None
        return above is not None and self.names[above] == self.name_of(code)

    def name_of(self, code: str) -> str:
        """Today's name of a code, "" when there is none."""
        row = self._row_of.get(code)
        return "" if row is None else self.names[row]

    def row_of(self, code: str) -> int | None:
        """The row of a code of today."""
        return self._row_of.get(code)

    def division(self, row: int) -> Division:
        """One row as an object."""
        until, successor = self._past.get(row, (None, ""))
        return Division(self.codes[row], self.names[row], until, successor)

    def is_former(self, row: int) -> bool:
        """Whether the row is a name that holds no longer."""
        return row in self._past

    def depth(self, row: int) -> int:
        """1 province, 2 prefecture, 3 county, 4 town."""
        return _DEPTHS[len(self.codes[row])]

    def county_code(self, row: int) -> str:
        """Today's code of the county that a row is in or is, "" above counties and for vanished ones."""
        code = self.codes[row]
        if row in self._past:
            successor = self._past[row][1]
            return successor[:6] if len(successor) >= 6 else ""
        return code[:6] if len(code) >= 6 else ""

    def chain(self, row: int) -> Chain:
        """(province, prefecture, county) codes of today around a row, itself included where it is one of them."""
        chain = self._chains.get(row)
        if chain is None:
            chain = self._chains[row] = self._chain(row)
        return chain

    def _chain(self, row: int) -> Chain:
        code = self.codes[row]
        county = self.county_code(row)
        base = county or (self._past[row][1] if row in self._past else "") or code
        city = base[:4] if len(base) >= 4 and base[:4] in self._row_of else ""
        if county and self.is_placeholder(county):
            county = ""
        return base[:2], city, county

    @cached_property
    def _former_counties(self) -> dict[str, list[tuple[int, str, str]]]:
        former: dict[str, list[tuple[int, str, str]]] = {}
        for row, (until, successor) in self._past.items():
            if row in self._renamed and len(successor) == 6:
                former.setdefault(successor, []).append((until, self.names[row], self.codes[row]))
        return former

    def former_county(self, code: str, year: int) -> tuple[str, str] | None:
        """(name, code) that a county of today had in a year, None when it was the same or was several counties."""
        held = sorted(row for row in self._former_counties.get(code, []) if row[0] >= year)
        stem = stem_of(self.name_of(code))
        same = [row for row in held if len(held) == 1 or stem_of(row[1]) == stem]
        return (same[0][1], same[0][2]) if same else None

    def region(self, row: int) -> Region:
        """Names from the province down to the row, as its own year called them, and the code of the deepest one."""
        province, city, county = self.chain(row)
        code, depth = self.codes[row], self.depth(row)
        county_name = self.name_of(county)
        town = self.names[row] if depth == 4 else None
        if depth == 3 and row in self._past:
            county_name = self.names[row]
        if county_name and is_zone(county_name, county):
            county_name, county = "", ""
        deepest = code if depth >= 3 and not (depth == 3 and not county_name) else county or city or province
        city_name = self.names[row] if depth == 2 else self.name_of(city)
        return Region(self.name_of(province) or None, city_name or None, county_name or None, town, deepest or None)


@lru_cache(maxsize=1)
def load_divisions() -> Divisions:
    """The table that the package ships; read once in a process, in well under 0.15 s."""
    folder = resources.files("embed.structure.divisions")
    text = gzip.decompress((folder / "divisions.tsv.gz").read_bytes()).decode("utf-8")
    today, _, past = text.partition("\n\n")
    changes = (folder / "changes.tsv").read_text(encoding="utf-8").splitlines()
    return Divisions(today.split("\n"), past.splitlines(), [line for line in changes if line[:1].isdigit()])
