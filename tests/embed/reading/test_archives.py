"""Archives and folders give each document its name, and nothing outside their bounds."""

from __future__ import annotations

import os
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from embed.reading import Limits, ReadFailure, SourceDocument, read_bytes, read_documents
from tests.helpers.make_files import make_docx, make_html, make_zip

TEXT = "某某镇2023年度法治政府建设情况报告\n2023年，我镇深入推进依法行政，现将有关情况报告如下。"


def names(data: bytes, **limits: int) -> list[tuple[str, str]]:
    """Each result's name, and its kind or the reason why it was not read."""
    results = read_bytes(data, "包.zip", limits=replace(Limits(), **limits))
    return [(r.name, r.reason if isinstance(r, ReadFailure) else r.kind.value) for r in results]


def test_an_archive_of_many_kinds_gives_each_member_in_order() -> None:
    data = make_zip(
        {
            "b/报告.docx": make_docx(TEXT),
            "a/甲.txt": TEXT.encode("gb18030"),
            "c.html": make_html(TEXT),
            "d.zip": make_zip({"内.txt": TEXT.encode()}),
            "__MACOSX/._甲.txt": b"\x00\x01",
            "图.png": b"\x89PNG\x00",
        }
    )

    assert names(data) == [
        ("包.zip!/a/甲.txt", "text"),
        ("包.zip!/b/报告.docx", "docx"),
        ("包.zip!/c.html", "html"),
        ("包.zip!/d.zip!/内.txt", "text"),
    ]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "big5"])
def test_names_that_do_not_say_their_encoding_are_read(encoding: str) -> None:
    data = make_zip({"年度報告/法治政府.txt": TEXT.encode()}, name_encoding=encoding)

    assert names(data) == [("包.zip!/年度報告/法治政府.txt", "text")]


def test_a_name_that_leads_out_of_the_archive_is_read_without_the_way_out() -> None:
    data = make_zip({"../../外.txt": TEXT.encode(), "/根/内.txt": TEXT.encode(), "..\\报告\\甲.txt": TEXT.encode()})

    assert sorted(names(data)) == [
        ("包.zip!/外.txt", "text"),
        ("包.zip!/报告/甲.txt", "text"),
        ("包.zip!/根/内.txt", "text"),
    ]


@pytest.mark.parametrize("members", [{}, {"图.png": b"\x89PNG\x00", ".隐藏.txt": TEXT.encode()}])
def test_an_archive_without_any_file_to_read_says_so(members: dict[str, bytes]) -> None:
    assert names(make_zip(members)) == [("包.zip", "empty")]


def test_archives_nested_too_deep_are_refused() -> None:
    data = make_zip({"x.txt": TEXT.encode()})
    for _ in range(3):
        data = make_zip({"in.zip": data})

    assert names(data) == [("包.zip!/in.zip!/in.zip!/in.zip", "too_deep")]


def test_a_bomb_is_refused_before_it_expands() -> None:
    data = make_zip({"a.txt": b"0" * 30_000_000, "b.txt": TEXT.encode()})

    assert names(data) == [("包.zip!/a.txt", "zip_bomb"), ("包.zip!/b.txt", "text")]


def test_a_docx_that_is_a_bomb_is_refused() -> None:
    body = b"<w:document><w:body>" + b" " * 40_000_000 + b"</w:body></w:document>"

    assert names(make_zip({"word/document.xml": body})) == [("包.zip", "zip_bomb")]


def test_all_members_share_one_budget() -> None:
    members = {f"{i}.txt": os.urandom(1000).hex().encode() for i in range(5)}

    assert names(make_zip(members), max_expanded=5000) == [
        ("包.zip!/0.txt", "text"),
        ("包.zip!/1.txt", "text"),
        ("包.zip!/2.txt", "zip_bomb"),
    ]
    assert names(make_zip(members), max_members=2)[-1] == ("包.zip", "zip_bomb")


def test_members_under_a_password_are_refused_and_the_rest_is_read() -> None:
    packed = bytearray(make_zip({"a.txt": TEXT.encode(), "b.txt": TEXT.encode()}))
    entry = packed.index(b"PK\x01\x02")
    packed[6] |= 1
    packed[entry + 8] |= 1

    assert names(bytes(packed)) == [("包.zip!/a.txt", "encrypted"), ("包.zip!/b.txt", "text")]


def test_a_member_that_lies_about_its_size_is_damaged() -> None:
    packed = bytearray(make_zip({"a.txt": TEXT.encode() * 50}))
    entry = packed.index(b"PK\x01\x02")
    packed[entry + 24 : entry + 28] = (100).to_bytes(4, "little")

    (result,) = names(bytes(packed))
    assert result == ("包.zip", "corrupt")


def test_a_document_larger_than_the_limit_is_refused() -> None:
    (failure,) = read_bytes(b"a" * 2_000_000, "x.txt", limits=replace(Limits(), max_bytes=1_000_000))

    assert isinstance(failure, ReadFailure)
    assert failure.reason == "too_large"
    assert "expected at most 0.953674 MB, got 1.9 MB" in failure.message


def test_a_folder_is_read_in_the_order_of_names_without_what_is_no_document(tmp_path: Path) -> None:
    for name in ("b.txt", "a/c.txt", "a/style.css", ".hidden/x.txt", "Thumbs.db"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(TEXT, encoding="utf-8")

    results = list(read_documents(tmp_path))

    assert [Path(r.name).relative_to(tmp_path).as_posix() for r in results] == ["a/c.txt", "b.txt"]


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text(TEXT, encoding="utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link.txt").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    (folder / "own.txt").write_text(TEXT, encoding="utf-8")

    results = list(read_documents(folder))

    assert [type(r) for r in results] == [ReadFailure, SourceDocument]
    assert results[0].name.endswith("link.txt")
    assert isinstance(results[0], ReadFailure)
    assert results[0].reason == "outside"


def test_a_file_that_is_missing_or_no_file_is_a_failure_with_a_reason(tmp_path: Path) -> None:
    (missing,) = read_documents(tmp_path / "none.txt")
    os.mkfifo(tmp_path / "pipe")
    (pipe,) = read_documents(tmp_path / "pipe")

    assert isinstance(missing, ReadFailure)
    assert isinstance(pipe, ReadFailure)
    assert (missing.reason, pipe.reason) == ("missing", "unreadable")
    assert pipe.message == "不是普通文件（管道、设备等） · expected a file, got a pipe or a device"


def test_a_file_name_in_gb_bytes_is_shown_as_text(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode("法治报告.txt".encode("gbk"))).write_bytes(TEXT.encode())

    (document,) = read_documents(tmp_path)

    assert document.name.endswith("/法治报告.txt")


def test_the_same_archive_read_twice_gives_the_same_documents() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("z.txt", TEXT)
        package.writestr("a.txt", TEXT)

    assert list(read_bytes(out.getvalue(), "x")) == list(read_bytes(out.getvalue(), "x"))
