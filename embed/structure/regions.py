"""Where a report is from: every place that the document names is a witness, and the witnesses must agree.

Each witness is a name with a weight by where it stands (title, signature, subject of a sentence, quoted title, body).
A place is believed when the witnesses for it outweigh those for every other place by a margin; a name that many
places share counts for all of them, so that only a second witness decides between them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from embed.structure.divisions import Divisions, Mention
from embed.structure.report import Level, Region

__all__ = ["Conclusion", "Known", "Witness", "conclude"]


class Witness(NamedTuple):
    """A mention with its weight and the rule that found it. Offsets of the mention are clean ones unless `outside`."""

    mention: Mention
    weight: float
    rule: str
    own: bool = False  # names the author itself, not a place that the author writes about
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The region, the witnesses for it, and the other regions that were considered with their weights."""

    region: Region
    witnesses: tuple[Witness, ...] = ()
    rivals: tuple[tuple[Region, float], ...] = ()
    open_name: str | None = None  # a name that fits several places, when the text does not decide


ENOUGH = 1.9
ALONE = 0.95  # for the only place named, when it is of the kind that the text looks up to
MARGIN = 1.3  # times what speaks for the runner-up alone
AHEAD = 0.7  # at least this much must speak for the winner alone: one clear mention of the place above it
_DEPTHS = {2: 1, 4: 2, 6: 3}
MOST_BODY = 4.0  # of all mentions of one name in the running text
_KIND_ENDS = {
    "市": ("市",),
    "县": ("县",),
    "区": ("区",),
    "旗": ("旗",),
    "州": ("州",),
    "盟": ("盟", "地区"),
    "省": ("省", "自治区", "市"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before the vote: the level, the kind of place that governs the author, the name of its town."""

    level: Level | None
    kind: str  # 区 for a district or for what reports to 区委、区政府; "" unknown
    town: str | None


def conclude(witnesses: list[Witness], known: Known, divisions: Divisions) -> Conclusion:
    """Weigh all witnesses and name the region, as deep as they decide it."""
    vote = _Vote(witnesses, known, divisions)
    if known.level is Level.PROVINCE:
        return vote.at_depth(1)
    if known.level is Level.CITY:
        return vote.at_depth(2)
    if known.level is Level.TOWNSHIP:
        return vote.township()
    if known.level is Level.COUNTY:
        return vote.at_depth(3)
    return vote.deepest()


class _Told(NamedTuple):
    """What the rows of a mention say at one depth."""

    codes: frozenset[str]  # of the places that a row is or lies in, "" where it lies above that depth
    named: frozenset[str]  # those whose own name it is
    above: tuple[str, ...]  # codes of the rows above that depth


class _Voice(NamedTuple):
    """What one witness says at one depth: a weight for each place that it names or lies in, and one for all below."""

    said: dict[str, float]
    above: tuple[str, ...]
    half: float

    def of(self, code: str) -> float:
        """How much it says for a place: its name, a name inside it, or a name above it."""
        weight = self.said.get(code)
        return weight if weight is not None else self.half if code.startswith(self.above) else 0.0


class _Vote:
    def __init__(self, witnesses: list[Witness], known: Known, divisions: Divisions) -> None:
        self.witnesses = _capped(witnesses)
        self.known = known
        self.divisions = divisions
        self._heard: dict[int, list[_Voice]] = {}

    def _scores(self, depth: int) -> dict[str, float]:
        """Code of each place at a depth that a witness names or lies in → weight of all that speak for it."""
        voices = self._voices(depth)
        scores = dict.fromkeys(sorted({code for voice in voices for code in voice.said}), 0.0)
        for said, above, half in voices:
            for code, weight in said.items():
                scores[code] += weight
            if above:
                for code in scores:
                    if code not in said and code.startswith(above):
                        scores[code] += half
        return scores

    def _voices(self, depth: int) -> list[_Voice]:
        """What each witness says at a depth."""
        voices = self._heard.get(depth)
        if voices is None:
            told: dict[tuple[int, ...], _Told] = {}
            for rows in {witness.mention.rows for witness in self.witnesses}:
                told[rows] = self._told(rows, depth)
            voices = [_voice(witness, told[witness.mention.rows], depth) for witness in self.witnesses]
            self._heard[depth] = voices
        return voices

    def _told(self, rows: tuple[int, ...], depth: int) -> _Told:
        codes, named, above = set(), set(), []
        for row in rows:
            own = self.divisions.depth(row)
            code = self._code_at(row, depth)
            codes.add(code)
            if own == depth:
                named.add(code)
            elif own < depth:
                above.append(self.divisions.codes[row])
        return _Told(frozenset(codes), frozenset(named), tuple(above))

    def _code_at(self, row: int, depth: int) -> str:
        if self.divisions.depth(row) < depth:
            return ""
        if depth == 3 and self.divisions.depth(row) == 3 and self.divisions.is_former(row):
            return self.divisions.county_code(row) or self.divisions.codes[row]
        return self.divisions.chain(row)[depth - 1]

    def _fits_kind(self, code: str) -> bool:
        ends = _KIND_ENDS.get(self.known.kind)
        return ends is None or self.divisions.name_of(code).endswith(ends)

    def _best(self, scores: dict[str, float]) -> tuple[str, float, float]:
        """(code, its score, the runner-up's score); code "" when nobody wins."""
        if not scores:
            return "", 0.0, 0.0
        order = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        first, second = order[0], order[1] if len(order) > 1 else ("", 0.0)
        enough = ENOUGH if second[1] > 0 or not self.known.kind else ALONE
        ahead, behind = self._apart(first[0], second[0]) if second[0] else (first[1], 0.0)
        clear = first[1] >= enough and ahead >= AHEAD and ahead >= MARGIN * behind
        return (first[0] if clear else ""), first[1], second[1]

    def _apart(self, first: str, second: str) -> tuple[float, float]:
        """What speaks for one place only, and for the other only: what both share does not decide between them."""
        depth = _DEPTHS[len(first)]
        pairs = [(voice.of(first), voice.of(second)) for voice in self._voices(depth)]
        return sum(max(0.0, a - b) for a, b in pairs), sum(max(0.0, b - a) for a, b in pairs)

    def at_depth(self, depth: int) -> Conclusion:
        """The best place at one depth; 市 may be a prefecture or a county-level city."""
        scores = {c: s for c, s in self._scores(depth).items() if depth != 3 or self._fits_kind(c) or s >= 5}
        code, _, _ = self._best(scores)
        if not code and depth > 1:
            return self._above(scores, depth)
        return self._conclusion(code, scores)

    def _above(self, scores: dict[str, float], depth: int) -> Conclusion:
        """No place wins at this depth: what all the leading ones have in common, or the next depth up."""
        leaders = _leaders(scores)
        shared = _shared(leaders)
        if shared and self.divisions.row_of(shared) is not None:
            return self._conclusion(shared, scores, open_name=self._open_name(leaders))
        upper = self._scores(depth - 1)
        if depth - 1 == 2 and not leaders:
            code, _, _ = self._best(upper)
            if code:
                return self._conclusion(code, upper)
            upper = self._scores(1)
        elif depth == 2:
            upper = self._scores(1)
        code, _, _ = self._best(upper) if not leaders else ("", 0, 0)
        return self._conclusion(code, scores or upper, open_name=self._open_name(leaders))

    def _open_name(self, codes: list[str]) -> str | None:
        names = {self.divisions.name_of(c) for c in codes}
        return names.pop() if len(names) == 1 and len(codes) > 1 else None

    def township(self) -> Conclusion:
        """The county around the author's town, then the town in it."""
        scores = {c: s for c, s in self._scores(3).items() if self._fits_kind(c)} or self._scores(3)
        direct = self._direct_towns(scores)
        code, _, _ = self._best(scores)
        if not code:
            if direct:
                return direct
            found = self._above(scores, 3)
            town = self.known.town
            region = found.region
            if town and region.county is None:
                region = Region(region.province, region.city, None, town, region.code)
            return Conclusion(region, found.witnesses, found.rivals, town or found.open_name)
        return self._town_in(code, scores)

    def _direct_towns(self, scores: dict[str, float]) -> Conclusion | None:
        """Towns straight under a prefecture (东莞, 中山, 儋州, 嘉峪关), which have no county."""
        upper = self._scores(2)
        code, weight, _ = self._best(upper)
        if not code or not self.known.town or weight < max(scores.values(), default=0.0):
            return None
        for row in self.divisions.full.get(self.known.town, []):
            if self.divisions.chain(row) == (code[:2], code, ""):
                return Conclusion(self.divisions.region(row), self._for(code), self._rivals(scores, code))
        return None

    def _town_in(self, county: str, scores: dict[str, float]) -> Conclusion:
        town = self.known.town or self._own_town(county)
        rows = [r for r in self.divisions.full.get(town or "", []) if self.divisions.county_code(r) == county]
        if rows:
            region = self.divisions.region(min(rows, key=lambda r: (self.divisions.is_former(r), r)))
        else:
            row = self.divisions.row_of(county)
            region = self.divisions.region(row) if row is not None else Region()
            if town:
                region = Region(region.province, region.city, region.county, town, region.code)
        return Conclusion(region, self._for(county), self._rivals(scores, county))

    def _own_town(self, county: str) -> str | None:
        """The one town of the county that the text names again and again, or in the title of a paper of its own."""
        weights: dict[str, float] = defaultdict(float)
        for witness in self.witnesses:
            if witness.rule in ("place elsewhere", "local office", "bare name in the text"):
                continue
            for row in witness.mention.rows:
                if self.divisions.depth(row) == 4 and self.divisions.county_code(row) == county:
                    weights[self.divisions.names[row]] += witness.weight
                    break
        if not weights:
            return None
        order = sorted(weights.items(), key=lambda i: (-i[1], i[0]))
        alone = len(order) == 1 or order[0][1] >= 2 * order[1][1]
        return order[0][0] if alone and order[0][1] >= 1.5 else None

    def deepest(self) -> Conclusion:
        """A department or an unknown author: the place of the kind that governs it, else the deepest clear one."""
        kind = self.known.kind
        if kind in ("省", "州", "盟"):
            return self.at_depth(1 if kind == "省" else 2)
        county = {c: s for c, s in self._scores(3).items() if self._fits_kind(c)}
        city = {c: s for c, s in self._named(2).items() if not kind or self._fits_kind(c)}
        code, weight, _ = self._best(county)
        upper, upper_weight, _ = self._best(city)
        if upper and (
            not code
            or (upper_weight > weight and not code.startswith(upper))
            or (kind == "市" and not self._is_chained(code) and self._prefers_city(upper, code))
        ):
            return self._conclusion(upper, city)
        if code:
            return self._conclusion(code, county)
        if county:
            return self._above(county, 3)
        return self.at_depth(2) if city else self.at_depth(1)

    def _is_chained(self, county: str) -> bool:
        """Whether the author's own name leads down to the county: 林芝市米林市教育局."""
        return any(
            w.own and w.mention.chained and any(self.divisions.codes[r] == county for r in w.mention.rows)
            for w in self.witnesses
        )

    def _prefers_city(self, city: str, county: str) -> bool:
        named = self._named(3)
        return self._named(2)[city] >= named.get(county, 0.0)

    def _named(self, depth: int) -> dict[str, float]:
        """Weights by the place's own name only."""
        scores: dict[str, float] = defaultdict(float)
        for witness in self.witnesses:
            for code in {self._code_at(r, depth) for r in witness.mention.rows if self.divisions.depth(r) == depth}:
                scores[code] += witness.weight
        return scores

    def _for(self, code: str) -> tuple[Witness, ...]:
        """The witnesses that speak for a place."""
        depth = _DEPTHS[len(code)]
        return tuple(
            w
            for w, voice in zip(self.witnesses, self._voices(depth), strict=True)
            if code in voice.said or code.startswith(voice.above)
        )

    def _rivals(self, scores: dict[str, float], code: str) -> tuple[tuple[Region, float], ...]:
        rows = [
            (self.divisions.row_of(c), s) for c, s in sorted(scores.items(), key=lambda i: (-i[1], i[0])) if c != code
        ]
        return tuple((self.divisions.region(row), round(s, 2)) for row, s in rows[:8] if row is not None)

    def _conclusion(self, code: str, scores: dict[str, float], open_name: str | None = None) -> Conclusion:
        row = self.divisions.row_of(code) if code else None
        region = self.divisions.region(row) if row is not None else Region()
        return Conclusion(region, self._for(code) if code else (), self._rivals(scores, code), open_name)


def _voice(witness: Witness, told: _Told, depth: int) -> _Voice:
    """A place's own name counts most; one inside it less, unless it is the author."""
    weight = witness.weight * (1.0 if len(told.codes) == 1 else 0.9)
    inside = 0.9 if witness.own else 0.25 if depth != 3 else 0.6 if witness.rule == "local office" else 0.45
    said = {code: weight * (1.0 if code in told.named else inside) for code in told.codes if code}
    return _Voice(said, told.above, 0.5 * witness.weight)


def _capped(witnesses: list[Witness]) -> list[Witness]:
    """At most MOST_BODY for all mentions of one name with one rule; the order of the text is kept."""
    spent: dict[tuple[str, str], float] = defaultdict(float)
    kept = []
    for witness in witnesses:
        key = (witness.mention.text, witness.rule)
        left = max(MOST_BODY, witness.weight) - spent[key]
        if left > 0.01:
            weight = min(witness.weight, left)
            spent[key] += weight
            kept.append(Witness(witness.mention, weight, witness.rule, witness.own, witness.outside))
    return kept


def _leaders(scores: dict[str, float]) -> list[str]:
    """Every place whose weight comes near the best one's."""
    best = max(scores.values(), default=0.0)
    return sorted(c for c, s in scores.items() if best >= ENOUGH * 0.5 and s * MARGIN >= best)


def _shared(codes: list[str]) -> str:
    """The longest code that all have in common: a prefecture, a province or ""."""
    for size in (4, 2):
        heads = {c[:size] for c in codes}
        if len(heads) == 1:
            return heads.pop()
    return ""
