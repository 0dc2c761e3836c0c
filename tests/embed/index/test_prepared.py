"""What is kept ready of a report, and how reports are joined."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from embed.index.blobs import Blobs, BlobWriter
from embed.index.files import ArrayWriter, write_array
from embed.index.lexical import TermCounter, build_lexical
from embed.index.prepared import Prepared, prepare
from embed.index.vectors import text_hash
from embed.index.wording import embedding_text, lexical_terms
from embed.structure.report import Role
from tests.helpers.stores import make_report

PASSAGES = [
    (Role.MEASURE, "推进人民调解,化解矛盾纠纷,人民满意。"),
    (Role.PROBLEM, "执法人员力量不足。"),
    (Role.MEASURE, "😀 another script"),
]


def test_a_prepared_report_is_the_same_after_it_was_packed() -> None:
    prepared = prepare(make_report("a.txt", PASSAGES, year=2024))
    again = Prepared.unpack(prepared.pack())

    assert again.pack() == prepared.pack()
    assert (again.report, again.sha256, again.metadata) == (prepared.report, prepared.sha256, prepared.metadata)
    assert (again.hashes, again.headings, again.texts) == (prepared.hashes, prepared.headings, prepared.texts)
    assert (again.words, again.sketch) == (prepared.words, prepared.sketch)
    for name, column in prepared.columns.items():
        np.testing.assert_array_equal(again.columns[name], column)
    np.testing.assert_array_equal(again.terms, prepared.terms)
    np.testing.assert_array_equal(again.counts, prepared.counts)


def test_a_prepared_report_holds_what_its_passages_say() -> None:
    report = make_report("a.txt", PASSAGES, year=2024)
    prepared = prepare(report)
    first = lexical_terms(report.passages[0].text, report.passages[0].heading)

    assert len(prepared) == 3
    assert prepared.columns["length"].tolist() == [len(text) for _, text in PASSAGES]
    assert prepared.columns["bytes"].tolist() == [len(t.encode("utf-8", "surrogatepass")) for _, t in PASSAGES]
    assert prepared.hashes[:32] == text_hash(embedding_text(report.passages[0].text, report.passages[0].heading))
    mine = prepared.terms[: prepared.columns["distinct"][0]]
    assert [prepared.words[t] for t in mine] == sorted(set(first))
    assert prepared.counts[: len(mine)].tolist() == [first.count(word) for word in sorted(set(first))]
    assert [json.loads(prepared.headings[row]) for row in prepared.columns["heading"]] == [
        list(p.heading) for p in report.passages
    ]


def test_a_report_without_passages_is_prepared_too() -> None:
    prepared = Prepared.unpack(prepare(make_report("a.txt", [])).pack())

    assert (len(prepared), prepared.hashes, prepared.words, prepared.texts) == (0, b"", (), b"")


@pytest.mark.parametrize(("times", "kind"), [(255, "|u1"), (256, "<u2"), (70_000, "<u4")])
def test_counts_take_the_narrowest_type_that_holds_them(times: int, kind: str) -> None:
    prepared = Prepared.unpack(prepare(make_report("a.txt", [(Role.MEASURE, "调解 " * times)])).pack())

    assert prepared.counts.dtype.str == kind
    assert prepared.counts.max() == times


def test_words_of_several_passages_at_once_give_the_same_index_as_one_by_one(tmp_path: Path) -> None:
    listed = [["调解", "矛盾", "调解"], [], ["执法", "矛盾"], ["普法"]]
    (tmp_path / "alone").mkdir()
    (tmp_path / "together").mkdir()
    build_lexical(tmp_path / "alone", listed)

    counter = TermCounter()
    counter.extend(
        ["执法", "矛盾", "调解"], np.array([1, 2, 0, 1], np.uint8), np.array([1, 2, 1, 1], np.uint8), [2, 0, 2]
    )
    counter.add(["普法"])

    assert counter.write(tmp_path / "together") == 4
    for path in (tmp_path / "alone").iterdir():
        assert (tmp_path / "together" / path.name).read_bytes() == path.read_bytes()
    assert counter.write(tmp_path / "together") == 0


def test_texts_that_were_written_together_are_found_one_by_one_and_joined(tmp_path: Path) -> None:
    writer = BlobWriter(tmp_path, "texts")
    writer.append("甲")
    writer.extend("乙丙".encode(), [3, 0, 3])
    writer.close()
    texts = Blobs(tmp_path, "texts")

    assert [texts[row] for row in range(4)] == ["甲", "乙", "", "丙"]
    assert (texts.joined(1, 4), texts.joined(0, 2), texts.joined(2, 3)) == ("乙丙", "甲乙", "")


def test_an_array_that_is_written_in_blocks_is_the_same_file(tmp_path: Path) -> None:
    array = np.arange(12, dtype=np.float32).reshape(4, 3)
    write_array(tmp_path / "whole.npy", array)
    with ArrayWriter(tmp_path / "blocks.npy", array.dtype, array.shape) as out:
        out.write(array[:3])
        out.write(array[3:])

    assert (tmp_path / "blocks.npy").read_bytes() == (tmp_path / "whole.npy").read_bytes()
