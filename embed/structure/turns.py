"""Where a paragraph turns to another measure, problem or plan without saying so: told by the topics on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from embed.reading.word_finder import Hit
from embed.structure import wording
from embed.structure.report import Role
from embed.structure.sentences import Clause
from embed.structure.topics import Topic, TopicWeights, families, read_topics, strongest, weigh
from embed.structure.turn_weights import read_turn_weights
from embed.structure.units import Context, Opening

__all__ = ["Turns"]

_DECISIVE = 2.0  # weight of one plain wording
_HEAD = 26  # characters of a sentence that heads an item: 一是夯实审查“支撑力”。
_LONG = 20  # characters of a shortcoming that a comma may part from the next
_SUBJECT = 4  # characters before the subject of a clause at most
_BACK = 400  # characters of a unit that are looked back on
_MOST = 4.0  # of the weight of a topic that counts
_EARLY = 10  # characters before the subject of a measure
_SHORT = 15
_LONG_PARAGRAPH = 200


class Turns:
    """A paragraph being read clause by clause; the unit being read begins at clause `begin`."""

    def __init__(self, text: str, clauses: Sequence[Clause], hits: Sequence[Hit[Topic]], context: Context) -> None:
        self.text = text
        self.context = context
        self.clauses = clauses
        self.hits = _by_clause(clauses, hits)
        self.stops = _stops(clauses)
        self._flaws: list[list[Hit[Topic]]] | None = None  # wordings of shortcomings by clause, found when asked for
        self._whole: dict[str, float] | None = None  # evidence of the whole paragraph, found when asked for
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
        if self.planning and sign == "；":
            return True
        if self.expects_problems and not self.planning:
            return self._turns_problem(index, sign)
        if sign == "。" and Role.PLAN in self.context.roles and not self.context.own_point and not self.item:
            name, _ = strongest(self._weights(index, self.stops[sign][index]))
            return self._acts(index) and name not in self._weights(max(self.begin, index - _BACK // 10), index)
        evidence = self.evidence(index, sign)
        return evidence is not None and (_is_plain(sign, evidence) or read_turn_weights().decide(sign, evidence))

    def evidence(self, index: int, sign: str) -> dict[str, float] | None:
        """What can be seen at clause `index` for and against a turn; None where there can be none.

        The keys are those of `data/turns.tsv`; yes and no are 1 and 0, weights of topics end at 4.
        """
        here = self._weights(index, index + 1)
        if self.is_head(index) or (sign == "，" and not here):
            return None
        stop = self.stops["；"][index]
        new, old = self._weights(index, stop), self._weights(max(self.begin, index - _BACK // 10), index)
        start, end = self.head(index), self.clauses[stop - 1].end
        before = self.clauses[self.begin].start
        found = _novelty(here if sign == "，" else new, old, new)
        if sign != "。" and not (found["fresh"] or found["fresh kin"]):
            return None
        first = next((hit.start - start for hit in self.hits[index] if hit.value.weight >= _DECISIVE), end)
        early = first <= _EARLY and found["fresh"] + found["fresh kin"] >= _DECISIVE
        counts = wording.COUNT.search(self.text, start, end) is not None
        counted = wording.COUNT.search(self.text, before, self.clauses[index].start) is not None
        stated = wording.COUNT.search(self.text, start, self.clauses[index].end) is not None
        begins = wording.VERB.match(self.text, start, self.clauses[index].end) is not None
        roles = self.context.roles
        return {
            **found,
            **self._paragraph(),
            "early": float(early and found["fresh"] > 0),
            "early kin": float(early and found["fresh kin"] > 0),
            "acts": float(wording.ACTION.match(self.text, start, self.clauses[index].end) is not None),
            "begins": float(begins),
            "begins and states": float(begins and stated and found["fresh"] + found["fresh kin"] >= _DECISIVE),
            "states": float(stated),
            "sequel": float(wording.SEQUEL.match(self.text, start, self.clauses[index].end) is not None),
            "timed": float(wording.TIMED.match(self.text, start, self.clauses[index].end) is not None),
            "number": float(self.text[start].isdigit()),
            "counts": float(counts),
            "counted": float(counted),
            "both count": float(counts and counted),
            "result": float(wording.RESULT.search(self.text, start, end) is not None),
            "honour": float(wording.HONOUR.search(self.text, start, end) is not None),
            "short": float(end - start < _SHORT),
            "short before": float(self.clauses[index].start - before < _SHORT),
            "long": min(end - start, 200) / 100,
            "long before": min(start - before, 400) / 100,
            "leaders": float(Role.LEADERSHIP in roles and Role.MEASURE not in roles),
            "item": float(self.item > 0),
        }

    def _paragraph(self) -> dict[str, float]:
        """How much the paragraph says altogether: a long one with many topics and numbers states many things."""
        if self._whole is None:
            start, end = self.clauses[0].start, self.clauses[-1].end
            topics = sum(weight >= _DECISIVE for weight in self._weights(0, len(self.clauses)).values())
            counts = sum(1 for _ in wording.COUNT.finditer(self.text, start, end))
            sentences = sum(clause.sign == "。" for clause in self.clauses)
            self._whole = {
                "paragraph": min(end - start, 800) / 200,
                "paragraph long": float(end - start > _LONG_PARAGRAPH),
                "paragraph counts": min(counts, 12) / 4,
                "paragraph sentences": min(sentences, 8) / 4,
                "paragraph topics": min(topics, 8) / 4,
                "paragraph by topic": min((end - start) / max(1, topics), 300) / 100,
            }
        return self._whole

    def head(self, index: int) -> int:
        """Where the words of a clause begin, behind blanks."""
        at, end = self.clauses[index].start, self.clauses[index].end - 1
        while at < end and self.text[at].isspace():
            at += 1
        return at

    def _begins(self, index: int) -> bool:
        return wording.VERB.match(self.text, self.head(index), self.clauses[index].end) is not None

    def _acts(self, index: int) -> bool:
        return wording.ACTION.match(self.text, self.head(index), self.clauses[index].end) is not None

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


def _is_plain(sign: str, evidence: Mapping[str, float]) -> bool:
    """Whether a sentence on one counted measure follows a sentence on another."""
    return (
        sign == "。"
        and evidence["both count"] > 0
        and evidence["early"] > 0
        and evidence["old"] >= _DECISIVE
        and not (evidence["carry"] or evidence["result"] or evidence["leaders"])
    )


def _novelty(new: TopicWeights, old: TopicWeights, part: TopicWeights) -> dict[str, float]:
    """How the strongest topic of what comes stands to the topics before it, and how those go on in the whole part."""
    name, weight = strongest(new)
    before, reached = strongest(old)
    kin = families()
    known = old.get(name, 0.0)
    near = name != "" and any(kin[other] & kin[name] for other, w in old.items() if w >= _DECISIVE and other != name)
    fresh = 0.0 if known else min(weight, _MOST)
    return {
        "fresh": 0.0 if near else fresh,
        "fresh kin": fresh if near else 0.0,
        "known": min(weight, _MOST) if known else 0.0,
        "known weight": min(known, _MOST),
        "nothing new": float(not name),
        "old": min(reached, _MOST),
        "nothing old": float(not before),
        "carry": min(part.get(before, 0.0), _MOST) if before else 0.0,
    }
