"""What an address tells of a place: /chenxi/, dafeng.gov.cn, cqwx.gov.cn. Weak evidence, asked for to decide a tie."""

from __future__ import annotations

import gzip
import re
from functools import lru_cache
from importlib import resources

from embed.structure.divisions import Divisions, Mention
from embed.structure.regions import Witness

__all__ = ["address_witnesses"]

MOST_OF_ADDRESS = 400
_WORD = re.compile(r"[a-z]{2,30}")
_EMPTY = frozenset(
    [
        "www",
        "gov",
        "cn",
        "com",
        "org",
        "net",
        "edu",
        "top",
        "info",
        "http",
        "https",
        "html",
        "shtml",
        "htm",
        "jhtml",
        "index",
        "col",
        "art",
        "content",
        "post",
        "zwgk",
        "xxgk",
        "zfxxgk",
        "fzzfjs",
        "fzzfgzbg",
        "ndbg",
        "gkml",
        "bmzfxxgk",
        "public",
        "portal",
        "web",
        "site",
        "zf",
        "rmzf",
        "xrmzf",
        "detail",
        "info",
        "page",
        "mobile",
        "gongkai",
    ]
)
_KIND_SOUNDS = {"县": "xian", "区": "qu", "市": "shi", "旗": "qi", "州": "zhou", "盟": "meng"}
FULL_NAME = 2.5
WITH_PLACE_ABOVE = 1.5
INITIALS = 1.0


@lru_cache(maxsize=1)
def _readings() -> dict[str, tuple[str, ...]]:
    """Code → syllables of the bare name."""
    data = (resources.files("embed.structure.divisions") / "pinyin.tsv.gz").read_bytes()
    rows = (line.split("\t") for line in gzip.decompress(data).decode("utf-8").splitlines())
    return {code: tuple(syllables.split(" ")) for code, syllables in rows}


def address_witnesses(url: str, witnesses: list[Witness], kind: str, divisions: Divisions) -> list[Witness]:
    """Which of the places that a document may be from its address speaks for.

    An address alone names a place only when the site is a government's, its name is written out in full and no other
    county of that kind sounds so; otherwise it can but choose between places that the text itself names.
    """
    host, _, path = re.sub(r"^[a-z]+://", "", url.strip().lower()[:MOST_OF_ADDRESS]).partition("/")
    labels = [w for w in _WORD.findall(host) if w not in _EMPTY]
    words = labels + [w for w in _WORD.findall(path) if w not in _EMPTY]
    named = {divisions.county_code(r) for w in witnesses for r in w.mention.rows} - {""}
    if named:
        return _between(sorted(named), words, labels, url, divisions)
    return _alone(labels, kind, url, divisions) if host.split(":")[0].endswith(".gov.cn") else []


def _between(codes: list[str], words: list[str], labels: list[str], url: str, divisions: Divisions) -> list[Witness]:
    found = []
    for code in codes:
        row = divisions.row_of(code)
        weight = max((_weight(code, word, word in labels, divisions) for word in words), default=0.0)
        if row is not None and weight:
            found.append(_witness(row, weight, url, divisions))
    return found


def _weight(code: str, word: str, is_host: bool, divisions: Divisions) -> float:
    syllables = _readings().get(code)
    if not syllables:
        return 0.0
    full = "".join(syllables)
    if len(full) > 3 and (word == full or (word.startswith(full) and word[len(full) :] in _endings(code, divisions))):
        return FULL_NAME
    initials = "".join(s[0] for s in syllables)
    above = ("".join(s[0] for s in _readings().get(code[:size], ())) for size in (4, 2))
    if any(a and word in (a + initials, a + full) for a in above):
        return WITH_PLACE_ABOVE
    kind = divisions.name_of(code)[-1:]
    sound = _KIND_SOUNDS.get(kind, "-")[0]
    return INITIALS if is_host and word in (initials, initials + sound) else 0.0


def _endings(code: str, divisions: Divisions) -> tuple[str, ...]:
    sound = _KIND_SOUNDS.get(divisions.name_of(code)[-1:], "")
    return (sound, "zf", "rmzf", sound[:1], sound[:1] + "zf")


def _alone(labels: list[str], kind: str, url: str, divisions: Divisions) -> list[Witness]:
    if not kind:
        return []
    fitting = [
        code
        for code, syllables in _readings().items()
        if len(code) == 6 and len("".join(syllables)) > 4 and "".join(syllables) in labels
    ]
    if len(fitting) != 1 or not divisions.name_of(fitting[0]).endswith(kind):
        return []
    row = divisions.row_of(fitting[0])
    return [_witness(row, FULL_NAME, url, divisions)] if row is not None else []


def _witness(row: int, weight: float, url: str, divisions: Divisions) -> Witness:
    mention = Mention(-1, -1, divisions.names[row], (row,))
    return Witness(mention, weight, f"address {url[:60]}", outside=True)
