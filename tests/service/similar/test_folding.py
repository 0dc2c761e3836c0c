"""Near copies folded into the best of them, held against comparing every pair."""

from __future__ import annotations

import pytest

from embed.index import Generation
from service.similar.alignment import kind_of, shared_wording, wording
from service.similar.answer import Kind
from service.similar.folding import Folder
from service.similar.results import Found
from service.similar.view import View, view_of


def found(generation: Generation) -> list[Found]:
    rows = generation.rows().tolist()
    mixed = [*rows[::3], *rows[1::3], *rows[2::3]]
    return [Found(row, 1.0 - i / 100, 0.5, 0.5, 0.5, 0.5) for i, row in enumerate(mixed)]


def every_pair(generation: Generation, listed: list[Found]) -> list[tuple[int, tuple[tuple[int, Kind], ...]]]:
    """Each hit that stays with its copies, by comparing each with every better one that stays."""
    texts = {one.row: wording(generation.text_of(one.row)) for one in listed}
    report = generation.passages.report
    stays: dict[int, list[tuple[int, Kind]]] = {}
    for one in listed:
        for leader in stays:
            a, b = texts[leader], texts[one.row]
            short, long = sorted((len(a.symbols), len(b.symbols)))
            kind = kind_of(shared_wording(a, b))
            if report[leader] != report[one.row] and long <= 2 * short and kind is not Kind.SIMILAR:
                stays[leader].append((one.row, kind))
                break
        else:
            stays[one.row] = []
    return [(row, tuple(copies)) for row, copies in stays.items()]


@pytest.mark.parametrize("block", [1, 5, 64])
def test_folding_is_the_same_as_comparing_every_pair(
    generation: Generation, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr("service.similar.folding._BLOCK", block)
    listed = found(generation)

    folded = [(one.row, one.copies) for one in Folder(view_of(generation)).fold(listed)]

    assert folded == every_pair(generation, listed)
    assert sorted(kind for _, copies in folded for _, kind in copies)[:2] == [Kind.EDITED, Kind.VERBATIM]


def test_a_list_that_goes_on_is_folded_as_if_it_came_at_once(generation: Generation) -> None:
    listed, folder = found(generation), Folder(view_of(generation))

    grown = [folder.fold(listed[:n]) for n in (3, 3, 10, len(listed))]

    assert grown == [Folder(view_of(generation)).fold(listed[:n]) for n in (3, 3, 10, len(listed))]


def test_another_list_is_folded_anew(generation: Generation) -> None:
    listed, folder = found(generation), Folder(view_of(generation))
    folder.fold(listed)

    assert folder.fold(listed[::-1]) == Folder(view_of(generation)).fold(listed[::-1])
    assert folder.fold([]) == []


def test_only_so_many_wordings_are_kept(generation: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.similar.view._KEPT_WORDINGS", 3)
    view, rows = View(generation), generation.rows().tolist()

    assert [view.wording_of(row) for row in [*rows, *rows]] == 2 * [wording(generation.text_of(row)) for row in rows]
    assert list(view._wordings) == rows[-3:]
