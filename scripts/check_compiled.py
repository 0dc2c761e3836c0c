"""Read every annotated report with plain and with compiled modules, and compare.

    python scripts/check_compiled.py build/compiled/site

Each report goes in as text, as a saved page and as a Word file. Every field of what comes out has to be the same.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
READ = """
import sys
from pathlib import Path

root, first = Path(sys.argv[1]), sys.argv[2]
sys.path[:0] = [first, str(root)]
import embed.structure.turns
from embed.reading import ReadFailure, clean, read_bytes
from embed.structure import understand
from tests.helpers.make_files import make_docx, make_html

print(Path(embed.structure.turns.__file__).suffix)
for path in sorted((root / "tests" / "gold").glob("*/*.txt")):
    text = path.read_text(encoding="utf-8")
    for make in (str.encode, make_html, make_docx):
        for document in read_bytes(make(text), path.name):
            if isinstance(document, ReadFailure):
                print(document)
                continue
            report = understand(document, clean(document))
            print((report.metadata, report.sections, report.passages, report.removals, report.warnings))
"""


def read(site: Path) -> tuple[str, str, int]:
    """The suffix of the modules, a digest of all that was read, and how many lines it has."""
    done = subprocess.run(
        [sys.executable, "-c", READ, str(ROOT), str(site)], capture_output=True, text=True, check=True, cwd=site
    )
    suffix, _, said = done.stdout.partition("\n")
    return suffix, hashlib.sha256(said.encode()).hexdigest(), len(said.splitlines())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path, help="folder in which the compiled package lies")
    site = parser.parse_args().site.resolve()
    plain, compiled = read(ROOT), read(site)
    if plain[0] != ".py" or compiled[0] == ".py":
        sys.stderr.write(f"expected plain and compiled modules, got {plain[0]} and {compiled[0]}\n")
        return 1
    if plain[1:] != compiled[1:]:
        sys.stderr.write("compiled modules read differently from plain ones\n")
        return 1
    sys.stdout.write(f"compiled and plain modules read {plain[2]} documents alike\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
