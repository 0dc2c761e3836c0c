"""Write the mean vectors that ship with a model: `python -m benchmarks.make_means [MODEL]`."""

from __future__ import annotations

import sys

import numpy as np

from embed.models import find_entry, open_encoder
from embed.models.means import compute_means, means_path
from service.settings import Settings


def main(model: str | None = None) -> None:
    """Compute them with the engine that `auto` chooses, into the package's data."""
    settings = Settings.read(flags={"model": model})
    entry = find_entry(settings.model, settings.models_file)
    path = means_path(entry.means or entry.name)
    np.savez(path, **compute_means(open_encoder(entry, cache=settings.cache)))
    print(path)


if __name__ == "__main__":
    main(*sys.argv[1:2])
