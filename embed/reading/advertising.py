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

from embed.reading.document import RemovalReason
from embed.reading.lexicon import ADVERTISING_SIGNS, LONGEST_WORD, displaced_word, sign_cost, word_costs
from embed.reading.tracked import Edit
from embed.reading.word_finder import Lexicon
from embed.reading.wordlists import any_of, read_sections

__all__ = ["MOST_RUNS", "injected_edits", "is_advertising", "without_advertising"]

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
    "打击|整治|查处|取缔|严禁|禁止|治理|涉赌|禁赌|赌博|非法|违法|犯罪|防范|排查|检查|抓获|捣毁|收缴|警惕"
)
OFFENCE = re.compile(".{0,4}(?:案件|违法|犯罪|窝点|行为|问题|整治|乱象)")
GENRE = re.compile("政府|法治|依法|报告|总结|工作|建设|人民|街道|情况|汇报")
NUMBERED = re.compile(r"[(（]?[一二三四五六七八九十\d]{1,3}[)）、.．]")
SPORT = "体育|彩票|娱乐|棋牌|电竞|足球|真人|国际|亚洲"
SERVICE = "官网|官方|下载|注册|平台|app|手机版|登录|登陆|首页|在线|直播|开户|网址|入口|计划|投注|竞猜|电子"
WIDE_LETTER = re.compile("[０-９Ａ-Ｚａ-ｚ]")
WIDE_LATIN = {0xFF01 + i: 0x21 + i for i in range(94)}

BRAND, BETTING, NAME, SITE, LATIN, DIGITS, JOINER, UNKNOWN = range(8)
_SURE = frozenset((BRAND, BETTING))
TOKEN_COST = {BRAND: 4.0, BETTING: 4.0, NAME: 6.0, SITE: 5.0}
UNKNOWN_COST = {1: 13.0, 2: 19.0, 3: 28.0, 4: 44.0}
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
END_COST = {UNKNOWN: 8.0, JOINER: 12.0, DIGITS: 7.0}
LONGEST_TOKEN = 8
LONGEST_REPEATED = 4  # characters of a word that is one because it stands elsewhere in the document
LONGEST_HALF = 4  # characters of a word on either side of a run that cuts it in two


@cache
def _vocabulary() -> dict[str, int]:
    sections = read_sections("advertising.txt")
    kinds = dict.fromkeys(sections["site"], SITE)
    kinds |= dict.fromkeys(sections["names"], NAME)
    kinds |= dict.fromkeys(sections["betting"], BETTING)
    kinds |= dict.fromkeys(sections["brands"], BRAND)
    return kinds


@cache
def _trigger() -> re.Pattern[str]:
    sections = read_sections("advertising.txt")
    signs = "".join(re.escape(sign) for sign in sorted(ADVERTISING_SIGNS))
    return re.compile(
        rf"(?P<pair>(?:{SPORT})(?:{SERVICE})|(?<![a-z])[a-z]{{1,7}}\d{{1,4}}(?:{SPORT}))"
        f"|(?P<true>{any_of(sections['true'])})|(?P<sure>{any_of([*sections['brands'], *sections['betting']])})"
        f"|(?<=[一-鿿a-z0-9])(?P<sign>[{signs}])(?=[一-鿿a-z0-9])"
    )


_SIGN = re.compile(f"[{''.join(sorted(ADVERTISING_SIGNS))}]")
_OTHER_TRIGGER = re.compile(rf"[a-z](?<![a-z].)[a-z]{{0,6}}\d{{1,4}}(?:{SPORT})|{_SIGN.pattern}")


@cache
def _trigger_words() -> Lexicon[None]:
    """Words with which every trigger begins that begins neither with a letter nor with a sign."""
    sections = read_sections("advertising.txt")
    words = [*sections["true"], *sections["brands"], *sections["betting"]]
    words += [sport + service for sport in SPORT.split("|") for service in SERVICE.split("|")]
    return Lexicon(dict.fromkeys(words))


def _triggers(text: str) -> Iterator[re.Match[str]]:
    """What `_trigger` finds in a text; it is tried only where it can begin."""
    match = _trigger().match
    places = {found.start() for found in _OTHER_TRIGGER.finditer(text)}
    done = 0
    for place in sorted(places.union(_trigger_words().places(text))):
        found = match(text, place) if place >= done else None
        if found:
            done = found.end()
            yield found


