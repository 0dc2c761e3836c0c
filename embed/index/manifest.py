"""What a generation says about itself: model, text rules, counts, index settings, checksums of its files."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embed.exceptions import ModelMismatch, StoreCorrupt, StoreVersion
from embed.index.files import checksum, write_file
from embed.index.wording import PASSAGE_SIDE

if TYPE_CHECKING:
    from embed.models.encoder import Encoder

__all__ = ["FORMAT", "IndexSettings", "Manifest", "ModelStamp", "Plan"]

FORMAT = 2
NAME = "manifest.json"
_PREFIX = len('{"sha256":"') + 64 + len('","manifest":')


@dataclass(frozen=True, slots=True)
class ModelStamp:
    """Whose vectors these are. Vectors with another fingerprint never share an index."""

    name: str
    fingerprint: str
    dimension: int
    side: str

    @classmethod
    def of(cls, encoder: Encoder) -> ModelStamp:
        """The stamp of an encoder's passage vectors."""
        return cls(encoder.model, encoder.fingerprint, encoder.dimension, str(PASSAGE_SIDE))

    def check_encoder(self, encoder: Encoder) -> None:
        """Refuse an encoder whose vectors mean something else.

        Raises:
            ModelMismatch: the fingerprints differ; the message names both models.
        """
        if encoder.fingerprint != self.fingerprint:
            raise ModelMismatch(
                f"this store holds vectors of {self.name} ({self.fingerprint}), "
                f"the encoder is {encoder.model} ({encoder.fingerprint}).",
                hint=f"Add --model {self.name} (and the engine it was built with), or run `bijian reindex --model …`.",
            )


@dataclass(frozen=True, slots=True)
class Plan:
    """How many cells are looked into for filters that keep at least `share` of the rows and up to `depth` results.

    recall: the share of the true first `depth` that was found when it was measured.
    """

    share: float
    depth: int
    probes: int
    recall: float


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """How passages are found by vector.

    kind: `exact` or `ivf`. lists: how many cells there are. recall: the lowest measured recall@10 of all plans, over
    `measured_on` of the store's own vectors; None for an exact index. plans: what was measured for filters that keep
    a large or a small share of the rows.
    """

    kind: str = "exact"
    lists: int = 0
    recall: float | None = None
    measured_on: int = 0
    plans: tuple[Plan, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """The first file of a generation that is read and the last one that is written."""

    number: int
    model: ModelStamp
    text_rules: str
    index_rules: str
    reports: int
    passages: int
    searchable: int
    vocabulary: int
    index: IndexSettings = IndexSettings()
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def fingerprint(self) -> str:
        """The encoder's fingerprint."""
        return self.model.fingerprint

    @property
    def rules(self) -> tuple[str, str]:
        """Fingerprints of the rules of reading and structure, and of the index."""
        return self.text_rules, self.index_rules

    def check_encoder(self, encoder: Encoder) -> None:
        """Refuse an encoder whose vectors mean something else; see `ModelStamp.check_encoder`."""
        self.model.check_encoder(encoder)

    def write(self, folder: Path) -> None:
        """Write it with its own checksum."""
        body = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        write_file(folder / NAME, _framed(body).encode())

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read and check it.

        Raises:
            StoreCorrupt: the file is damaged. StoreVersion: another version of Bijian wrote it.
        """
        path = folder / NAME
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise _wrong(path, str(error)) from error
        body = text[_PREFIX:-2]
        if text != _framed(body):
            raise _wrong(path, "its checksum does not fit")
        value: dict[str, Any] = json.loads(body)
        if value["format"] != FORMAT:
            raise StoreVersion(
                f"{folder} has format {value['format']}, this version of Bijian reads format {FORMAT}.",
                hint="Run `bijian reindex`: nothing is encoded twice.",
            )
        value["model"] = ModelStamp(**value["model"])
        plans = tuple(Plan(**plan) for plan in value["index"].pop("plans"))
        value["index"] = IndexSettings(**value["index"], plans=plans)
        value["files"] = {name: (size, digest) for name, (size, digest) in value["files"].items()}
        return cls(**value)

    def check_sizes(self, folder: Path) -> None:
        """Compare the sizes of all files, which takes no time.

        Raises:
            StoreCorrupt: a file is missing or has another size.
        """
        for name, (size, _) in self.files.items():
            try:
                found = (folder / name).stat().st_size
            except FileNotFoundError:
                raise _wrong(folder / name, "it is missing") from None
            if found != size:
                raise _wrong(folder / name, f"it has {found} bytes, expected {size}")

    def damaged(self, folder: Path) -> list[str]:
        """Names of the files whose content is not what was written, sorted; reads every byte."""
        wrong = []
        for name, (size, digest) in sorted(self.files.items()):
            path = folder / name
            if not path.is_file() or path.stat().st_size != size or checksum(path) != digest:
                wrong.append(name)
        return wrong


def _framed(body: str) -> str:
    return f'{{"sha256":"{hashlib.sha256(body.encode()).hexdigest()}","manifest":{body}}}\n'


def _wrong(path: Path, why: str) -> StoreCorrupt:
    return StoreCorrupt(
        f"{path} is damaged: {why}.",
        hint="Run `bijian store verify`; `bijian store rollback` goes back to the generation before.",
    )
