"""Passages: the smallest runs of a report that state one measure, problem, cause or plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from embed.structure import wording
from embed.structure.lexicon import Hit
from embed.structure.report import Role
from embed.structure.sentences import Clause, find_clauses
from embed.structure.topics import Topic, TopicWeights, families, read_topics, strongest, weigh

__all__ = ["Context", "Opening", "Unit", "divide"]

_DECISIVE = 2.0  # weight of one plain wording
_HEAD = 26  # characters of a sentence that heads an item: 一是夯实审查“支撑力”。
_LONG = 20  # characters of a shortcoming that a comma may part from the next
_SUBJECT = 4  # characters before the subject of a clause at most
_BACK = 400  # characters of a unit that are looked back on
_AHEAD = 12  # clauses of a sentence that are looked ahead at
_LONGEST = 1500  # characters of a unit; what has no end is cut, so that no reader has to take 10 MB as one passage
_LEAD_IN = 160  # characters of the longest lead-in
_GENERAL = frozenset({"lead", "study", "model"})  # their wordings stand in sentences about anything


class Opening(Enum):
    """What made a unit begin."""

    START = "start"  # of the paragraph
    ITEM = "item"  # 一是, 其二
    CAUSE = "cause"
    PLAN = "plan"
    PROBLEM = "problem"  # in a paragraph about something else
    SUMMARY = "summary"
    CLOSING = "closing"  # 特此报告
    TOPIC = "topic"  # another measure, problem or plan


@dataclass(frozen=True, slots=True)
class Unit:
    """A run of the clean text that becomes a passage.

    `announces`: it only leads in what follows; `hands_over`: it ends in a phrase such as 现将情况报告如下.
    """

    start: int
    end: int
    opening: Opening
    announces: bool = False
    hands_over: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What the headings above say of a paragraph.

    `roles` are the roles to expect, `year` is the year reported on; `own_point` says that the paragraph has a heading
    or a number of its own and is not the whole text of a part.
    """

    roles: frozenset[Role] = frozenset()
    year: int | None = None
    own_point: bool = True

    @property
    def expects_problems(self) -> bool:
        return Role.PROBLEM in self.roles or Role.CAUSE in self.roles

    @property
    def only_plans(self) -> bool:
        return Role.PLAN in self.roles and len(self.roles) == 1


def divide(text: str, start: int, end: int, hits: Sequence[Hit[Topic]], context: Context | None = None) -> list[Unit]:
    """Divide one paragraph, `text[start:end]`, into units; they are in order and cover it without gaps.

    `hits` are the wordings of measures between `start` and `end`.
    """
    return _Divider(text, find_clauses(text, start, end), hits, context or Context()).run()


