"""models.txt: which models there are, where each comes from, and how its texts are prompted."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from embed.exceptions import ModelCorrupt, ModelMissing
from embed.models.encoder import Side

__all__ = ["ModelEntry", "find_entry", "folder_name", "read_models"]

SOURCES = ("package", "folder", "hub", "distilled")
OWN_KEYS = ("name", "teacher")  # not keys of a table


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """One table of models.txt.

    Attributes:
        name: the table's name; also the folder's name in the cache.
        source: `package:NAME/FILE` (weights inside an installed Python package), `folder:PATH` (a
            sentence-transformers folder; a relative path counts from models.txt), `hub:OWNER/NAME[@REVISION]` or
            `distilled:NAME` (vectors of single pieces, taken from another model of the list).
        licence: SPDX identifier of the weights.
        dimension: length of a vector.
        max_tokens: the model's limit, special tokens included; longer texts are split on sentences.
        query_prompt, passage_prompt: put in front of each text of that side.
        sha256: of the source file, 64 hex digits; empty where the source has many files.
        means: name of the shipped mean vectors, empty if there are none.
        description: one line for people, Chinese first.
        teacher: the model that a distilled one comes from, else None.
    """

    name: str
    source: str
    licence: str
    dimension: int
    max_tokens: int = 512
    query_prompt: str = ""
    passage_prompt: str = ""
    sha256: str = ""
    means: str = ""
    description: str = ""
    teacher: ModelEntry | None = None

    @property
    def scheme(self) -> str:
        """`package`, `folder`, `hub` or `distilled`."""
        return self.source.partition(":")[0]

    @property
    def location(self) -> str:
        """The source without its scheme."""
        return self.source.partition(":")[2]

    def prompt(self, side: Side) -> str:
        """What is put in front of a text of this side."""
        return self.query_prompt if side is Side.QUERY else self.passage_prompt


def read_models(path: Path | None = None) -> dict[str, ModelEntry]:
    """Read models.txt (the bundled one by default); entries by name, in the file's order.

    Raises:
        ModelMissing: there is no such file.
        ModelCorrupt: the file is not valid; the message names the table and the key.
    """
    path = path or Path(__file__).with_name("models.txt")
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelMissing(f"the list of models {path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelCorrupt(f"the list of models {path} is not valid: {error}.", hint="Its syntax is TOML.") from error
    models = {name: _entry(name, table, path) for name, table in tables.items()}
    return {name: _with_teacher(entry, models, path) for name, entry in models.items()}


def find_entry(name: str, path: Path | None = None) -> ModelEntry:
    """The entry of one model.

    Raises:
        ModelMissing: models.txt does not have it; the hint lists those it has.
    """
    models = read_models(path)
    if name not in models:
        raise ModelMissing(
            f"models.txt has no model called {name!r}.",
            hint=f"It has: {', '.join(models)}. Add a table of this name to use another one.",
        )
    return models[name]


def folder_name(entry: ModelEntry) -> str:
    """The entry's name as a file name."""
    return re.sub(r"[^\w.-]", "_", entry.name).lstrip(".") or "_"


def _with_teacher(entry: ModelEntry, models: Mapping[str, ModelEntry], path: Path) -> ModelEntry:
    if entry.scheme != "distilled":
        return entry
    teacher = models.get(entry.location)
    where = f"{path}, model {entry.name!r}"
    if teacher is None or teacher.scheme == "distilled":
        raise ModelCorrupt(
            f"{where}: source is {entry.source!r}, expected the name of another model that is not distilled."
        )
    if entry.dimension != teacher.dimension:
        raise ModelCorrupt(
            f"{where}: dimension is {entry.dimension}, expected {teacher.dimension} as {teacher.name} has."
        )
    return replace(entry, teacher=teacher)


def _entry(name: str, table: object, path: Path) -> ModelEntry:
    where = f"{path}, model {name!r}"
    if not isinstance(table, dict):
        raise ModelCorrupt(f"{where}: expected a table [{name}] with keys, came a plain value.")
    values = dict(table)
    prompts = values.pop("prompts", {})
    if not isinstance(prompts, Mapping) or set(prompts) - {"query", "passage"}:
        raise ModelCorrupt(f"{where}: prompts must be {{ query = …, passage = … }}, came {prompts!r}.")
    values |= {f"{side}_prompt": prompt for side, prompt in prompts.items()}
    _check(values, where)
    entry = ModelEntry(name=name, **values)
    if entry.scheme not in SOURCES or not entry.location:
        raise ModelCorrupt(
            f"{where}: source is {entry.source!r}, expected one of package:…, folder:…, hub:…, distilled:…."
        )
    if entry.scheme == "folder":
        absolute = (path.parent / Path(entry.location).expanduser()).resolve()
        values["source"] = f"folder:{absolute}"
        return ModelEntry(name=name, **values)
    return entry


def _check(values: dict[str, Any], where: str) -> None:
    types = {f.name: int if f.type == "int" else str for f in fields(ModelEntry) if f.name not in OWN_KEYS}
    for key, value in values.items():
        if key not in types:
            raise ModelCorrupt(f"{where}: unknown key {key!r}.", hint=f"Known keys: {', '.join(sorted(types))}.")
        if type(value) is not types[key]:
            raise ModelCorrupt(f"{where}: {key} is {value!r}, expected {types[key].__name__}.")
    for key in ("source", "licence", "dimension"):
        if key not in values:
            raise ModelCorrupt(f"{where}: the key {key!r} is missing.")
    if values["dimension"] < 1 or values.get("max_tokens", 512) < 16:
        raise ModelCorrupt(f"{where}: dimension must be at least 1 and max_tokens at least 16.")
