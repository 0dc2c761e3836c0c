"""The vocabulary of advertising: kinds of words, and the places of a text where a run of it can be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from embed.reading.lexicon import ADVERTISING_SIGNS, phrases
from embed.reading.word_finder import Lexicon
from embed.reading.wordlists import any_of, read_sections

__all__ = [
    "BETTING",
    "BRAND",
    "DIGITS",
    "JOINER",
    "LATIN",
    "NAME",
    "ODD_PAIR",
    "SITE",
    "UNKNOWN",
    "brands",
    "folded",
    "genre",
    "keyword",
    "may_advertise",
    "token_lengths",
    "trigger",
    "triggers",
    "vocabulary",
]

SPORT = "体育|彩票|娱乐|棋牌|电竞|足球|真人|国际|亚洲"
SERVICE = "官网|官方|下载|注册|平台|app|手机版|网页版|网投|登录|登陆|首页|在线|直播|开户|网址|入口|计划|投注|竞猜|电子"
# Pairs that no report writes: a kind of betting with what a site offers, or with a name of letters and digits.
OFFER = (
    "官网|官方|下载|app|手机版|登录|登陆|首页|开户|网址|入口|网投|注册送|平台注册|平台登录|网首页|网下载|网注册|网开奖"
)
ODD_PAIR = re.compile(
    rf"(?:体育|彩票|娱乐|棋牌|电竞|足球|真人)[^一-鿿a-z0-9]?(?:{OFFER})|(?<![a-z])[a-z]{{1,7}}\d{{1,4}}(?:体育|娱乐|彩票|棋牌|真人|电竞)"
)
WIDE_LETTER = re.compile("[０-９Ａ-Ｚａ-ｚ]")
WIDE_LATIN = {0xFF01 + i: 0x21 + i for i in range(94)}

LONGEST_TOKEN = 8
BRAND, BETTING, NAME, SITE, LATIN, DIGITS, JOINER, UNKNOWN = range(8)


@cache
def vocabulary() -> dict[str, int]:
    sections = read_sections("advertising.txt")
    kinds = dict.fromkeys(sections["site"], SITE)
    kinds |= dict.fromkeys(sections["names"], NAME)
    kinds |= dict.fromkeys(sections["betting"], BETTING)
    kinds |= dict.fromkeys(sections["brands"], BRAND)
    return kinds


@cache
def trigger() -> re.Pattern[str]:
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


def triggers(text: str) -> Iterator[re.Match[str]]:
    """What `trigger` finds in a text; it is tried only where it can begin."""
    match = trigger().match
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


def may_advertise(text: str) -> bool:
    return _SIGN.search(text) is not None or _signs_of_advertising().is_in(text)


def folded(text: str) -> str:
    """The text in small narrow letters, character for character."""
    narrow = text.translate(WIDE_LATIN) if WIDE_LETTER.search(text) else text
    small = narrow.lower()
    if len(small) == len(text):
        return small
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in narrow)  # a few letters grow


@cache
def token_lengths() -> dict[str, list[int]]:
    """How long the words of advertising are that begin with a character."""
    lengths: dict[str, set[int]] = {}
    for word in vocabulary():
        if len(word) <= LONGEST_TOKEN:
            lengths.setdefault(word[0], set()).add(len(word))
    return {character: sorted(sizes) for character, sizes in lengths.items()}


@cache
def genre() -> str:
    return "\n".join((*phrases(), *read_sections("advertising.txt")["before sites"]))


@cache
def brands() -> frozenset[str]:
    return frozenset(read_sections("advertising.txt")["brands"])


@cache
def keyword() -> re.Pattern[str]:
    return re.compile(f"{any_of(vocabulary())}|[-_,，、|]")