class _Divider:
    def __init__(self, text: str, clauses: Sequence[Clause], hits: Sequence[Hit[Topic]], context: Context) -> None:
        self.text = text
        self.context = context
        self.clauses = clauses
        self.hits = _by_clause(clauses, hits)
        self.stops = _stops(clauses)
        self.expects_problems = context.expects_problems
        self.units: list[Unit] = []
        self.index = 0  # of the clause being read
        self.begin = 0  # index of the first clause of the unit being read
        self.opening = Opening.START
        self.item = 0  # the ordinal of the item being read
        self.reason = 0  # the ordinal of the reason being read: 原因:一是…;二是… is one cause
        self.planning = False  # behind 下一步, in a paragraph about something else
        self.listing = False  # behind a lead-in whose points have no ordinals and end in ；

    def run(self) -> list[Unit]:
        for index in range(len(self.clauses)):
            self.index = index
            opening = self._opening(index)
            if opening is None:
                continue
            if index > self.begin:
                self._close(index, opening)
            self.begin, self.opening, self.reason = index, opening, 0
            self.planning = opening is Opening.PLAN or (self.planning and opening is Opening.TOPIC)
        if self.clauses:
            self._close(len(self.clauses), None)
        return self.units

    def _close(self, index: int, following: Opening | None) -> None:
        if self.clauses[index - 1].end - self.clauses[self.begin].start > _LONGEST:
            self.units.extend(self._cut(index))
            return
        first, last = self.clauses[self.begin], self.clauses[index - 1]
        hands_over = last.sign in "。：" and wording.HAND_OVER.search(self.text, last.start, last.end) is not None
        announces = self._announces(index) or (following is Opening.ITEM and self._introduces_items(index))
        self.units.append(Unit(first.start, last.end, self.opening, announces, hands_over))

    def _cut(self, index: int) -> Iterator[Unit]:
        """Bounded pieces of a unit that goes on and on, cut at the end of a sentence where there is one."""
        start = self.clauses[self.begin].start
        for clause in self.clauses[self.begin : index]:
            while clause.end - start > _LONGEST:
                stop = clause.start if clause.start > start else start + _LONGEST
                yield Unit(start, stop, self.opening)
                start = stop
            if clause.sign == "。" and clause.end - start > _LONGEST // 2:
                yield Unit(start, clause.end, self.opening)
                start = clause.end
        if start < self.clauses[index - 1].end:
            yield Unit(start, self.clauses[index - 1].end, self.opening)

    # ------------------------------------------------------------ what opens a unit

    def _opening(self, index: int) -> Opening | None:
        clause = self.clauses[index]
        sign = self.clauses[index - 1].sign if index else "。"
        item = wording.ITEM.match(self.text, clause.start, clause.end)
        if item:
            return self._item(wording.item_value(item), sign)
        if self._explains(clause, sign):
            return Opening.CAUSE
        if sign == "：":
            return self._list(index)
        if self.listing and sign == "；":
            return Opening.ITEM
        if sign == "。":
            opening = self._sentence(index)
            if opening:
                return opening
        elif sign == "；" and self._plans(clause) and not self.item:
            return Opening.PLAN
        return Opening.TOPIC if sign and self._turns(index, sign) else None

    def _item(self, value: int, sign: str) -> Opening | None:
        goes_on = sign == "，" and value == self.item + 1 and value > 0
        if self.opening is Opening.CAUSE and self.context.roles != {Role.CAUSE} and value in (0, self.reason + 1):
            self.reason = value
            return None
        if sign not in "。；：" and not goes_on:
            return None
        self.item, self.reason = value, 0
        return Opening.ITEM

    def _explains(self, clause: Clause, sign: str) -> bool:
        """Whether a clause is worded like a cause and stands where one can begin."""
        if not (sign and sign in ("。；，" if self.expects_problems else "。")):
            return False
        if sign == "，" or not self.expects_problems:
            said = self.text[clause.start : clause.end]
            if not any(word in said for word in ("原因", "成因", "根源", "根子", "症结")):
                return False
        if self.opening is Opening.CAUSE and self.context.roles != {Role.CAUSE}:
            return False
        end = min(self.clauses[self.stops["；"][self.index] - 1].end, clause.start + _LEAD_IN)
        return wording.CAUSE.match(self.text, clause.start, end) is not None

    def _sentence(self, index: int) -> Opening | None:
        """What a new sentence opens, apart from items and topics."""
        clause = self.clauses[index]
        if self._plans(clause):
            return Opening.PLAN
        if wording.SUMMARY.match(self.text, clause.start, clause.end):
            return Opening.SUMMARY
        if clause.end - clause.start <= 40 and wording.CLOSING.match(self.text, clause.start, clause.end):
            return Opening.CLOSING
        end = self.clauses[self.stops["。"][index] - 1].end
        if self.expects_problems:
            because = index > 0 and wording.CAUSE_INSIDE.search(self.text, clause.start, end)
            return Opening.CAUSE if because else None
        if not self.context.only_plans and wording.SHORTCOMING.match(self.text, clause.start, end):
            return Opening.PROBLEM if wording.COUNT.search(self.text, clause.start, end) is None else None
        return self._after_hand_over(index)

    def _after_hand_over(self, index: int) -> Opening | None:
        if index == 0:
            return None
        last = self.clauses[index - 1]
        return Opening.TOPIC if wording.HAND_OVER.search(self.text, last.start, last.end) else None

    def _plans(self, clause: Clause) -> bool:
        if self.context.only_plans:
            return False
        found = wording.PLAN.match(self.text, clause.start, clause.end)
        if found is None:
            return False
        year = found.group("year")
        return year is None or (self.context.year is not None and int(year) > self.context.year)

    # ------------------------------------------------------------ lead-ins

    def _announces(self, index: int) -> bool:
        """Whether the unit that ends before clause `index` only leads in what follows."""
        last = self.clauses[index - 1]
        start = self.clauses[self.begin].start
        if last.end - start > _LEAD_IN:
            return False
        if last.sign == "：":
            return wording.ANNOUNCEMENT.search(self.text, start, last.end) is not None
        return last.sign == "。" and wording.LEAD_IN.search(self.text, last.start, last.end) is not None

    def _introduces_items(self, index: int) -> bool:
        """Whether the unit in front of an item is only its heading (一是A。一是…二是…) or names what is to come."""
        if self.item != 1:
            return False
        if self.opening is Opening.ITEM:
            return self._is_head(index)
        start, end = self.clauses[self.begin].start, self.clauses[index - 1].end
        return end - start <= _LEAD_IN and wording.BEFORE_ITEMS.search(self.text, start, end) is not None

    def _list(self, index: int) -> Opening | None:
        """Points behind a lead-in that have no ordinals: 重点做好三件事:…;…;…"""
        if not self._announces(index) or self.opening is Opening.CAUSE:
            return None
        stop = self.stops["。"][index]
        self.listing = any(clause.sign == "；" for clause in self.clauses[index:stop])
        return Opening.ITEM if self.listing else None

    def _is_head(self, index: int) -> bool:
        """Whether the unit so far is only the short sentence that heads an item or a paragraph."""
        length = self.clauses[index - 1].end - self.clauses[self.begin].start
        if self.opening not in (Opening.ITEM, Opening.START, Opening.TOPIC) or length > _HEAD:
            return False
        if self.opening is not Opening.ITEM and not self.expects_problems:
            return False
        signs = [clause.sign for clause in self.clauses[self.begin : index]]
        if signs[-1] != "。" or (self.opening is not Opening.ITEM and "，" in signs):
            return False
        return "。" not in signs[:-1]

    # ------------------------------------------------------------ topics

    def _weights(self, begin: int, end: int) -> TopicWeights:
        return weigh(hit for hits in self.hits[begin:end] for hit in hits)

    def _turns(self, index: int, sign: str) -> bool:
        """Whether clause `index` begins to speak of something else."""
        if index == self.begin or sign not in "。；，":
            return False
        if self.planning and sign == "；" and self._begins(index):
            return True
        if self.expects_problems and not self.planning:
            return self._turns_problem(index, sign)
        stop = self.stops[sign][index]
        new = self._weights(index, stop)
        loose = sign == "。" and Role.PLAN in self.context.roles and not self.context.own_point and not self.item
        if not (new or loose):
            return False
        name, weight = strongest(new)
        if weight < _DECISIVE and not loose:
            return False
        old = self._weights(max(self.begin, index - _BACK // 10), index)
        if loose:
            return self._acts(index) and name not in old
        before, reached = strongest(old)
        if reached < _DECISIVE or name in old or new.get(before, 0.0) >= 0.75 * weight:
            return False
        if self._is_head(index) or self._honours(index, stop):
            return False
        return self._may_turn(index, sign, weight, near=bool(families()[name] & families()[before]))

    def _may_turn(self, index: int, sign: str, weight: float, *, near: bool) -> bool:
        clause = self.clauses[index]
        sequel = wording.SEQUEL.match(self.text, clause.start, clause.end) is not None
        if Role.LEADERSHIP in self.context.roles and (near or weight < 3 or sign != "。"):
            return False
        if sign == "。" and self._acts(index):
            return near or not sequel or weight >= 3
        if sign == "。":
            return not near and not self._reports(index) and (weight >= 3 or (not sequel and self._counts(index)))
        if near or sequel:
            return False
        if sign == "；":
            return self._acts(index) or weight >= 3
        return self._turns_inside(index)

    def _reports(self, index: int) -> bool:
        """Whether a sentence tells what came of the measure before it: …因此下降四成。"""
        start, end = self.clauses[index].start, self.clauses[self.stops["。"][index] - 1].end
        return wording.RESULT.search(self.text, start, end) is not None

    def _counts(self, index: int) -> bool:
        """Whether a sentence that no verb opens begins with its subject matter and counts it."""
        start, end = self.clauses[index].start, self.clauses[self.stops["。"][index] - 1].end
        first = next((hit for hit in self.hits[index] if hit.value.weight >= _DECISIVE), None)
        near_start = first is not None and first.start - start <= 2 * _SUBJECT
        return near_start and wording.COUNT.search(self.text, start, end) is not None

    def _turns_inside(self, index: int) -> bool:
        """Whether a comma parts two measures of one sentence: a verb opens the second, and it goes on or is counted."""
        clause = self.clauses[index]
        if not self._begins(index):
            return False
        stop = min(self.stops["；"][index], index + _AHEAD)
        name, weight = strongest(self._weights(index, stop))
        if families()[name] & _GENERAL:
            return False
        return weight >= 3 or wording.COUNT.search(self.text, clause.start, clause.end) is not None

    def _honours(self, index: int, stop: int) -> bool:
        start, end = self.clauses[index].start, self.clauses[stop - 1].end
        return wording.HONOUR.search(self.text, start, end) is not None

    def _begins(self, index: int) -> bool:
        clause = self.clauses[index]
        return wording.VERB.match(self.text, clause.start, clause.end) is not None

    def _acts(self, index: int) -> bool:
        clause = self.clauses[index]
        return wording.ACTION.match(self.text, clause.start, clause.end) is not None

    # ------------------------------------------------------------ shortcomings

    def _turns_problem(self, index: int, sign: str) -> bool:
        clause = self.clauses[index]
        if Role.PROBLEM not in self.context.roles:
            return sign == "。" and wording.ASPECT.match(self.text, clause.start, clause.end) is not None
        if self.opening is Opening.CAUSE:
            return False
        evaluates = sign == "。" and wording.EVALUATION.fullmatch(self.text, clause.start, clause.end) is not None
        if self._is_head(index):
            if not evaluates or self.opening is Opening.ITEM:
                return False
        elif evaluates:
            return True
        stop = self.stops[sign][index]
        start, end = clause.start, self.clauses[stop - 1].end
        begin = max(self.clauses[self.begin].start, start - _BACK)
        if not (wording.FALLS.search(self.text, start, end) and wording.FALLS.search(self.text, begin, start)):
            return False
        new, old = _shortcomings(self.text, start, end), _shortcomings(self.text, begin, start)
        name, weight = strongest(new)
        if sign == "；" and not self.context.own_point and not self.item:
            return not set(new) & set(old)
        if weight < _DECISIVE or name in old or not old:
            return False
        near = bool(families("shortcomings")[name] & families("shortcomings")[strongest(old)[0]])
        return not near and (sign != "，" or self._names_another(index, stop, start - begin))

    def _names_another(self, index: int, stop: int, behind: int) -> bool:
        """Whether a clause behind a comma begins with what falls short: …,法律顾问作用发挥有待加强。"""
        start, end = self.clauses[index].start, self.clauses[stop - 1].end
        if behind < _LONG or end - start < _LONG // 2 or self.clauses[stop - 1].sign not in "。；":
            return False
        first = next(iter(read_topics("shortcomings").find(self.text[start:end])), None)
        return first is not None and first.start <= _SUBJECT


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


def _shortcomings(text: str, start: int, end: int) -> TopicWeights:
    return weigh(read_topics("shortcomings").find(text[start:end]))


def _by_clause(clauses: Sequence[Clause], hits: Sequence[Hit[Topic]]) -> list[list[Hit[Topic]]]:
    rows: list[list[Hit[Topic]]] = [[] for _ in clauses]
    index = 0
    for hit in hits:
        while index < len(clauses) - 1 and hit.start >= clauses[index].end:
            index += 1
        if clauses and clauses[index].start <= hit.start < clauses[index].end:
            rows[index].append(hit)
    return rows
