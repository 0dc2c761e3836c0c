"""Where a paragraph turns to another measure, problem or plan without saying so: told by the topics on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from embed.reading.word_finder import Hit
from embed.structure import wording
from embed.structure.report import Role
from embed.structure.sentences import Clause
from embed.structure.topics import Topic, TopicWeights, families, read_topics, strongest, weigh
from embed.structure.units import Context, Opening

__all__ = ["Turns"]

_DECISIVE = 2.0  # weight of one plain wording
_HEAD = 26  # characters of a sentence that heads an item: 一是夯实审查“支撑力”。
_LONG = 20  # characters of a shortcoming that a comma may part from the next
_SUBJECT = 4  # characters before the subject of a clause at most
_AWARDED = frozenset({"village", "model"})  # here the distinction is the measure
_STUB = 10  # characters that are too few to stand alone before a comma
_BACK = 400  # characters of a unit that are looked back on
_AHEAD = 12  # clauses of a sentence that are looked ahead at
_GENERAL = frozenset({"lead", "study", "model"})  # their wordings stand in sentences about anything


class Turns:
    """A paragraph being read clause by clause; the unit being read begins at clause `begin`."""

    def __init__(self, text: str, clauses: Sequence[Clause], hits: Sequence[Hit[Topic]], context: Context) -> None:
        self.text = text
        self.context = context
        self.clauses = clauses
        self.hits = _by_clause(clauses, hits)
        self.stops = _stops(clauses)
        self._flaws: list[list[Hit[Topic]]] | None = None  # wordings of shortcomings by clause, found when asked for
        self.expects_problems = context.expects_problems
        self.begin = 0
        self.opening = Opening.START
        self.item = 0  # the ordinal of the item being read
        self.planning = False  # behind 下一步, in a paragraph about something else

    def _weights(self, begin: int, end: int) -> TopicWeights:
        return weigh(hit for hits in self.hits[begin:end] for hit in hits)

    def turns(self, index: int, sign: str) -> bool:
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
        kin = families()
        if self.is_head(index) or (self._honours(index, stop) and not kin[name] & _AWARDED):
            return False
        near = any(weight_before >= _DECISIVE and kin[other] & kin[name] for other, weight_before in old.items())
        return self._may_turn(index, sign, weight, near=near)

    def _may_turn(self, index: int, sign: str, weight: float, *, near: bool) -> bool:
        clause = self.clauses[index]
        sequel = wording.SEQUEL.match(self.text, clause.start, clause.end) is not None
        if Role.LEADERSHIP in self.context.roles and (near or weight < 3 or sign != "。"):
            return False
        if sign == "。" and self._acts(index):
            return near or not sequel or weight >= 3
        if sign == "。":
            own = not sequel or wording.TIMED.match(self.text, clause.start, clause.end) is not None
            return not near and not self._reports(index) and (weight >= 3 or (own and self._counts(index)))
        if near or sequel:
            return False
        if sign == "；":
            return self._acts(index) or weight >= 3
        return self._turns_inside(index)

    def _reports(self, index: int) -> bool:
        """Whether a sentence tells what came of the measure before it: …因此下降四成。

        A result that stands farther on is one of the measure that the sentence itself begins with.
        """
        start, end = self.clauses[index].start, self.clauses[min(self.stops["。"][index], index + 2) - 1].end
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
        if not self._begins(index) or clause.start - self.clauses[self.begin].start < _STUB:
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
        if self.is_head(index):
            if not evaluates or self.opening is Opening.ITEM:
                return False
        elif evaluates:
            return True
        stop = self.stops[sign][index]
        start, end = clause.start, self.clauses[stop - 1].end
        begin = max(self.clauses[self.begin].start, start - _BACK)
        if not (wording.FALLS.search(self.text, start, end) and wording.FALLS.search(self.text, begin, start)):
            return False
        new = weigh(self._shortcomings(index, stop))
        old = weigh(hit for hit in self._shortcomings(self.begin, index) if hit.start >= begin)
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
        length = self.clauses[index - 1].end - self.clauses[self.begin].start
        if self.opening not in (Opening.ITEM, Opening.START, Opening.TOPIC) or length > _HEAD:
            return False
        if self.opening is not Opening.ITEM and not self.expects_problems:
            return False
        signs = [clause.sign for clause in self.clauses[self.begin : index]]
        if signs[-1] != "。" or (self.opening is not Opening.ITEM and "，" in signs):
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
