"""No rule knows the annotated reports' own places: moved to another place, they are read as that place's."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from embed.structure.divisions import Divisions, load_divisions
from embed.structure.divisions.names import stem_of, town_stem
from embed.structure.report import Region
from tests.helpers.documents import metadata_of

GOLD = Path(__file__).parents[2] / "gold" / "dev"
REPORTS = ["r00", "r01", "r02", "r03", "r05", "r07", "r08", "r09", "r10", "r11"]
KINDS = ("街道", "镇", "乡")
PLACES = ("province", "city", "county", "town")


def elsewhere(home: Region, divisions: Divisions, chance: random.Random) -> Region:
    """A county of the same kind, with a town of the same kind in it where the report has one."""
    kind = next((k for k in KINDS if (home.town or "").endswith(k)), "")
    assert home.county is not None
    while True:
        row = chance.choice(divisions.upper)
        place = divisions.region(row)
        same = place.county is not None and place.county[-1] == home.county[-1] and len(place.county) > 2
        if not same or divisions.is_former(row) or (place.city is None) != (home.city is None):
            continue
        if not kind:
            return place
        rows = divisions.town_rows.get(divisions.codes[row], [])
        towns = [r for r in rows if divisions.names[r].endswith(kind) and not divisions.is_former(r)]
        if towns:
            return divisions.region(chance.choice(towns))


def moved(text: str, home: Region, there: Region) -> str:
    names: dict[str, str] = {}
    for place in PLACES:
        old, new = getattr(home, place), getattr(there, place)
        if old and new:
            bare = town_stem if place == "town" else stem_of
            names[old] = new
            names[bare(old)] = bare(new) if len(bare(new)) > 1 else new
    pattern = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.sub(pattern, lambda match: names[match.group()], text)


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_moved_to_another_place_is_read_as_that_places(name: str) -> None:
    divisions, chance = load_divisions(), random.Random(f"moved {name}")
    expected = json.loads((GOLD / f"{name}.json").read_text(encoding="utf-8"))
    text = (GOLD / f"{name}.txt").read_bytes().decode("utf-8")
    home = Region(**expected["region"])
    for _ in range(6):
        there = elsewhere(home, divisions, chance)
        found = metadata_of(moved(text, home, there))

        assert [getattr(found.region, p) for p in PLACES] == [getattr(there, p) for p in PLACES]
        assert found.region.code == there.code
        assert (found.level, found.year, found.department) == (
            expected["level"],
            expected["year"],
            expected["department"],
        )
