"""Every rule that metadata names has words in Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.cli.rule_names import named
from tests.helpers.documents import metadata_of

GOLD = Path(__file__).parents[2] / "gold"
SEEDS = Path(__file__).parents[3] / "seeds"
TEXTS = sorted([*GOLD.glob("dev/*.txt"), *GOLD.glob("real/*.txt"), *SEEDS.glob("*.txt")])


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem[:8])
def test_what_is_shown_of_a_report_is_chinese_first(path: Path) -> None:
    metadata = metadata_of(path.read_bytes().decode("utf-8"))
    shown = [named(e.rule) for e in metadata.evidence] + [named(c.reason) for c in metadata.candidates]

    assert shown
    assert all(re.match("[一-鿿]", words) for words in shown)


def test_rules_that_carry_a_value_keep_it() -> None:
    assert named("weight 2.5") == "分量 2.5"
    assert named("address http://a.gov.cn") == "网址 http://a.gov.cn"
    assert named("发布时间") == "发布时间"
