"""What a text asks for: its language, the words that must occur, the roles that it prefers, its terms."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from embed.exceptions import QueryError
from embed.index.topics import TOPIC_MARK, english_topics, read_topics, topic_words
from embed.index.wording import embedding_text, lexical_terms
from embed.reading import to_simplified
from embed.structure.report import Role
from service.similar.query import LONGEST_TEXT

__all__ = ["Asked", "Form", "preferred_roles", "understand_text"]

PASSAGE_LENGTH = 45  # characters from which a Chinese text without a question mark reads as a passage
_QUOTED = re.compile(r"[“「『\"＂]([^“”「」『』\"＂]{1,60})[”」』\"＂]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[A-Za-z]")
_PUNCTUATION_OR_DIGIT = re.compile(r"[\W\d_]+")

_SHORTCOMING = re.compile(
    "不足|薄弱|缺少|缺乏|缺失|欠缺|不够|问题|困难|困境|不强|淡薄|不到位|不规范|不高|水平低|质量低|质量不|保障差|接不住|不畅|短板|弱项|"
    "不平衡|不均衡|单一|滞后|匮乏|紧缺|短缺|不及时|不健全|不完善|不重视|不严|难点|难题|有待|壁垒|流于形式|走过场|走形式|差距|"
    "不深入|不全面|不落实|不充分|不明显|不透明|不配合|不作为|乱作为|难$|难[？?。]|低$|差$|少$|慢$|哪些不|还没有|尚未|未能|做得不好|瑕疵|漏洞"
)
_SHORTCOMING_EN = re.compile(
    r"\b(?:problems?|shortcomings?|short of|deficien\w+|weak\w*|lack\w*|insufficient\w*|inadequate\w*|poor\w*|low|"
    r"shortages?|trouble|fail\w*|uneven\w*|unbalanced|difficult\w*|not|cannot|can't|don't|doesn't|unable|admit\w*|"
    r"limited|irregular\w*|non-\w+|too few|too little|gaps?|obstacles?|challenges?|barriers?|bottlenecks?|"
    r"incomplete|outdated|slow|missing|neglect\w*|formalis\w+|formality|under\w*staffed|shortfalls?|flaws?|defects?)\b",
    re.IGNORECASE,
)
# A shortcoming that a practice deals with, or a fixed term that only sounds like one.
_NO_SHORTCOMING = re.compile(
    "首违不罚|轻微不罚|不予处罚|不予行政处罚|不动产|问题整改|反馈问题|问题线索|突出问题整治|解决问题|发现问题|问题清单|怎么解决|如何解决|"
    "困难群众|困难职工|困难家庭|经济困难|纾困|急难愁盼|疑难|刁难|避难|难题攻坚|不见面|最多跑一次|不打烊|不停歇|无差别|"
    "non-litigation|non-contentious|non-governmental|non-custodial|non-prosecution|not only|if not|low-income|"
    "disputes? and problems|solve\\w* problems|problem-solving|difficult cases|people in difficulty"
)
_CAUSE = re.compile(r"原因|为什么|为何|根源|成因|\bcauses?\b|\bwhy\b|\breasons?\b", re.IGNORECASE)
_PLAN = re.compile(
    r"下一步|打算|计划怎|明年|今后|下步|next steps?|\bplans? for\b|\bnext year\b|\bfuture plans?\b", re.IGNORECASE
)


class Form(StrEnum):
    """What a text looks like: a passage is compared with passages, a question is answered by them."""

    PASSAGE = "passage"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Asked:
    """A text that was understood as a query.

    text: simplified, trimmed. embedded: what goes to the encoder. terms: what is looked up by words and topics.
    quoted: what must occur. roles: preferred ones, best first, () when the text shows no preference.
    """

    text: str
    language: str  # zh or en
    form: Form
    embedded: str
    terms: tuple[str, ...]
    quoted: tuple[str, ...]
    roles: tuple[Role, ...]


def understand_text(text: str) -> Asked:
    """Understand what somebody typed or pasted.

    Raises:
        QueryError: there is nothing to look for: empty, a single character, only numbers or signs, or too long.
    """
    if len(text) > LONGEST_TEXT:
        raise QueryError(
            f"a text may have {LONGEST_TEXT:,} characters; this one has {len(text):,}.",
            hint="Split it, or index it as a file and ask with its passages.",
        )
    clean = to_simplified(unicodedata.normalize("NFC", text)).strip()
    content = _PUNCTUATION_OR_DIGIT.sub("", clean)
    if not clean:
        raise QueryError("the text is empty.", hint="Paste a passage, a question or a few words.")
    if len(content) < 2:
        what = "only numbers and signs" if not content else "a single character"
        raise QueryError(f"there is nothing to look for in {what}.", hint="Give at least one word, better a clause.")
    quoted = tuple(dict.fromkeys(q.strip() for q in _QUOTED.findall(clean) if q.strip()))
    if len(_HAN.findall(clean)) * 3 < len(_LETTER.findall(clean)):
        return _english(clean, quoted)
    is_question = len(clean) < PASSAGE_LENGTH or clean.endswith(("?", "？"))
    return Asked(
        text=clean,
        language="zh",
        form=Form.QUESTION if is_question else Form.PASSAGE,
        embedded=embedding_text(clean, ()),
        terms=tuple(lexical_terms(clean, ())),
        quoted=() if not is_question else quoted,
        roles=preferred_roles(clean),
    )


def _english(clean: str, quoted: tuple[str, ...]) -> Asked:
    topics = [TOPIC_MARK + topic for _, ids in english_topics(clean) for topic in ids]
    han = tuple(q for q in quoted if _HAN.search(q))  # an English word in quotes cannot occur in a Chinese report
    return Asked(clean, "en", Form.QUESTION, clean, (*topics, *lexical_terms(clean, ())), han, preferred_roles(clean))


def preferred_roles(text: str) -> tuple[Role, ...]:
    """The roles that a question asks for, best first: shortcomings, causes, plans, or else practice."""
    if _CAUSE.search(text):
        return (Role.CAUSE, Role.PROBLEM)
    rest = _NO_SHORTCOMING.sub("", text)
    if _SHORTCOMING.search(rest) or _SHORTCOMING_EN.search(rest):
        return (Role.PROBLEM, Role.CAUSE)
    if _PLAN.search(text):
        return (Role.PLAN,)
    if _mostly_problems(text):
        return (Role.PROBLEM, Role.CAUSE)
    return (Role.MEASURE, Role.LEADERSHIP, Role.PLAN)


def _mostly_problems(text: str) -> bool:
    """Whether the text's longest topic word belongs to kinds of problem alone."""
    found = topic_words(text) or english_topics(text)
    if not found:
        return False
    problems = {topic.id for topic in read_topics() if topic.is_problem}
    _, topics = max(found, key=lambda item: len(item[0]))
    return all(topic in problems for topic in topics)
