"""Where a paragraph turns to another measure, problem or plan without saying so: told by the topics on both sides."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from operator import mul
from typing import NamedTuple

from embed.reading.word_finder import Hit
from embed.structure import wording
from embed.structure.report import Role
from embed.structure.sentences import Clause
from embed.structure.topics import Topic, TopicWeights, add_weights, families, read_topics, strongest, weigh
from embed.structure.turn_weights import COLUMNS, read_turn_weights
from embed.structure.units import Context, Opening

__all__ = ["Turns"]

_DECISIVE = 2.0  # weight of one plain wording
_HEAD = 26  # characters of a sentence that heads an item: 一是夯实审查“支撑力”。
_LONG = 20  # characters of a shortcoming that a comma may part from the next
_SUBJECT = 4  # characters before the subject of a clause at most
_BACK = 400  # characters of a unit that are looked back on
_AHEAD = 40  # clauses that are looked ahead
_MOST = 4.0  # of the weight of a topic that counts
_EARLY = 10  # characters before the subject of a measure
_SHORT = 15
_LONG_PARAGRAPH = 200


class Turns:
    """A paragraph being read clause by clause; the unit being read begins at clause `begin`."""

    def __init__(
        self, text: str, clauses: Sequence[Clause], hits: Sequence[Hit[Topic]], context: Context, counts: Sequence[int]
    ) -> None:
        self.text = text
        self.context = context
        self.clauses = clauses
        self.hits = _by_clause(clauses, hits)
        self.stops = _stops(clauses)
        self.heads = [clause.start for clause in clauses]
        for index, start in enumerate(self.heads):
            if text[start].isspace():
                self.heads[index] = self._head(index)
        self._old: tuple[int, int, TopicWeights] = (0, 0, {})  # the topics of a run of clauses
        self.counts = counts  # where quantities stand
        self._flaws: list[list[Hit[Topic]]] | None = None  # wordings of shortcomings by clause, found when asked for
        self._whole: tuple[float, ...] | None = None  # evidence of the whole paragraph, found when asked for
        self._odds: dict[str, float] = {}  # what it says by column
        self.expects_problems = context.expects_problems
        self.only_plans = context.only_plans
        self.begin = 0
        self.opening = Opening.START
        self.item = 0  # the ordinal of the item being read
        self.planning = False  # behind 下一步, in a paragraph about something else

    def _weights(self, begin: int, end: int) -> TopicWeights:
        weights: TopicWeights = {}
        for hits in self.hits[begin:end]:
            if hits:
                add_weights(weights, hits)
        return weights

    def turns(self, index: int, sign: str) -> bool:
        """Whether clause `index` begins to speak of something else."""
        if index == self.begin or sign not in "。；，":
            return False
        if self.expects_problems and not self.planning:
            return self._turns_problem(index, sign)
        seen = self._seen(index, sign)
        return seen is not None and self._decides(index, self.column(sign), seen)

    @property
    def plans(self) -> bool:
        """Whether the unit being read is a plan."""
        return self.only_plans or self.planning

    def column(self, sign: str) -> str:
        """The column of the weights that counts behind a sign here."""
        return f"{sign}plan" if self.plans else sign

    def evidence(self, index: int, sign: str) -> dict[str, float] | None:
        """What can be seen at clause `index` for and against a turn; None where there can be none.

        The keys are those of `data/turns.tsv`; yes and no are 1 and 0, weights of topics end at 4.
        """
        if self.expects_problems and not self.planning:
            return None
        seen = self._seen(index, sign)
        if seen is None:
            return None
        start, ends = self.heads[index], self._ends(index)
        worded = dict.fromkeys([name for name, _, _ in _PLANNED], 0.0)
        for name, test, far in _worded(self.column(sign)):
            worded[name] = float(test(self.text, start, ends[far]) is not None)
        worded["begins and states"] = float(worded["begins"] > 0 and _states_something_new(seen))
        worded["leader among leaders"] = float(worded["leader"] > 0 and seen.leaders > 0)
        whole = zip(_PARAGRAPH, self._paragraph(), strict=True)
        return {**dict(zip(_SEEN, map(float, seen), strict=True)), **dict(whole), **worded}

    def _decides(self, index: int, column: str, seen: _Seen) -> bool:
        """Whether the evidence speaks for a turn; wordings are looked for only as long as they can tip the scale."""
        text, start, ends = self.text, self.heads[index], self._ends(index)
        if _is_plain(column, seen) and wording.RESULT.search(text, start, ends[True]) is None:
            return True
        bias, weights = _weights_seen(column)
        total = sum(map(mul, weights, seen), bias) + self._paragraph_odds(column)
        stakes, most, least = _stakes(column, states=_states_something_new(seen), leaders=seen.leaders > 0)
        for stake, (_, test, far) in zip(stakes, _worded(column), strict=True):
            if total + most <= 0 or total + least > 0:
                break
            if stake > 0:
                most -= stake
            else:
                least -= stake
            if test(text, start, ends[far]) is not None:
                total += stake
        return total + least > 0

    def _ends(self, index: int) -> tuple[int, int]:
        """Where clause `index` ends, and where its part of the sentence does."""
        return self.clauses[index].end, self.clauses[self._part_end(index) - 1].end

    def _part_end(self, index: int) -> int:
        """The clause behind the part of the sentence that clause `index` stands in, as far as it is looked at."""
        return min(self.stops["；"][index], index + _AHEAD)

    def _seen(self, index: int, sign: str) -> _Seen | None:
        """The evidence at clause `index` that no wording gives, without that of the whole paragraph; None where there
        can be no turn.
        """
        if (sign == "，" and not self.hits[index] and not self.plans) or self.is_head(index):
            return None
        stop = self._part_end(index)
        new, old = self._weights(index, index + 1 if sign == "，" else stop), self._before(index)
        name, weight = strongest(new)
        if sign != "。" and (name in old or not name) and not self.plans:
            return None
        before, reached = strongest(old)
        carry = (self._weights(index, stop) if sign == "，" else new).get(before, 0.0)
        known = old.get(name, 0.0)
        weight, reached = weight if weight < _MOST else _MOST, reached if reached < _MOST else _MOST
        near = weight > 0 and not known and _is_near(name, old)
        fresh = 0.0 if known or near else weight
        early = weight >= _DECISIVE and not known and self._is_early(index)
        counts, counted = self._has_count(index, stop), self._has_count(self.begin, index)
        roles = self.context.roles
        start, end = self.heads[index], self.clauses[stop - 1].end
        here, first = self.clauses[index].start, self.clauses[self.begin].start
        seen = (
            fresh,
            weight if near else 0.0,
            weight if known else 0.0,
            known if known < _MOST else _MOST,
            not name,
            reached,
            not before,
            carry if carry < _MOST else _MOST,
            early and fresh > 0,
            early and near,
            self._has_count(index, index + 1),
            self.text[start].isdigit(),
            counts,
            counted,
            counts and counted,
            end - start < _SHORT,
            here - first < _SHORT,
            (end - start) / 100 if end - start < 200 else 2.0,
            (start - first) / 100 if start - first < 400 else 4.0,
            Role.LEADERSHIP in roles and Role.MEASURE not in roles,
            self.item > 0,
        )
        return tuple.__new__(_Seen, seen)  # half the time of _Seen(…)

    def _before(self, index: int) -> TopicWeights:
        """The topics of the unit so far, up to clause `index`; not to be changed."""
        first = max(self.begin, index - _BACK // 10)
        begin, end, weights = self._old
        if begin != first or end > index:
            weights, end = {}, first
        for hits in self.hits[end:index]:
            if hits:
                add_weights(weights, hits)
        self._old = first, index, weights
        return weights

    def _is_early(self, index: int) -> bool:
        """Whether the first plain wording of a topic in a clause stands near its head."""
        for hit in self.hits[index]:
            if hit.value.weight >= _DECISIVE:
                return hit.start - self.heads[index] <= _EARLY
        return False

    def _has_count(self, begin: int, end: int) -> bool:
        """Whether clauses begin … end − 1 count anything."""
        if not self.counts or begin == end:
            return False
        first = bisect_left(self.counts, self.clauses[begin].start)
        return first < len(self.counts) and self.counts[first] < self.clauses[end - 1].end

    def _paragraph_odds(self, column: str) -> float:
        odds = self._odds.get(column)
        if odds is None:
            odds = self._odds[column] = sum(map(mul, _weights_of_paragraph(column), self._paragraph()))
        return odds

    def _paragraph(self) -> tuple[float, ...]:
        """How much the paragraph says altogether, in the order of `_PARAGRAPH`: a long one with many topics and numbers
        states many things.
        """
        if self._whole is None:
            start, end = self.clauses[0].start, self.clauses[-1].end
            topics = sum([weight >= _DECISIVE for weight in self._weights(0, len(self.clauses)).values()])
            sentences = sum([clause.sign == "。" for clause in self.clauses])
            self._whole = (
                min(end - start, 800) / 200,
                float(end - start > _LONG_PARAGRAPH),
                min(len(self.counts), 12) / 4,
                min(sentences, 8) / 4,
                min(topics, 8) / 4,
                min((end - start) / max(1, topics), 300) / 100,
            )
        return self._whole

    def head(self, index: int) -> int:
        """Where the words of a clause begin, behind blanks."""
        return self.heads[index]

    def _head(self, index: int) -> int:
        at, end = self.clauses[index].start, self.clauses[index].end - 1
        while at < end and self.text[at].isspace():
            at += 1
        return at

    # ------------------------------------------------------------ shortcomings

    def _turns_problem(self, index: int, sign: str) -> bool:
        clause = self.clauses[index]
        if Role.PROBLEM not in self.context.roles:
            return sign == "。" and wording.ASPECT.match(self.text, clause.start, clause.end) is not None
        if self.opening is Opening.CAUSE:
            return False
        evaluates = sign == "。" and wording.EVALUATION.fullmatch(self.text, clause.start, clause.end) is not None
        if self.is_head(index):  # a sentence that counts explains the short one that names a shortcoming
            if not evaluates or self.opening is Opening.ITEM or self._has_count(index, index + 1):
                return False
        elif evaluates:
            return True
        stop, back = min(self.stops[sign][index], index + _AHEAD), max(self.begin, index - _BACK // 10)
        start, end = clause.start, self.clauses[stop - 1].end
        first = max(self.clauses[back].start, start - _BACK)
        falls = (wording.FALLS if sign == "，" else wording.FALLS_SHORT).search
        if not (falls(self.text, start, end) and falls(self.text, first, start)):
            return False
        new = weigh(self._shortcomings(index, stop))
        old = weigh(hit for hit in self._shortcomings(back, index) if hit.start >= first)
        name, weight = strongest(new)
        if sign == "；" and not self.context.own_point and not self.item:
            return new.keys().isdisjoint(old)
        if weight < _DECISIVE or name in old or not old:
            return False
        kin = families("shortcomings")
        near = not kin[name].isdisjoint(kin[strongest(old)[0]])
        return not near and (sign != "，" or self._names_another(index, stop, start - first))

    def _names_another(self, index: int, stop: int, behind: int) -> bool:
        """Whether a clause behind a comma begins with what falls short: …,法律顾问作用发挥有待加强。"""
        start, end = self.clauses[index].start, self.clauses[stop - 1].end
        if behind < _LONG or end - start < _LONG // 2 or self.clauses[stop - 1].sign not in "。；":
            return False
        if wording.LACKS.match(self.text, start, end):
            return False
        first = next(self._shortcomings(index, stop), None)
        return first is not None and first.start - start <= _SUBJECT

    def _shortcomings(self, begin: int, end: int) -> Iterator[Hit[Topic]]:
        """Wordings of shortcomings in clauses begin … end − 1."""
        if self._flaws is None:
            first, last = self.clauses[0].start, self.clauses[-1].end
            found = read_topics("shortcomings").find(self.text[first:last])
            hits = [Hit(hit.start + first, hit.end + first, hit.value) for hit in found]
            self._flaws = _by_clause(self.clauses, hits)
        return (hit for hits in self._flaws[begin:end] for hit in hits)

    def is_head(self, index: int) -> bool:
        """Whether the unit so far is only the short sentence that heads an item or a paragraph."""
        opening = self.opening
        if opening is not Opening.ITEM and not (self.expects_problems and opening in (Opening.START, Opening.TOPIC)):
            return False
        if self.clauses[index - 1].end - self.clauses[self.begin].start > _HEAD:
            return False
        signs = [clause.sign for clause in self.clauses[self.begin : index]]
        if signs[-1] != "。" or (opening is not Opening.ITEM and "，" in signs):
            return False
        return "。" not in signs[:-1]


def _stops(clauses: Sequence[Clause]) -> dict[str, list[int]]:
    """For each clause the index behind the next one that ends a sentence (。), a part of one (；) or a clause (，)."""
    size = len(clauses)
    sentence, part, clause = [size] * size, [size] * size, [size] * size
    ends = [size, size, size]
    for index in range(size - 1, -1, -1):
        sign = clauses[index].sign
        if sign == "。":
            ends = [index + 1] * 3
        elif sign == "；":
            ends[1] = ends[2] = index + 1
        elif sign == "，":
            ends[2] = index + 1
        sentence[index], part[index], clause[index] = ends
    return {"。": sentence, "；": part, "，": clause}


def _by_clause(clauses: Sequence[Clause], hits: Sequence[Hit[Topic]]) -> list[list[Hit[Topic]]]:
    rows: list[list[Hit[Topic]]] = [[] for _ in clauses]
    index = 0
    for hit in hits:
        while index < len(clauses) - 1 and hit.start >= clauses[index].end:
            index += 1
        if clauses and clauses[index].start <= hit.start < clauses[index].end:
            rows[index].append(hit)
    return rows


class _Seen(NamedTuple):
    """Evidence at a clause that no wording gives: how the strongest topic of what comes stands to the topics before
    it, and whether those go on; where things are counted; how long everything is. Yes and no are 1 and 0.
    """

    fresh: float
    fresh_kin: float
    known: float
    known_weight: float
    nothing_new: float
    old: float
    nothing_old: float
    carry: float
    early: float
    early_kin: float
    states: float
    number: float
    counts: float
    counted: float
    both_count: float
    short: float
    short_before: float
    long: float
    long_before: float
    leaders: float
    item: float


_SEEN = tuple(name.replace("_", " ") for name in _Seen._fields)  # as `data/turns.tsv` calls them


_PARAGRAPH = tuple(
    f"paragraph {what}".rstrip() for what in ("", "long", "counts", "sentences", "topics", "by topic")
)  # evidence of the whole paragraph


@lru_cache(maxsize=len(COLUMNS))
def _weights_of_paragraph(column: str) -> tuple[float, ...]:
    table = read_turn_weights().weights[column]
    return tuple(table[name] for name in _PARAGRAPH)


@lru_cache(maxsize=len(COLUMNS))
def _weights_seen(column: str) -> tuple[float, tuple[float, ...]]:
    """The bias of a column of the weights and what each thing seen weighs there, in the order of `_Seen`."""
    table = read_turn_weights().weights[column]
    return table["bias"], tuple(table[name] for name in _SEEN)


def _is_plain(column: str, seen: _Seen) -> bool:
    """Whether a sentence on one counted measure follows a sentence on another; a result may still speak against it."""
    return bool(
        seen.both_count and column == "。" and seen.early and seen.old >= _DECISIVE and not (seen.carry or seen.leaders)
    )


def _states_something_new(seen: _Seen) -> bool:
    return bool(seen.states) and seen.fresh + seen.fresh_kin >= _DECISIVE


# Evidence in the wording from the head of a clause on: up to the end of the clause, or of its part of the sentence.
_Wordings = tuple[tuple[str, Callable[[str, int, int], object], bool], ...]
_WORDED: _Wordings = (
    ("begins", wording.VERB.match, False),
    ("sequel", wording.SEQUEL.match, False),
    ("acts", wording.ACTION.match, False),
    ("result", wording.RESULT.search, True),
    ("timed", wording.TIMED.match, False),
    ("leader", wording.LEADER.match, False),
    ("honour", wording.HONOUR.search, True),
)


_PLANNED: _Wordings = (*_WORDED, ("step", wording.STEP.match, False), ("aim", wording.AIM.match, False))


def _worded(column: str) -> _Wordings:
    return _PLANNED if column.endswith("plan") else _WORDED


_LEADER = [name for name, _, _ in _WORDED].index("leader")


@lru_cache(maxsize=4 * len(COLUMNS))
def _stakes(column: str, *, states: bool, leaders: bool) -> tuple[tuple[float, ...], float, float]:
    """What each wording weighs in a column of the weights, and how far all of them can move the scale up and down."""
    table = read_turn_weights().weights[column]
    stakes = [table[name] for name, _, _ in _worded(column)]
    if states:
        stakes[0] += table["begins and states"]
    if leaders:
        stakes[_LEADER] += table["leader among leaders"]
    return tuple(stakes), sum(stake for stake in stakes if stake > 0), sum(stake for stake in stakes if stake < 0)


def _is_near(name: str, old: TopicWeights) -> bool:
    """Whether a topic is akin to one that was plainly spoken of."""
    kin = families()
    own = kin[name]
    return any(weight >= _DECISIVE and not own.isdisjoint(kin[other]) for other, weight in old.items())
