"""Compiled modules, where they are asked for: `BIJIAN_COMPILED=1 pip wheel .` needs mypy and a C compiler."""

from __future__ import annotations

import os
import sys

from setuptools import Extension, setup

MODULES = """
    embed/reading/advertising embed/reading/chrome embed/reading/tracked embed/reading/word_finder
    embed/structure/authors embed/structure/cues embed/structure/discourse embed/structure/divisions/mentions
    embed/structure/frame embed/structure/headings embed/structure/issuer embed/structure/lines embed/structure/marks
    embed/structure/metadata embed/structure/outline embed/structure/passages embed/structure/places
    embed/structure/regions embed/structure/roles embed/structure/run_together embed/structure/sentences
    embed/structure/topics embed/structure/turns embed/structure/units embed/structure/witnesses embed/structure/years
"""


def compiled() -> list[Extension]:
    """Extensions of the modules that reading spends its time in; none unless they are asked for."""
    if os.environ.get("BIJIAN_COMPILED") != "1" or "bdist_wheel" not in sys.argv:
        return []
    from mypyc.build import mypycify

    return mypycify([f"{module}.py" for module in MODULES.split()], opt_level="3", multi_file=True)


setup(ext_modules=compiled())
