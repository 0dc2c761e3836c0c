"""Advertising that somebody put into a page: where it begins, where it ends, and the word that it displaced.

Two readings of a stretch compete: ordinary words throughout, or ordinary words around a run of advertising. Both are
costed in nats, word by word; the cheapest pair of boundaries wins, and the run goes only when that reading is clearly
cheaper than the ordinary one. Names of brands need not be known: an unknown name is a run of one to four characters
beside words of betting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from embed.reading.document import RemovalReason
from embed.reading.lexicon import ADVERTISING_SIGNS, LONGEST_WORD, phrases, sign_cost, word_costs
from embed.reading.tracked import Edit
from embed.reading.wordlists import read_sections

__all__ = ["MOST_RUNS", "injected_edits", "is_advertising"]

# A document with more runs than this is nothing but advertising; the rest stays as it is.
MOST_RUNS = 2_000
LONGEST_CORE = 120
BEFORE, AFTER = 14, 16  # how far around its surest words the ends of a run are looked for
WINDOW = 24  # ordinary characters on each side whose fluency counts
PRIOR = 18.0  # cost of the claim that a run of advertising stands here
CLEARLY = 2.0
ODD_WORD = 22.0  # least cost of a betting word in the ordinary reading

STOP = re.compile("[，。；：！？、,.;:!?“”‘’\"'《》〈〉（）()【】\\[\\]\n…]")
SEPARATORS = "-—|｜·~～ "
GUARD = re.compile(
    "打击|整治|查处|取缔|严禁|禁止|治理|涉赌|禁赌|赌博|非法|违法|犯罪|防范|排查|检查|抓获|捣毁|收缴|警惕"
)
OFFENCE = re.compile(".{0,4}(?:案件|违法|犯罪|窝点|行为|问题|整治|乱象)")
GENRE = re.compile("政府|法治|依法|报告|总结|工作|建设|人民|街道|情况|汇报")
NUMBERED = re.compile(r"[(（]?[一二三四五六七八九十\d]{1,3}[)）、.．]")
SPORT = "体育|彩票|娱乐|棋牌|电竞|足球|真人|国际|亚洲"
SERVICE = "官网|官方|下载|注册|平台|app|手机版|登录|登陆|首页|在线|直播|开户|网址|入口|计划|投注|竞猜|电子"
WIDE_LETTER = re.compile("[０-９Ａ-Ｚａ-ｚ]")
WIDE_LATIN = {0xFF01 + i: 0x21 + i for i in range(94)}

BRAND, BETTING, SITE, LATIN, DIGITS, JOINER, UNKNOWN = range(7)
TOKEN_COST = {BRAND: 4.0, BETTING: 4.0, SITE: 5.0}
FIRST_COST = {BRAND: 0.0, BETTING: 6.0, SITE: 8.0, LATIN: 1.0, DIGITS: 5.0, JOINER: 2.0}
UNKNOWN_COST = {1: 13.0, 2: 19.0, 3: 28.0, 4: 44.0}
LONGEST_TOKEN = 8


@cache
def _vocabulary() -> dict[str, int]:
    sections = read_sections("advertising.txt")
    kinds = dict.fromkeys(sections["site"], SITE)
    kinds |= dict.fromkeys(sections["betting"], BETTING)
    kinds |= dict.fromkeys(sections["brands"], BRAND)
    return kinds


@cache
def _trigger() -> re.Pattern[str]:
    sections = read_sections("advertising.txt")
    true = sorted(sections["true"], key=len, reverse=True)
    sure = sorted({*sections["brands"], *sections["betting"]}, key=len, reverse=True)
    signs = "".join(re.escape(sign) for sign in sorted(ADVERTISING_SIGNS))
    first = "".join(sorted({re.escape(word[0]) for word in (*true, *sure, *SPORT.split("|"))}))
    return re.compile(
        # The look-ahead only makes the search fast: most characters begin none of the words.
        rf"(?=[a-z{first}{signs}])(?:(?P<pair>(?:{SPORT})(?:{SERVICE})|[a-z]{{1,7}}\d{{1,4}}(?:{SPORT}))"
        f"|(?P<true>{'|'.join(map(re.escape, true))})|(?P<sure>{'|'.join(map(re.escape, sure))})"
        f"|(?<=[一-鿿a-z0-9])(?P<sign>[{signs}])(?=[一-鿿a-z0-9]))"
    )


@dataclass(frozen=True, slots=True)
class _Run:
    start: int
    end: int
    gain: float  # how much cheaper than the ordinary reading, in nats


def injected_edits(text: str) -> Iterator[Edit]:
    """Runs of advertising in simplified text, in order, with the displaced word as replacement where it is plain."""
    folded = _folded(text)
    cores = _cores(folded)
    if not cores:
        return
    reader = _Reader(folded, cores)
    runs = [reader.best_run(core) for core in cores]
    if any(runs):
        runs = [run or reader.best_run(core, prior=PRIOR - 10) for run, core in zip(runs, cores, strict=True)]
    done = 0
    for run in runs:
        if run is None or run.start < done:
            continue
        start, end = _whole_line(folded, run)
        yield Edit(start, end, RemovalReason.INJECTED, _displaced(folded, start, end))
        done = end


def _folded(text: str) -> str:
    """The text in small narrow letters, character for character."""
    narrow = text.translate(WIDE_LATIN) if WIDE_LETTER.search(text) else text
    small = narrow.lower()
    if len(small) == len(text):
        return small
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in narrow)  # a few letters grow


def is_advertising(line: str) -> bool:
    """Whether a short line has a run of advertising in it."""
    return len(line) <= 2_000 and any(True for _ in injected_edits(line))


def _cores(text: str) -> list[tuple[int, int]]:
    """Stretches from the first to the last sure sign of advertising, none across punctuation."""
    cores: list[tuple[int, int]] = []
    for match in _trigger().finditer(text):
        if match.lastgroup == "true":
            continue
        start, end = match.span()
        if cores:
            first, last = cores[-1]
            near = start - last <= 10 and end - first <= LONGEST_CORE
            if near and not STOP.search(text, last, start):
                cores[-1] = (first, end)
                continue
        if len(cores) == MOST_RUNS:
            break
        cores.append((start, end))
    return cores


class _Reader:
    """Costs of readings around the cores of one text."""

    def __init__(self, text: str, cores: list[tuple[int, int]]) -> None:
        self.text = text
        self.costs = word_costs()
        self.kinds = _vocabulary()
        # What stands elsewhere in the same document is a word of it; the runs themselves are no witness.
        pieces, done = [], 0
        for start, end in cores:
            pieces.append(text[done : max(done, start - BEFORE)])
            done = end + AFTER
        self.elsewhere = "\n".join((*pieces, text[done:]))[:50_000]

    def best_run(self, core: tuple[int, int], prior: float = PRIOR) -> _Run | None:
        text = self.text
        low = self._reach(core[0], -1, BEFORE)
        high = self._reach(core[1], 1, AFTER)
        left_edge = self._reach(low, -1, WINDOW)
        right_edge = self._reach(high, 1, WINDOW)
        forward = self._forward(left_edge, core[0])
        backward = self._backward(core[1], right_edge)
        plain = self._forward(left_edge, right_edge)[right_edge]
        prior += self._context(left_edge, core)
        best: _Run | None = None
        for start in range(low, core[0] + 1):
            claims = self._advertising(start, high)
            for end in range(core[1], high + 1):
                if end not in claims:
                    continue
                cost = claims[end] + prior + self._joined(forward, backward, start, end, left_edge, right_edge)
                gain = plain - cost
                if best is None or gain > best.gain + 1e-9:
                    best = _Run(start, end, gain)
        if best is None or best.gain < CLEARLY:
            return None
        return _with_separators(text, best)

    def _reach(self, position: int, step: int, most: int) -> int:
        """The farthest place from `position` that no punctuation parts from it."""
        moved = 0
        while moved < most:
            character = position - 1 if step < 0 else position
            if not 0 <= character < len(self.text) or STOP.match(self.text[character]):
                break
            position += step
            moved += 1
        return position

    def _context(self, left_edge: int, core: tuple[int, int]) -> float:
        inside = self.text[core[0] : core[1]]
        if any(sign in inside for sign in ADVERTISING_SIGNS):
            return -8.0
        if GUARD.search(self.text, max(left_edge, core[0] - 12), core[0]) or OFFENCE.match(self.text, core[1]):
            return 15.0
        longest = max((len(w) for w in _brands() if w in inside), default=0)
        return -16.0 if longest >= 4 else -8.0 if longest >= 2 else 0.0

    def _word(self, start: int, end: int) -> float | None:
        word = self.text[start:end]
        cost = self.costs.get(word)
        kind = self.kinds.get(word)
        if kind in (BRAND, BETTING):
            return max(ODD_WORD, cost or 0.0)
        if cost is None and 2 <= end - start <= 4 and word in self.elsewhere and _all_han(word):
            return 10.0 + 2.0 * (end - start - 2)
        return cost

    def _forward(self, start: int, end: int) -> dict[int, float]:
        """Cost of the best ordinary reading of text[start:i] for every i."""
        best = {start: 0.0}
        for i in range(start + 1, end + 1):
            cost = best[i - 1] + self._single(i - 1)
            for j in range(max(start, i - LONGEST_WORD), i - 1):
                word = self._word(j, i)
                if word is not None and best[j] + word < cost:
                    cost = best[j] + word
            best[i] = cost
        return best

    def _backward(self, start: int, end: int) -> dict[int, float]:
        """Cost of the best ordinary reading of text[i:end] for every i."""
        best = {end: 0.0}
        for i in range(end - 1, start - 1, -1):
            cost = best[i + 1] + self._single(i)
            for j in range(i + 2, min(end, i + LONGEST_WORD) + 1):
                word = self._word(i, j)
                if word is not None and best[j] + word < cost:
                    cost = best[j] + word
            best[i] = cost
        return best

    def _single(self, i: int) -> float:
        character = self.text[i]
        cost = self.costs.get(character)
        return sign_cost(character) if cost is None else cost

    def _joined(
        self, forward: dict[int, float], backward: dict[int, float], start: int, end: int, low: int, high: int
    ) -> float:
        """Cost of the text around a run, words that the run cuts in two included."""
        text = self.text
        best = forward[start] + backward[end]
        for left in range(1, min(LONGEST_WORD - 1, start - low) + 1):
            half = text[start - left : start]
            for right in range(1, min(LONGEST_WORD - left, high - end) + 1):
                cost = self.costs.get(half + text[end : end + right])
                if cost is not None:
                    best = min(best, forward[start - left] + cost + backward[end + right])
        return best

    def _advertising(self, start: int, end: int) -> dict[int, float]:
        """Cost of the best reading of text[start:i] as advertising, for every i where such a reading ends."""
        states: dict[int, dict[int, float]] = {start: {-1: 0.0}}
        ends: dict[int, float] = {}
        for i in range(start, end):
            for kind, cost in states.get(i, {}).items():
                for stop, next_kind, step in self._tokens(i, end, kind):
                    reached = states.setdefault(stop, {})
                    if cost + step < reached.get(next_kind, float("inf")):
                        reached[next_kind] = cost + step
        for stop, reached in states.items():
            closing = [cost + _end_cost(kind) for kind, cost in reached.items() if kind >= 0]
            if closing:
                ends[stop] = min(closing)
        return ends

    def _tokens(self, i: int, end: int, before: int) -> Iterator[tuple[int, int, float]]:
        text = self.text
        if text[i] in ADVERTISING_SIGNS or text[i] in SEPARATORS:
            if before != JOINER:
                yield i + 1, JOINER, (1.0 if text[i] in ADVERTISING_SIGNS else 4.0) + (2.0 if before < 0 else 0.0)
            return
        for stop in range(i + 1, min(end, i + LONGEST_TOKEN) + 1):
            kind = self.kinds.get(text[i:stop])
            if kind is not None:
                yield stop, kind, TOKEN_COST[kind] + (FIRST_COST[kind] if before < 0 else 0.0)
        if text[i].isascii() and text[i].isalnum() and before not in (LATIN, DIGITS):
            stop = i + 1
            while stop < end and stop - i < 12 and text[stop].isascii() and text[stop].isalnum():
                stop += 1
            kind = DIGITS if text[i:stop].isdigit() else LATIN
            if kind == DIGITS:
                odd = 0.0 if before in (-1, JOINER, UNKNOWN) else 5.0
            else:
                odd = 3.0 * (len(text[i:stop]) - len(text[i:stop].lstrip("0123456789"))) + 8.0 * (before == UNKNOWN)
            yield stop, kind, 4.0 + odd + (FIRST_COST[kind] if before < 0 else 0.0)
        if before != UNKNOWN and "㐀" <= text[i] <= "鿿":
            yield from self._unknown(i, end, 0.0 if before in (-1, JOINER, LATIN) else 8.0)

    def _unknown(self, i: int, end: int, again: float) -> Iterator[tuple[int, int, float]]:
        for length, cost in UNKNOWN_COST.items():
            stop = i + length
            if stop > end or not _all_han(self.text[i:stop]):
                break
            yield stop, UNKNOWN, cost + again


@cache
def _brands() -> frozenset[str]:
    return frozenset(read_sections("advertising.txt")["brands"])


def _all_han(text: str) -> bool:
    return all("㐀" <= c <= "鿿" for c in text)


def _end_cost(kind: int) -> float:
    """A run seldom ends in a name without a word of betting behind it, and hardly ever in a joiner."""
    return {UNKNOWN: 8.0, JOINER: 12.0, DIGITS: 5.0}.get(kind, 0.0)


def _with_separators(text: str, run: _Run) -> _Run:
    """The dash before a tail and the blank behind an insertion came with it."""
    start, end = run.start, run.end
    while start > 0 and text[start - 1] in "-—|｜_" and (end == len(text) or text[end] == "\n"):
        start -= 1
    if end < len(text) and text[end] == " " and start > 0 and not text[start - 1].isascii():
        end += 1
    return _Run(start, end, run.gain)


def _whole_line(text: str, run: _Run) -> tuple[int, int]:
    """The whole line, when nothing that could belong to a report is left of it."""
    first = text.rfind("\n", max(0, run.start - 400), run.start) + 1
    last = text.find("\n", run.end, run.end + 400)
    last = last if last >= 0 else len(text)
    line = text[first:last]
    if last - first > 400 or GENRE.search(line) or "。" in line:
        return run.start, run.end
    rest = sum(c.isalnum() for c in text[first : run.start] + text[run.end : last])
    covered = sum(len(match.group()) for match in _keyword().finditer(line))
    listed = covered * 5 >= 3 * len(line) and not NUMBERED.match(line)
    return (first, last) if rest < 4 or listed else (run.start, run.end)


@cache
def _keyword() -> re.Pattern[str]:
    words = sorted(_vocabulary(), key=len, reverse=True)
    return re.compile("|".join(re.escape(word) for word in words) + "|[-_,，、|]")


def _displaced(text: str, start: int, end: int) -> str:
    """The middle of a fixed phrase whose two halves stand on both sides, where only one phrase fits."""
    left, right = text[max(0, start - 20) : start], text[end : end + 20]
    found: dict[str, int] = {}
    for phrase in phrases():
        for cut in range(2, len(phrase) - 1):
            if not left.endswith(phrase[:cut]):
                continue
            for back in range(cut, len(phrase) - 1):
                if right.startswith(phrase[back:]):
                    found[phrase[cut:back]] = max(found.get(phrase[cut:back], 0), cut + len(phrase) - back)
    longest = max(found.values(), default=0)
    fitting = {middle for middle, length in found.items() if length == longest}
    return fitting.pop() if longest >= 6 and len(fitting) == 1 else ""