@cache
def _signs_of_advertising() -> Lexicon[None]:
    """Words of which every core without a sign has one: a cheap look that spares most texts the search for cores."""
    sections = read_sections("advertising.txt")
    words = [*sections["brands"], *sections["betting"]]
    words += [sport + service for sport in SPORT.split("|") for service in SERVICE.split("|")]
    words += [digit + sport for digit in "0123456789" for sport in SPORT.split("|")]
    return Lexicon(dict.fromkeys(words))


def _may_advertise(text: str) -> bool:
    return _SIGN.search(text) is not None or _signs_of_advertising().is_in(text)


@dataclass(frozen=True, slots=True)
class _Run:
    start: int
    end: int
    gain: float  # how much cheaper than the ordinary reading, in nats


def injected_edits(text: str) -> Iterator[Edit]:
    """Runs of advertising in simplified text, in order, with the displaced word as replacement where it is plain."""
    folded = _folded(text)
    cores = _cores(folded) if _may_advertise(folded) else []
    if not cores:
        return
    reader = _Reader(folded, cores)
    runs = [reader.best_run(core) for core in cores]
    least = CLEARLY
    if any(run is not None and run.gain >= CLEARLY for run in runs):  # where one stands there are others
        least = CLEARLY - 10
    done = 0
    for run in runs:
        if run is None or run.gain < least or run.start < done:
            continue
        start, end = _whole_line(folded, run)
        yield Edit(start, end, RemovalReason.INJECTED, displaced_word(folded, start, end))
        done = end


def _folded(text: str) -> str:
    """The text in small narrow letters, character for character."""
    narrow = text.translate(WIDE_LATIN) if WIDE_LETTER.search(text) else text
    small = narrow.lower()
    if len(small) == len(text):
        return small
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in narrow)  # a few letters grow


def without_advertising(line: str) -> str:
    """A short text, such as the title of a page, without its runs of advertising."""
    for edit in reversed(list(injected_edits(line))):
        line = line[: edit.start] + edit.replacement + line[edit.end :]
    return line


def is_advertising(line: str) -> bool:
    """Whether a short line has a run of advertising in it."""
    return len(line) <= 2_000 and any(True for _ in injected_edits(line))


def _cores(text: str) -> list[tuple[int, int]]:
    """Stretches from the first to the last sure sign of advertising, none across punctuation."""
    cores: list[tuple[int, int]] = []
    for match in _triggers(text):
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
        if GUARD.search(self.text, max(left_edge, core[0] - 12), core[0]) or OFFENCE.match(self.text, core[1]):
            return 15.0
        longest = max((len(w) for w in _brands() if w in inside), default=0)
        return -16.0 if longest >= 4 else -8.0 if longest >= 2 else 0.0

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
        for length in _token_lengths().get(character, ()):
            kind = self.kinds.get(text[i : i + length]) if i + length <= end else None
            if kind is not None:
                moves.append((i + length, kind, TOKEN_COST[kind]))
        if character.isascii() and character.isalnum():
            moves.append(self._latin(i, end))
        elif "㐀" <= character <= "鿿":
            for length, cost in UNKNOWN_COST.items():
                if i + length > end or not "㐀" <= text[i + length - 1] <= "鿿":
                    break
                moves.append((i + length, UNKNOWN, cost))
        return moves

    def _latin(self, i: int, end: int) -> tuple[int, int, float]:
        """Letters and digits of a name; digits before the letters belong rather to the text."""
        stop = i + 1
        while stop < end and stop - i < 12 and self.text[stop].isascii() and self.text[stop].isalnum():
            stop += 1
        name = self.text[i:stop]
        if name.isdigit():
            return stop, DIGITS, 4.0
        return stop, LATIN, 4.0 + 3.0 * (len(name) - len(name.lstrip("0123456789")))


def _better(best: _Run | None, run: _Run) -> _Run:
    return run if best is None or run.gain > best.gain + 1e-9 else best


@cache
def _token_lengths() -> dict[str, list[int]]:
    """How long the words of advertising are that begin with a character."""
    lengths: dict[str, set[int]] = {}
    for word in _vocabulary():
        if len(word) <= LONGEST_TOKEN:
            lengths.setdefault(word[0], set()).add(len(word))
    return {character: sorted(sizes) for character, sizes in lengths.items()}


@cache
def _sure_words() -> frozenset[str]:
    """Words of advertising that are the surest signs of it."""
    return frozenset(word for word, kind in _vocabulary().items() if kind in _SURE)


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


@cache
def _brands() -> frozenset[str]:
    return frozenset(read_sections("advertising.txt")["brands"])


def _all_han(text: str) -> bool:
    return all("㐀" <= c <= "鿿" for c in text)


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
    return re.compile(f"{any_of(_vocabulary())}|[-_,，、|]")
