"""Passages: the smallest runs of a report that state one measure, problem, cause or plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from embed.reading.word_finder import Hit
from embed.structure import wording
from embed.structure.report import Role
from embed.structure.sentences import Clause, find_clauses
from embed.structure.topics import Topic
from embed.structure.turns import Turns
from embed.structure.units import Context, Opening, Unit

__all__ = ["divide"]

_LONGEST = 1500  # characters of a unit; what has no end is cut, so that no reader has to take 10 MB as one passage
_LEAD_IN = 160  # characters of the longest lead-in


def divide(
    text: str,
    start: int,
    end: int,
    hits: Sequence[Hit[Topic]],
    context: Context | None = None,
    counts: Sequence[int] | None = None,
) -> list[Unit]:
    """Divide one paragraph, `text[start:end]`, into units; they are in order and cover it without gaps.

    `hits` are the wordings of measures between `start` and `end`, `counts` the places of what is counted by, looked
    for when not given.
    """
    if counts is None:
        counts = [found.end() - 1 for found in wording.COUNT.finditer(text, start, end)]
    return _Divider(text, find_clauses(text, start, end), hits, context or Context(), counts).run()


class _Divider(Turns):
    def __init__(
        self, text: str, clauses: Sequence[Clause], hits: Sequence[Hit[Topic]], context: Context, counts: Sequence[int]
    ) -> None:
        super().__init__(text, clauses, hits, context, counts)
        self.units: list[Unit] = []
        self.index = 0  # of the clause being read
        self.reason = 0  # the ordinal of the reason being read: 原因:一是…;二是… is one cause
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
        sign = self.clauses[index - 1].sign if index else "。"
        first = self.text[self.heads[index]]
        if first in wording.ITEM_SIGNS:
            item = wording.ITEM.match(self.text, self.heads[index], self.clauses[index].end)
            if item:
                return self._item(wording.item_value(item), sign)
        if first in wording.YET_SIGNS and sign in ("；", "，") and self._falls_short(index, sign):
            return Opening.FLAW
        if sign == "，" and not (self.expects_problems or self.hits[index] or self.plans):
            return None
        if sign and (sign == "。" or self.expects_problems) and self._explains(index, sign):
            return Opening.CAUSE
        if sign == "：":
            return self._list(index)
        if self.listing and sign == "；":
            return Opening.ITEM
        if sign == "。":
            opening = self._sentence(index)
            if opening:
                return opening
        elif sign == "；" and self._plans(index) and not self.item:
            return Opening.PLAN
        return Opening.TOPIC if sign and self.turns(index, sign) else None

    def _item(self, value: int, sign: str) -> Opening | None:
        goes_on = sign == "，" and value == self.item + 1 and value > 0
        if self.opening is Opening.CAUSE and self.context.roles != {Role.CAUSE} and value in (0, self.reason + 1):
            self.reason = value
            return None
        if sign not in "。；：" and not goes_on:
            return None
        self.item, self.reason = value, 0
        return Opening.ITEM

    def _explains(self, index: int, sign: str) -> bool:
        """Whether a clause is worded like a cause and stands where one can begin."""
        clause, head = self.clauses[index], self.heads[index]
        if sign not in "。；，":
            return False
        plain = sign != "，" and self.expects_problems
        if not plain and wording.REASON.search(self.text, head, clause.end) is None:
            return False
        if self.opening is Opening.CAUSE and self.context.roles != {Role.CAUSE}:
            return False
        end = min(self.clauses[self.stops["；"][self.index] - 1].end, head + _LEAD_IN)
        return wording.CAUSE.match(self.text, head, end) is not None

    def _falls_short(self, index: int, sign: str) -> bool:
        """Whether a clause among measures turns to what they lack: …;但个别科室把审查当成过场。"""
        if self.only_plans or self.expects_problems or self.opening in (Opening.PROBLEM, Opening.FLAW):
            return False
        start, end = self.heads[index], self.clauses[self.stops["；"][index] - 1].end
        found = wording.YET.match(self.text, start, end)
        if found is None or (sign == "，" and not found.group("but")):
            return False
        return wording.FALLS_SHORT.search(self.text, found.end(), min(end, start + _LEAD_IN)) is not None

    def _sentence(self, index: int) -> Opening | None:
        """What a new sentence opens, apart from items and topics."""
        clause, head = self.clauses[index], self.heads[index]
        first = self.text[head]
        if self._plans(index):
            return Opening.PLAN
        if first in wording.SUMMARY_SIGNS and wording.SUMMARY.match(self.text, head, clause.end):
            return Opening.SUMMARY
        if clause.end - head <= 40 and wording.CLOSING.match(self.text, head, clause.end):
            return Opening.CLOSING
        end = self.clauses[self.stops["。"][index] - 1].end
        if self.text[end - 1] in "月日 \u3000\t" and wording.SIGNATURE.fullmatch(self.text, head, end):
            return Opening.CLOSING
        if self.expects_problems:
            because = index > 0 and wording.CAUSE_INSIDE.search(self.text, clause.start, end)
            return Opening.CAUSE if because else None
        shortcoming = first in wording.SHORTCOMING_SIGNS and not self.only_plans
        if shortcoming and wording.SHORTCOMING.match(self.text, head, end):
            return Opening.PROBLEM if wording.COUNT.search(self.text, head, end) is None else None
        if first in wording.YET_SIGNS and self._falls_short(index, "。"):
            return Opening.FLAW
        if self.opening is Opening.FLAW and wording.FALLS.search(self.text, head, end) is None:
            return Opening.TOPIC
        return self._after_hand_over(index)

    def _after_hand_over(self, index: int) -> Opening | None:
        if index == 0:
            return None
        last = self.clauses[index - 1]
        return Opening.TOPIC if wording.HAND_OVER.search(self.text, last.start, last.end) else None

    def _plans(self, index: int) -> bool:
        start = self.heads[index]
        if self.only_plans or self.text[start] not in wording.PLAN_SIGNS:
            return False
        end = min(self.clauses[self.stops["；"][index] - 1].end, start + _LEAD_IN)
        if self.expects_problems and Role.PLAN in self.context.roles and wording.WILL.match(self.text, start, end):
            return True
        found = wording.PLAN.match(self.text, start, end)
        if found is None:
            return False
        if not self.expects_problems and wording.REMEDY.match(self.text, start, end):
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
            return self.is_head(index)
        start, end = self.clauses[self.begin].start, self.clauses[index - 1].end
        return end - start <= _LEAD_IN and wording.BEFORE_ITEMS.search(self.text, start, end) is not None

    def _list(self, index: int) -> Opening | None:
        """Points behind a lead-in that have no ordinals: 重点做好三件事:…;…;…"""
        if not self._announces(index) or self.opening is Opening.CAUSE:
            return None
        stop = self.stops["。"][index]
        self.listing = any(clause.sign == "；" for clause in self.clauses[index:stop])
        return Opening.ITEM if self.listing else None
