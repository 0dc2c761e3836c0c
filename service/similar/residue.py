"""Foreign residue: names of another region that were left in a text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from embed.structure.divisions import Divisions, Mention, find_mentions, load_divisions
from embed.structure.masking import DetailKind, details
from embed.structure.report import Region
from service.similar.explain import place_of
from service.similar.findings import Residue

__all__ = ["Home", "foreign_names", "foreign_persons", "home_of", "likely_home"]

# Before or after a name: reasons why another place may rightly stand in a report.
_PARTNER_BEFORE = re.compile(
    r"(?:与|和|同|跟|及|、|赴|到|向|从|来自|借鉴|学习|考察|毗邻|相邻|接壤|邻近|跨|联合|对接|对口|援助|帮扶|协作|合作|流入|籍|返乡|"
    r"推广|邀请|聘请|途经|发往|上访|进京|[《〈“‘\"])[^。；;，,]{0,6}$"
)
_PARTNER_AFTER = re.compile(
    r"^(?:[^。；;，,]{0,10}(?:签订|签署|共建|联防|联动|联合|协作|合作|毗邻|接壤|交界|交流|学习|考察|对口|结对|结成|经验|模式|"
    r"籍|客商|企业家|高校|大学|法学院|仲裁委|铁路|航线|高速|大道|路|桥|公园|商圈|人民法院|中级))"
)
_ORGAN = re.compile(r"^(?:人民政府|政府|委员会|[委政]|[\u4e00-\u9fff]{0,6}(?:局|厅|办|院|所|中心|委员会|支队|大队))")


@dataclass(frozen=True, slots=True)
class Home:
    """The region that a text is about: the codes from province down that are known, and its name."""

    codes: tuple[str, ...]
    name: str

    def contains(self, code: str) -> bool:
        """Whether a division is the home, lies inside it, or lies above it."""
        return any(code.startswith(own) for own in self.codes[-1:]) or any(own.startswith(code) for own in self.codes)


def home_of(region: Region) -> Home | None:
    """The home that metadata states; None where no division is known."""
    if not region.code:
        return None
    lengths = [n for n in (2, 4, 6, 9) if n <= len(region.code)]
    return Home(tuple(region.code[:n] for n in lengths), place_of(region))


def likely_home(text: str) -> Home | None:
    """The county or city that a text names most often, where it is named at least twice; ties to the first one."""
    divisions = load_divisions()
    counts: Counter[str] = Counter()
    for mention in find_mentions(text, divisions):
        codes = {divisions.codes[row] for row in mention.rows}
        if len(codes) == 1:
            counts[codes.pop()[:6]] += 1
    if not counts:
        return None
    code, times = counts.most_common(1)[0]
    row = divisions.row_of(code)
    if times < 2 or row is None:
        return None
    return home_of(divisions.region(row))


def foreign_names(text: str, home: Home, offset: int = 0) -> list[Residue]:
    """Places and their organs that are neither the home, nor inside it, nor above it, and stand there as its own.

    A name that the text gives as a partner, a model, a destination or a title is no residue.
    """
    divisions = load_divisions()
    found = []
    own_until = -1  # where a name of the home ends: what follows at once is a part of it, whatever the table knows
    for mention in find_mentions(text, divisions):
        if mention.start == own_until:
            continue
        if any(home.contains(divisions.codes[row]) for row in mention.rows):
            own_until = mention.end
        if any(home.contains(divisions.codes[row]) for row in mention.rows) or _is_partner(text, mention):
            continue
        if _is_inside_by_name(mention, home):
            continue
        organ = _ORGAN.match(text[mention.end : mention.end + 12])
        end = mention.end + (organ.end() if organ else 0)
        region = _region_name(divisions, mention.rows)
        found.append(
            Residue(
                offset + mention.start,
                offset + end,
                text[mention.start : end],
                "organ" if organ else "place",
                region,
                f"属于{region}，不在{home.name}范围内 · belongs elsewhere",
            )
        )
    return found


def _is_partner(text: str, mention: Mention) -> bool:
    before, after = text[max(0, mention.start - 10) : mention.start], text[mention.end : mention.end + 16]
    return bool(_PARTNER_BEFORE.search(before) or _PARTNER_AFTER.match(after))


def _is_inside_by_name(mention: Mention, home: Home) -> bool:
    """A former or doubled name that is spelt inside the home's own."""
    return mention.text in home.name


def _region_name(divisions: Divisions, rows: Sequence[int]) -> str:
    names = sorted({place_of(divisions.region(row)) for row in rows})
    return names[0] if len(names) == 1 else f"{names[0]} 等 {len(names)} 处"


def foreign_persons(text: str, other: str, region: str, offset: int = 0) -> list[Residue]:
    """Persons of a copied passage of another region that are named in the text as well."""
    theirs = {detail.text for detail in details(other) if detail.kind is DetailKind.PERSON}
    return [
        Residue(
            offset + detail.start,
            offset + detail.end,
            detail.text,
            "leader",
            region,
            f"{region}的报告里有同一姓名 · the same name stands in that region's report",
        )
        for detail in details(text)
        if detail.kind is DetailKind.PERSON and detail.text in theirs
    ]
