"""Open the tokeniser of a folder: the quick one where it was built, else tokenizer.json."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from embed.exceptions import ModelCorrupt
from embed.models.unigram import HEAD, UnigramTokenizer

__all__ = ["open_tokenizer"]


def open_tokenizer(folder: Path, engine: Path) -> Callable[[Sequence[str]], list[list[int]]]:
    """Texts to ids, special tokens included, nothing cut.

    Args:
        folder: the sentence-transformers folder.
        engine: the folder of the engine, which may hold the flat vocabulary.

    Raises:
        ModelCorrupt: neither can be read.
    """
    if (engine / HEAD).is_file():
        return UnigramTokenizer(engine).encode
    import tokenizers

    try:
        tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:
        raise ModelCorrupt(f"{folder}/tokenizer.json cannot be read: {error}.") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def encode(texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]

    return encode
