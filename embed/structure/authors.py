"""Who wrote a document: its organ, its level, its department, drawn from every place that names an author."""

from __future__ import annotations

import re
from dataclasses import dataclass

from embed.structure.divisions import Divisions, Mention
from embed.structure.frame import Frame, LinePart
from embed.structure.issuer import (
    Organ,
    SelfWords,
    depth_of,
    organ_in_title,
    organ_of_session,
    parse_organ,
    read_self_words,
    subject_organs,
)
from embed.structure.page_fields import FieldKind, PageField
from embed.structure.report import Level
from embed.structure.title import Title

__all__ = ["Author", "Issuer", "find_author"]

MOST_TEXT = 20000
OPENING = 900


@dataclass(frozen=True, slots=True)
class Issuer:
    """The issuer's name with its place: clean offsets, or source offsets when `outside`."""

    text: str
    rule: str
    start: int
    end: int
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Author:
    """What is known about the author. `kind` is the kind of place that it governs or that governs it (区, 县, 市 …)."""

    organ: Organ | None
    level: Level | None
    level_rule: str
    department: str | None
    kind: str
    town: str | None
    issuer: Issuer | None
    subjects: tuple[Organ, ...]
    words: SelfWords
    sessions: tuple[Organ, ...] = ()  # whose congress the report was read to


def find_author(
    text: str,
    frame: Frame,
    title: Title | None,
    fields: list[PageField],
    mentions: list[Mention],
    divisions: Divisions,
) -> Author:
    """Weigh title, signature, publishing organ, acting organ and the words for oneself, in this order."""
    start, end = frame.body
    end = min(end, start + MOST_TEXT)
    words = read_self_words(text[start:end])
    subjects = subject_organs(text, start, end, mentions, divisions)
    named = _named_organs(text, frame, title, fields, divisions)
    ranked = [*named, *(("subject of a sentence", s) for s in _main_subjects(subjects, words, start))]
    level, rule, organ = _level(ranked, words)
    department = _department(ranked, level)
    kind = _kind(level, organ, ranked, words)
    town = _town(level, ranked, subjects, words, divisions)
    issuer = _issuer(text, frame, fields, ranked, level, divisions)
    sessions = tuple(o for rule, o in named if rule == "session")
    return Author(organ, level, rule, department, kind, town, issuer, tuple(subjects), words, sessions)


def _named_organs(
    text: str, frame: Frame, title: Title | None, fields: list[PageField], divisions: Divisions
) -> list[tuple[str, Organ]]:
    """(rule, organ) from the title, the signature, the publishing organ and the source line."""
    found: list[tuple[str, Organ]] = []
    if title is not None:
        organ = organ_in_title(title.text, divisions)
        if organ is not None:
            found.append(("title", organ))
    for line in frame.of(LinePart.CHROME)[:6] + frame.of(LinePart.TITLE)[1:]:
        organ = organ_of_session(line.text, divisions, line.start)
        if organ is not None:
            found.append(("session", organ))
    for line in frame.of(LinePart.SIGNATURE):
        bare = re.sub(r"[ \u3000]*(?:[0-9]{4}|二[〇○零])[ ]?.{0,14}$", "", line.text)
        organ = parse_organ(bare, divisions, line.start)
        if organ is not None:
            found.append(("signature", organ))
    for kind, rule in ((FieldKind.PUBLISHER, "publishing organ"), (FieldKind.SOURCE, "source line")):
        for field in fields:
            organ = parse_organ(field.value[:60], divisions) if field.kind is kind and field.value else None
            if organ is not None:
                found.append((rule, organ))
    return found


def _main_subjects(subjects: list[Organ], words: SelfWords, start: int) -> list[Organ]:
    """The organs that act in the opening, the deepest and most frequent first."""
    opening = [s for s in subjects if s.start < start + OPENING]
    if not opening:
        opening = subjects if len({s.text for s in subjects}) == 1 else []
    counts: dict[str, int] = {}
    for s in subjects:
        counts[s.text] = counts.get(s.text, 0) + 1
    order = {Level.DEPARTMENT: 0, Level.TOWNSHIP: 1, Level.COUNTY: 2, Level.CITY: 3, Level.PROVINCE: 4}
    return sorted(opening, key=lambda s: (order[s.level] if s.level else 5, -counts[s.text], s.start))


_TRUSTED = ("title", "session", "signature")


def _level(ranked: list[tuple[str, Organ]], words: SelfWords) -> tuple[Level | None, str, Organ | None]:
    own = {"镇": Level.TOWNSHIP, "局": Level.DEPARTMENT, "县": Level.COUNTY, "旗": Level.COUNTY}
    own |= {"州": Level.CITY, "盟": Level.CITY, "省": Level.PROVINCE}
    for rule, organ in ranked:
        if rule in _TRUSTED and organ.level is not None:
            if organ.level is Level.CITY and not organ.mentions:
                continue
            return organ.level, rule, organ
    said = own.get(words.top())
    if words.top() == "区" and words.above.get("自治区", 0) > max(words.above.get(k, 0) for k in ("区", "市", "县")):
        said = Level.PROVINCE
    strong = said is not None and words.own[words.top()] >= 3
    for rule, organ in ranked:
        if rule == "source line" and (organ.department or organ.level is not said):
            continue
        if organ.level is None or (rule == "subject of a sentence" and strong and organ.level is not said):
            continue
        if rule == "publishing organ" and strong and organ.level is not said:
            continue
        return organ.level, rule, organ
    if said is not None:
        return said, "words for oneself", None
    if words.top() == "区":
        return Level.COUNTY, "words for oneself", None
    return None, "", None


