"""How fast reading is, and that hostile text costs time linear in its length.

    python benchmarks/reading.py [--quick] [--json FILE]

Speed: annotated reports, cut or repeated to 3,000 characters each, read from bytes and cleaned in one process on one
core, as text, as saved pages, as Word and as PDF. Growth: lines without a break made to hurt the patterns, at two
lengths; `ratio` is the quotient of their times, and a quotient near that of the lengths means linear.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from embed.reading import ReadFailure, clean, read_bytes  # noqa: E402
from tests.helpers.make_files import make_docx, make_html, make_pdf  # noqa: E402

HOSTILE = {
    "spaces": " ",
    "one letter": "a",
    "one character": "政",
    "digits": "1",
    "opening brackets": "（",
    "crumbs": "首页 > ",
    "labels": "发布时间：",
    "split labels": "索 引 ",
    "glosses": "建(",
    "commas": ",",
    "underscores": "_",
    "betting words": "彩票网",
    "betting pairs": "体育官网",
    "sentences of betting": "在线投注，",
    "slips": "?ㄒ唬",
    "wrong tables": "鐨",
    "latin-1 bytes": "·¨",
    "page numbers": "- 1 - ",
    "zero width": "\u200b",
    "line feeds": "\n",
    "short lines": "政府建设情况\n",
    "wrapped lines": "过去一年我们坚持把依法履职作为城市管理的生命线按照丰满区\n",
    "numbered lines": "一、政府\n",
    "full stops": "。",
    "traditional": "與",
}


def timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def read_and_clean(data: bytes) -> int:
    characters = 0
    for document in read_bytes(data, "benchmark"):
        if not isinstance(document, ReadFailure):  # white space alone is refused as empty
            characters += len(clean(document).text)
    return characters


def measure_speed(rounds: int) -> dict[str, dict[str, float]]:
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests" / "gold" / "dev").glob("*.txt"))]
    texts = [text[: text.rfind("\n", 0, 3000)] if len(text) > 3000 else text for text in texts]
    made = {
        "txt": [text.encode() for text in texts],
        "html": [make_html(text) for text in texts],
        "docx": [make_docx(text) for text in texts],
        "pdf": [make_pdf(text) for text in texts],
    }
    figures = {}
    for kind, documents in made.items():
        for data in documents:
            read_and_clean(data)
        best = min(timed(lambda d=documents: [read_and_clean(x) for x in d]) for _ in range(rounds))
        figures[kind] = {
            "documents per second": round(len(documents) / best, 1),
            "characters per document": round(sum(map(len, texts)) / len(texts)),
        }
    return figures


def measure_growth(length: int) -> dict[str, dict[str, float]]:
    figures = {}
    for name, unit in HOSTILE.items():
        times = []
        for size in (length // 4, length):
            data = (unit * (size // len(unit.encode()) + 1)).encode()[:size].decode("utf-8", "ignore").encode()
            times.append(timed(lambda d=data: read_and_clean(d)))
        figures[name] = {"seconds": round(times[1], 2), "ratio": round(times[1] / max(times[0], 1e-3), 1)}
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, 1 MB instead of 10 MB")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    length = 1_000_000 if arguments.quick else 10_000_000
    figures = {
        "speed": measure_speed(3 if arguments.quick else 10),
        "growth": {"bytes": length, "times the length": 4, "lines": measure_growth(length)},
        "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    text = json.dumps(figures, ensure_ascii=False, indent=2)
    print(text)
    if arguments.json:
        arguments.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
