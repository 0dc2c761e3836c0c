"""The full fault suite: `python -m tests.faults [--moments 200] [--json FILE]`.

Kills the writer before calls that change the disk, tears writes in half, fails them, fills a real small file system
(where this may mount one), and cuts and flips every file. Ends with exit code 1 if anything was lost, doubled or
left damaged without a name.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from embed.exceptions import BijianError
from embed.index import Store
from embed.index.verify import repair, verify
from embed.pipeline import index_files
from tests.faults import workload
from tests.faults.trials import Ground, try_fault
from tests.helpers.stores import HashEncoder


def spread(total: int, wanted: int) -> list[int]:
    """Up to `wanted` different moments from 1 to total, evenly."""
    wanted = min(total, wanted)
    return sorted({1 + (total - 1) * n // max(1, wanted - 1) for n in range(wanted)})


def kill_and_fail(ground: Ground, moments: int) -> dict[str, object]:
    shares = {"die": moments, "tear": moments // 4, "full": moments // 4, "refused": moments // 8}
    result: dict[str, object] = {}
    for kind, wanted in shares.items():
        total = ground.count(kind)
        trials = [try_fault(ground, kind, at) for at in spread(total, wanted)]
        bad = [t for t in trials if t.problems]
        states = {str(n): sum(t.state == n for t in trials) for n in sorted({t.state for t in trials})}
        result[kind] = {"moments_there_are": total, "tried": len(trials), "passed": len(trials) - len(bad)}
        result[kind] |= {"seen_afterwards": states, "failed": [f"{t.at}: {t.problems}" for t in bad]}  # type: ignore[operator]
        print(kind, json.dumps(result[kind], ensure_ascii=False), flush=True)
    return result


def damage(ground: Ground, flips: int) -> dict[str, object]:
    """Flip bytes in, and cut, every file; each must be named, or change nothing, and be mended."""
    before, chance = workload.content(ground.store), random.Random(20)
    files = [p.relative_to(ground.store) for p in sorted(ground.store.rglob("*")) if p.is_file() and p.name != "LOCK"]
    tried, harmless, failed = 0, 0, []
    for name in files:
        size = (ground.store / name).stat().st_size
        if not size:
            continue
        for place in [None, *(chance.randrange(size) for _ in range(flips))]:
            copy = ground.copy("damaged")
            data = bytearray((copy / name).read_bytes())
            if place is None:
                del data[size // 2 :]
            else:
                data[place] ^= 1 << chance.randrange(8)
            (copy / name).write_bytes(data)
            tried += 1
            named = str(name) in {d.file for d in verify(Store.open(copy))}
            harmless += not named
            try:
                repair(Store.open(copy))
                index_files(Store.open(copy), [], HashEncoder(16))
                whole = workload.content(copy) == before and not verify(Store.open(copy))
            except BijianError as error:
                whole = False
                failed.append(f"{name} at {place}: {error.message}")
            if not whole or (not named and name.name != "catalog.sqlite"):
                failed.append(f"{name} at {place}: named {named}, whole {whole}")
    return {"files": len(files), "tried": tried, "not_named_and_harmless": harmless, "failed": failed}


def full_disk(ground: Ground, folder: Path) -> dict[str, object]:
    """Run the writer on real small file systems, each with a little more room than the one before."""
    if os.geteuid() != 0:
        return {"skipped": "mounting needs root"}
    mount, passed, refused, failed = folder / "small", 0, 0, []
    mount.mkdir()
    for kilobytes in range(600, 1800, 40):
        if subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(mount)], check=False
        ).returncode:
            return {"skipped": "no tmpfs can be mounted here"}
        try:
            store = mount / "store"
            try:
                subprocess.run(["cp", "-r", str(ground.store), str(store)], check=True, capture_output=True)
            except subprocess.CalledProcessError:
                continue
            try:
                workload.run(store, ground.files)
            except BijianError:
                refused += 1
            if workload.content(store) in ground.allowed and not verify(Store.open(store)):
                passed += 1
            else:
                failed.append(kilobytes)
        finally:
            subprocess.run(["umount", str(mount)], check=True)
    return {"passed": passed, "ended_with_a_full_disk": refused, "failed": failed}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--flips", type=int, default=3, help="flipped bytes in each file")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as where:
        ground = Ground(Path(where) / "ground")
        result = kill_and_fail(ground, options.moments)
        for name, outcome in (("damage", damage(ground, options.flips)), ("disk", full_disk(ground, Path(where)))):
            result[name] = outcome
            print(name, json.dumps(outcome, ensure_ascii=False), flush=True)
    result["seconds"] = round(time.monotonic() - started)
    if options.json:
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return int(any(isinstance(r, dict) and r.get("failed") for r in result.values()))


if __name__ == "__main__":
    sys.exit(main())
