"""Advertising that somebody put into a page: where it begins, where it ends, and the word that it displaced.

Two readings of a stretch compete: ordinary words throughout, or ordinary words around a run of advertising. Both are
costed in nats, word by word; the cheapest pair of boundaries wins, and the run goes only when that reading is clearly
cheaper than the ordinary one. Names of brands need not be known: an unknown name is a run of one to four characters
beside words of betting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from embed.reading.advertising_words import (
    BETTING,
    BRAND,
    DIGITS,
    JOINER,
    LATIN,
    NAME,
    ODD_PAIR,
    SITE,
    UNKNOWN,
    brands,
    folded,
    genre,
    keyword,
    may_advertise,
    token_lengths,
    triggers,
    vocabulary,
)
from embed.reading.document import RemovalReason
from embed.reading.lexicon import ADVERTISING_SIGNS, LONGEST_WORD, displaced_word, sign_cost, word_costs
from embed.reading.tracked import Edit

__all__ = ["MOST_RUNS", "injected_edits", "is_advertising", "is_keyword_line", "without_advertising"]

# A document with more runs than this is nothing but advertising; the rest stays as it is.
MOST_RUNS = 400
LONGEST_CORE = 64
BEFORE, AFTER = 14, 16  # how far around its surest words the ends of a run are looked for
WINDOW = 24  # ordinary characters on each side whose fluency counts
PRIOR = 18.0  # cost of the claim that a run of advertising stands here
CLEARLY = 2.0
ODD_WORD = 22.0  # least cost of a betting word in the ordinary reading

STOP = re.compile("[，。；：！？、,.;:!?“”‘’\"'《》〈〉（）()【】\\[\\]\n…]")
SEPARATORS = "-—|｜·~～ "
GUARD = re.compile(
    "打击|整治|查处|取缔|严禁|涉赌|禁赌|赌博|非法|违法|犯罪|抓获|捣毁|收缴|警惕|违规|清理|下架|封堵|关停|约谈"
)
INSPECTION = re.compile("禁止|治理|防范|排查|检查")  # of places of betting as of anything else
OFFENCE = re.compile(".{0,4}(?:案件|违法|犯罪|窝点|整治|乱象)|.{0,2}(?:行为|问题)")
OFFICE = re.compile(r"(?:局|委|办|镇|乡|县|市|区|院|处|会|室|站|所)$|^ *(?:19|20)\d{2} ?年")
GENRE = re.compile("政府|法治|依法|报告|总结|工作|建设|人民|街道|情况|汇报")
YEAR = re.compile(r"(?:19|20)\d{2}")
NUMBERED = re.compile(r"[(（]?[一二三四五六七八九十\d]{1,3}[)）、.．]")
_SURE = frozenset((BRAND, BETTING))
TOKEN_COST = {BRAND: 4.0, BETTING: 4.0, NAME: 6.0, SITE: 5.0}
UNKNOWN_COST = {1: 13.0, 2: 17.0, 3: 26.0, 4: 44.0}
WORD_OF_REPORTS, EVERYDAY_WORD = 10.0, 4.0
FREQUENT_WORD, FREQUENT_CHARACTER = 9.7, 6.5
ODD = 15.0
NAMELESS = 8.0  # a pair of words without a name before it may be a slip of the author's
START = -1
NEVER = float("inf")
# What one kind of token costs behind another, on top of its own cost.
FIRST_COST = {BRAND: 0.0, BETTING: 6.0, NAME: 2.0, SITE: 8.0, LATIN: 1.0, DIGITS: 5.0, JOINER: 2.0, UNKNOWN: 0.0}
STEP_COST = {(START, kind): cost for kind, cost in FIRST_COST.items()}
STEP_COST |= {(before, UNKNOWN): 8.0 for before in (BRAND, BETTING, NAME, SITE, DIGITS)} | {(UNKNOWN, UNKNOWN): NEVER}
STEP_COST |= {(before, DIGITS): 5.0 for before in (BRAND, BETTING, NAME, SITE)} | {(UNKNOWN, LATIN): 8.0}
STEP_COST |= {(before, kind): NEVER for before in (LATIN, DIGITS) for kind in (LATIN, DIGITS)} | {
    (JOINER, JOINER): NEVER
}
# A known name needs no unknown one before it, and no number.
STEP_COST |= {(before, name): 12.0 for before in (UNKNOWN, DIGITS) for name in (BRAND, NAME)}
# A run seldom ends in a name without a word of betting behind it, and hardly ever in a joiner.
END_COST = {UNKNOWN: 14.0, JOINER: 12.0, DIGITS: 7.0}
LONGEST_REPEATED = 4  # characters of a word that is one because it stands elsewhere in the document
LONGEST_KEYWORD_LINE = 80
LONGEST_HALF = 4  # characters of a word on either side of a run that cuts it in two


@dataclass(frozen=True, slots=True)
class _Run:
    start: int
    end: int
    gain: float  # how much cheaper than the ordinary reading, in nats


def injected_edits(text: str) -> Iterator[Edit]:
    """Runs of advertising in simplified text, in order, with the displaced word as replacement where it is plain."""
    narrow = folded(text)
    cores = _cores(narrow) if may_advertise(narrow) else []
    if not cores:
        return
    reader = _Reader(narrow, cores)
    runs = [reader.best_run(core) for core in cores]
    least = CLEARLY
    if any(run is not None and run.gain >= CLEARLY for run in runs):  # where one stands there are others
        least = CLEARLY - 10
    done = 0
    for run in runs:
        if run is None or run.start < done:
            continue
        if run.gain < (CLEARLY if vocabulary().get(narrow[run.start : run.end]) == BETTING else least):
            continue  # one word of betting alone is a word of the report, whatever stands elsewhere
        start, end = _whole_line(narrow, run)
        yield Edit(start, end, RemovalReason.INJECTED, displaced_word(narrow, start, end))
        done = end


def without_advertising(line: str) -> str:
    """A short text, such as the title of a page, without its runs of advertising."""
    for edit in reversed(list(injected_edits(line))):
        line = line[: edit.start] + edit.replacement + line[edit.end :]
    return line


def is_advertising(line: str) -> bool:
    """Whether a short line has a run of advertising in it."""
    return len(line) <= 2_000 and any(True for _ in injected_edits(line))


def is_keyword_line(line: str) -> bool:
    """Whether a short line holds words of betting and signs between them, and nothing else."""
    if len(line) > LONGEST_KEYWORD_LINE:
        return False
    first = folded(line[:1])
    if first not in token_lengths() and "㐀" <= first <= "鿿":
        return False
    text = folded(line)
    words = keyword().findall(text)
    kinds = [vocabulary().get(word) for word in words]
    return sum(map(len, words)) == len(text.replace(" ", "")) and any(kind in _SURE for kind in kinds)


def _cores(text: str) -> list[tuple[int, int]]:
    """Stretches from the first to the last sure sign of advertising, none across punctuation."""
    cores: list[tuple[int, int]] = []
    for match in triggers(text):
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
        self.kinds = vocabulary()
        self.names: dict[str, float] = {}  # what words cost more as names
        # What stands elsewhere in the same document is a word of it; the runs themselves are no witness.
        pieces, done = [], 0
        for start, end in cores:
            pieces.append(text[done : max(done, start - BEFORE)])
            done = end + AFTER
        self.elsewhere = "\n".join((*pieces, text[done:]))[:50_000]

    def best_run(self, core: tuple[int, int]) -> _Run | None:
        """The cheapest run of advertising around a core."""
        low, high = self._reach(core[0], -1, BEFORE), self._reach(core[1], 1, AFTER)
        left_edge, right_edge = self._reach(low, -1, WINDOW), self._reach(high, 1, WINDOW)
        words = self._words(left_edge, right_edge)
        ordinary = self._forward(left_edge, right_edge, words)
        plain = ordinary[right_edge]
        forward = {i: cost for i, cost in ordinary.items() if i <= core[0]}
        backward = self._backward(core[1], right_edge, words[core[1] - left_edge :])
        prior = PRIOR + self._context(left_edge, core)
        moves = [self._moves(i, high) for i in range(low, high)]
        best: _Run | None = None
        open_starts = {start: forward[start] for start in range(low, core[0] + 1)}
        if prior == PRIOR - ODD:
            open_starts[core[0]] += NAMELESS
        claims = {end: claim for end, claim in self._advertising(open_starts, low, moves).items() if end >= core[1]}
        for end, (cost, start) in claims.items():
            best = _better(best, _Run(start, end, plain - prior - cost - backward[end]))
        for start, end, cost in self._crossings(forward, backward, open_starts, claims):
            claim = self._advertising({start: cost}, low, moves).get(end)
            if claim is not None:
                best = _better(best, _Run(start, end, plain - prior - claim[0]))
        return _with_separators(self.text, best) if best is not None else None

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
        longest = max((len(w) for w in brands() if w in inside), default=0)
        odd = ODD_PAIR.search(self.text, core[0], min(len(self.text), core[1] + 4)) is not None
        first = max(left_edge, core[0] - 12)
        if GUARD.search(self.text, first, core[0]):
            return 15.0
        if longest < 2 and not odd:
            if OFFENCE.match(self.text, core[1]):
                return 15.0
            return 8.0 if INSPECTION.search(self.text, first, core[0]) else 0.0
        return -16.0 if longest >= 4 else -ODD if odd else -8.0

    def _words(self, start: int, end: int) -> list[list[tuple[int, float]]]:
        """For each place of text[start:end] the ends of the words of two and more characters there, and their costs."""
        text, costs, sure, longest = self.text, self.costs, _sure_words(), _longest_words()
        rows: list[list[tuple[int, float]]] = []
        for first in range(start, end):
            row = []
            repeated = True  # whether a shorter word that begins here stands elsewhere too
            known = max(longest.get(text[first : first + 2], 0), LONGEST_REPEATED)
            for last in range(first + 2, min(end, first + known) + 1):
                word = text[first:last]
                cost = costs.get(word)
                if word in sure:
                    row.append((last, max(ODD_WORD, cost or 0.0)))
                    continue
                if cost is None and repeated and last <= first + LONGEST_REPEATED:
                    repeated = word in self.elsewhere
                    if repeated and _all_han(word):
                        cost = 10.0 + 2.0 * (last - first - 2)
                if cost is not None:
                    row.append((last, cost))
            rows.append(row)
        return rows

    def _forward(self, start: int, end: int, words: list[list[tuple[int, float]]]) -> dict[int, float]:
        """Cost of the best ordinary reading of text[start:i] for every i, given the words of each of its places."""
        best = {start: 0.0}
        for i in range(start, end):
            here = best[i]
            alone = here + self._single(i)
            if alone < best.get(i + 1, NEVER):
                best[i + 1] = alone
            for last, cost in words[i - start]:
                if here + cost < best.get(last, NEVER):
                    best[last] = here + cost
        return best

    def _backward(self, start: int, end: int, words: list[list[tuple[int, float]]]) -> dict[int, float]:
        """Cost of the best ordinary reading of text[i:end] for every i, given the words of each of its places."""
        best = {end: 0.0}
        for i in range(end - 1, start - 1, -1):
            best[i] = min((best[last] + cost for last, cost in words[i - start]), default=NEVER)
            best[i] = min(best[i], best[i + 1] + self._single(i))
        return best

    def _single(self, i: int) -> float:
        character = self.text[i]
        cost = self.costs.get(character)
        return sign_cost(character) if cost is None else cost

    def _crossings(
        self, forward: dict[int, float], backward: dict[int, float], starts: Iterable[int], ends: Iterable[int]
    ) -> Iterator[tuple[int, int, float]]:
        """Runs that cut a word in two (扫黑除…恶): start, end, and the cost of the text around them."""
        text = self.text
        left_edge, right_edge = min(forward), max(backward)
        first_halves, second_halves = _halves()
        rights = []
        for end in ends:
            halves = [(text[end:stop], stop) for stop in range(end + 1, min(right_edge, end + LONGEST_HALF) + 1)]
            rights.append((end, [(half, backward[stop]) for half, stop in halves if half in second_halves]))
        for start in starts:
            lefts = [(text[first:start], first) for first in range(max(left_edge, start - LONGEST_HALF), start)]
            lefts_known = [(half, forward[first]) for half, first in lefts if half in first_halves]
            for end, rights_known in rights if lefts_known else ():
                costs = [
                    before + word + behind
                    for left, before in lefts_known
                    for right, behind in rights_known
                    if (word := self.costs.get(left + right)) is not None
                ]
                if costs and min(costs) < forward[start] + backward[end]:
                    yield start, end, min(costs)

    def _advertising(
        self, starts: dict[int, float], low: int, moves: list[list[tuple[int, int, float]]]
    ) -> dict[int, tuple[float, int]]:
        """For every place where a reading as advertising may end: its least cost, and where it began.

        `starts` holds the places where it may begin and what was spent before them.
        """
        states: dict[int, dict[int, tuple[float, int]]] = {
            start: {START: (cost, start)} for start, cost in starts.items()
        }
        ends: dict[int, tuple[float, int]] = {}
        for i in range(low, low + len(moves) + 1):
            here = states.get(i)
            if here is None:
                continue
            closing = [(cost + END_COST.get(kind, 0.0), began) for kind, (cost, began) in here.items() if kind != START]
            if closing:
                ends[i] = min(closing)
            known = -1  # kind of the move before: several moves in a row are of one kind
            for stop, kind, own in moves[i - low] if i - low < len(moves) else ():
                if kind != known:
                    known = kind
                    spent, began = min(
                        [(cost + STEP_COST.get((before, kind), 0.0), began) for before, (cost, began) in here.items()]
                    )
                if spent == NEVER:
                    continue
                reached = states.setdefault(stop, {})
                if kind not in reached or (spent + own, began) < reached[kind]:
                    reached[kind] = (spent + own, began)
        return ends

    def _moves(self, i: int, end: int) -> list[tuple[int, int, float]]:
        """Tokens of advertising that begin at i: where each stops, its kind, its own cost."""
        text = self.text
        character = text[i]
        if character in ADVERTISING_SIGNS or character in SEPARATORS:
            return [(i + 1, JOINER, 1.0 if character in ADVERTISING_SIGNS else 4.0)]
        moves = []
        for length in token_lengths().get(character, ()):
            kind = self.kinds.get(text[i : i + length]) if i + length <= end else None
            if kind is not None:
                moves.append((i + length, kind, TOKEN_COST[kind]))
        if character.isascii() and character.isalnum():
            moves.append(self._latin(i, end))
        elif "㐀" <= character <= "鿿":
            for length, cost in UNKNOWN_COST.items():
                if i + length > end or not "㐀" <= text[i + length - 1] <= "鿿":
                    break
                moves.append((i + length, UNKNOWN, cost + self._as_name(text[i : i + length])))
        return moves

    def _as_name(self, word: str) -> float:
        """What a word costs more as the name of a site: sites take everyday words, hardly ever those of reports."""
        found = self.names.get(word)
        if found is None:
            found = self.names[word] = self._cost_as_name(word)
        return found

    def _cost_as_name(self, word: str) -> float:
        cost = self.costs.get(word, NEVER)
        if len(word) == 1:
            return WORD_OF_REPORTS if cost < FREQUENT_CHARACTER else 0.0
        if cost < FREQUENT_WORD or word in genre() or word in self.elsewhere:
            return WORD_OF_REPORTS
        return -EVERYDAY_WORD * (len(word) - 1) if cost < NEVER else 0.0

    def _latin(self, i: int, end: int) -> tuple[int, int, float]:
        """Letters and digits of a name; digits before the letters belong rather to the text."""
        stop = i + 1
        while stop < end and stop - i < 12 and self.text[stop].isascii() and self.text[stop].isalnum():
            stop += 1
        name = self.text[i:stop]
        if name.isdigit():
            return stop, DIGITS, 20.0 if YEAR.fullmatch(name) else 4.0
        return stop, LATIN, 4.0 + 3.0 * (len(name) - len(name.lstrip("0123456789")))


def _better(best: _Run | None, run: _Run) -> _Run:
    return run if best is None or run.gain > best.gain + 1e-9 else best


@cache
def _sure_words() -> frozenset[str]:
    """Words of advertising that are the surest signs of it."""
    return frozenset(word for word, kind in vocabulary().items() if kind in _SURE)


@cache
def _longest_words() -> dict[str, int]:
    """The first two characters of every word, and the length of the longest that begins with them."""
    longest: dict[str, int] = {}
    for word in (*word_costs(), *_sure_words()):
        if len(word) <= LONGEST_WORD and len(word) > longest.get(word[:2], 1):
            longest[word[:2]] = len(word)
    return longest


@cache
def _halves() -> tuple[frozenset[str], frozenset[str]]:
    """What ordinary words begin with, and what they end in, up to LONGEST_HALF characters."""
    words = [word for word in word_costs() if 2 <= len(word) <= 2 * LONGEST_HALF]
    lengths = range(1, LONGEST_HALF + 1)
    firsts = frozenset(word[:length] for word in words for length in lengths if length < len(word))
    return firsts, frozenset(word[-length:] for word in words for length in lengths if length < len(word))


def _all_han(text: str) -> bool:
    return all("㐀" <= c <= "鿿" for c in text)


def _with_separators(text: str, run: _Run) -> _Run:
    """The dash before a tail or behind a head and the blank behind an insertion came with it."""
    start, end = run.start, run.end
    while start > 0 and text[start - 1] in "-—|｜_" and (end == len(text) or text[end] == "\n"):
        start -= 1
    while end < len(text) and text[end] in "-—|｜_" and (start == 0 or text[start - 1] == "\n"):
        end += 1
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
    covered = sum(len(match.group()) for match in keyword().finditer(line))
    listed = covered * 5 >= 3 * len(line) and not NUMBERED.match(line) and not OFFICE.search(line)
    return (first, last) if rest < 4 or listed else (run.start, run.end)
