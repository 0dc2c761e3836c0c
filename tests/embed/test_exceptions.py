"""Every error names its kind in Chinese, in front of a message that is in English alone."""

from __future__ import annotations

import pytest

import embed.exceptions
from embed.exceptions import BijianError, StoreLocked, UnreadableFile

CLASSES = [getattr(embed.exceptions, name) for name in embed.exceptions.__all__]


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_names_its_kind_in_chinese_in_words_of_its_own(kind: type[BijianError]) -> None:
    assert all("\u4e00" <= sign <= "\u9fff" for sign in kind.chinese)
    assert [other for other in CLASSES if other.chinese == kind.chinese] == [kind]


def test_a_message_in_english_gets_the_kind_in_front_and_one_in_both_languages_stays() -> None:
    assert StoreLocked("s is in use.").bilingual == "存储正由别的进程写入 · s is in use."
    assert UnreadableFile("文件是空的 · the file is empty", reason="empty").bilingual == (
        "文件是空的 · the file is empty"
    )