def _department(ranked: list[tuple[str, Organ]], level: Level | None) -> str | None:
    if level is not Level.DEPARTMENT:
        return None
    names = [o.department for rule, o in ranked if o.department and rule != "source line"]
    names += [o.department for _, o in ranked if o.department]
    return names[0] if names else None


def _kind(level: Level | None, organ: Organ | None, ranked: list[tuple[str, Organ]], words: SelfWords) -> str:
    """The kind of place to look for: above a township the county's, else the author's own."""
    if level is Level.TOWNSHIP:
        above = {k: v for k, v in words.above.items() if k in ("区", "县", "市", "旗")}
        return max(above, key=lambda k: (above[k], k != "市")) if above else ""
    if organ is not None and organ.kind and organ.kind != "镇":
        return organ.kind
    kinds = [o.kind for _, o in ranked if o.level is level and o.kind not in ("", "镇")]
    if kinds:
        return kinds[0]
    own = {k: v for k, v in words.own.items() if k not in ("镇", "局")}
    if level is not Level.DEPARTMENT and own:
        return max(own, key=lambda k: (own[k], k))
    above = {k: v for k, v in words.above.items() if k != "自治区"}
    if level is Level.DEPARTMENT and above:
        lowest = [k for k in ("县", "区", "旗", "市", "州", "盟", "省") if above.get(k, 0) * 2 >= max(above.values())]
        return lowest[0] if lowest else ""
    return ""


def _town(
    level: Level | None,
    ranked: list[tuple[str, Organ]],
    subjects: list[Organ],
    words: SelfWords,
    divisions: Divisions,
) -> str | None:
    """The author's own town by name: from an organ, or the town that acts in the text most often."""
    if level is not Level.TOWNSHIP:
        return None
    for _, organ in ranked:
        towns = [m for m in organ.mentions if depth_of(m, divisions) == 4]
        if towns:
            return towns[-1].text
        if organ.town:
            return organ.town
    counts: dict[str, int] = {}
    for s in subjects:
        for m in s.mentions[-1:]:
            if depth_of(m, divisions) == 4:
                counts[m.text] = counts.get(m.text, 0) + 1
    if not counts:
        return None
    best = max(counts, key=lambda name: (counts[name], name))
    return best if counts[best] * 2 > sum(counts.values()) else None


def _issuer(
    text: str,
    frame: Frame,
    fields: list[PageField],
    ranked: list[tuple[str, Organ]],
    level: Level | None,
    divisions: Divisions,
) -> Issuer | None:
    lines = frame.of(LinePart.SIGNATURE)
    if lines:
        together = [lines[0]]  # the printing office signs farther down, below the list of copies
        for line in lines[1:]:
            if text[together[-1].end : line.start].strip():
                break
            together.append(line)
        first, last = together[0].start, together[-1].end
        bare = re.sub(r"[ \u3000]*(?:[0-9]{4}|二[〇○零])[ ]?[^ \u3000]{0,14}$", "", text[first:last])
        return Issuer(bare, "signature", first, first + len(bare))
    titled = _title_issuer(text, frame, ranked)
    for kind, rule in ((FieldKind.PUBLISHER, "publishing organ"), (FieldKind.SOURCE, "source line")):
        for field in fields:
            if field.kind is not kind or not field.value:
                continue
            organ = parse_organ(field.value[:60], divisions)
            if titled and organ is not None and organ.mentions and organ.text.endswith(organ.mentions[-1].text):
                continue  # a bare place says less than the organ in the title
            if organ is not None and (kind is FieldKind.PUBLISHER or _speaks_for_itself(organ, level)):
                return Issuer(field.value, rule, field.start, field.end, outside=True)
    return titled


def _speaks_for_itself(organ: Organ, level: Level | None) -> bool:
    return organ.level is level and bool(organ.mentions or organ.department) and not organ.text.endswith(("网", "网站"))


_COMMITTEE_BEFORE = re.compile(
    r"(?:中共|中国共产党)(?:[一-鿿]{2,24}(?:委员会|党工委|工委|委)[ \u3000、,，]*(?:\n[ \u3000]*)?)?$"
)


def _title_issuer(text: str, frame: Frame, ranked: list[tuple[str, Organ]]) -> Issuer | None:
    """An organ that the title names as such (…人民政府关于…), not merely a place; with the committee before it."""
    lines = frame.of(LinePart.TITLE)
    for rule, organ in ranked:
        if rule != "title" or not lines:
            continue
        broken = "[ \u3000\n]*".join(map(re.escape, organ.text))  # over the lines of the title
        found = re.compile(broken).search(text, lines[0].start, lines[-1].end)
        if found and (organ.department or re.search(r"(?:政府|委员会|办事处|委|管委会)$", organ.text)):
            pair = _COMMITTEE_BEFORE.search(text, max(lines[0].start, found.start() - 40), found.start())
            start, end = pair.start() if pair else found.start(), found.end()
            return Issuer(text[start:end], "title", start, end)
    return None
