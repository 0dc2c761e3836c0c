from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from embed.exceptions import ModelCorrupt
from embed.models.unigram import UnigramTokenizer, character_rules, write_unigram
from embed.models.unigram_json import character_map, tokenizer_json
from tests.helpers.tiny_model import PIECES, RULES, tiny_source


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tokenizer, UnigramTokenizer]:
    folder = tmp_path_factory.mktemp("unigram")
    (folder / "tokenizer.json").write_text(tokenizer_json(tiny_source(folder)), encoding="utf-8")
    assert write_unigram(folder / "tokenizer.json", folder)
    return Tokenizer.from_file(str(folder / "tokenizer.json")), UnigramTokenizer(folder)


def test_the_best_cut_wins_over_the_longest_first(pair: tuple[Tokenizer, UnigramTokenizer]) -> None:
    ids = pair[1].encode(["依法行政"])[0]

    assert [PIECES[i] for i in ids] == ["<s>", "▁", "依法行政", "</s>"]


@given(text=st.text(alphabet="依法行政。，，ａab1q: 　\n\u200b\a①甲😀▁<s>/", max_size=40))
def test_ids_are_those_of_tokenizer_json(pair: tuple[Tokenizer, UnigramTokenizer], text: str) -> None:
    if "<s>" in text or "</s>" in text:
        return
    assert pair[1].encode([text])[0] == pair[0].encode(text).ids


def test_text_that_spells_a_special_token_is_text(pair: tuple[Tokenizer, UnigramTokenizer]) -> None:
    ids = pair[1].encode(["ab</s><s>ab<pad><mask>"])[0]

    assert ids.count(PIECES.index("</s>")) == 1
    assert ids.count(PIECES.index("<s>")) == 1
    assert PIECES.index("<pad>") not in ids
    assert PIECES.index("<mask>") not in ids


def test_neighbouring_unknown_characters_are_one_token(pair: tuple[Tokenizer, UnigramTokenizer]) -> None:
    ids = pair[1].encode(["ab甲乙丙"])[0]

    assert [PIECES[i] for i in ids] == ["<s>", "▁ab", "<unk>", "</s>"]


def test_text_of_white_space_alone_has_no_pieces(pair: tuple[Tokenizer, UnigramTokenizer]) -> None:
    assert pair[1].encode(["", "  \n", "　"]) == [[0, 2]] * 3


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=3),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4),
        max_size=60,
    )
)
def test_compiled_rules_read_back_as_they_were(rules: dict[str, str]) -> None:
    assert character_rules(character_map(rules)) == rules


def test_the_tokenizers_library_applies_compiled_rules(tmp_path: Path) -> None:
    from tokenizers.normalizers import Precompiled

    normaliser = Precompiled(character_map({chr(code): new for code, new in RULES.items()}))

    assert normaliser.normalize_str("ab，ａ\u3000①\a甲") == "ab，a 1甲"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("model", "type"), "BPE"),
        (("model", "byte_fallback"), True),
        (("normalizer", "normalizers"), [{"type": "NFKC"}]),
        (("pre_tokenizer", "type"), "Whitespace"),
        (("pre_tokenizer", "prepend_scheme"), "never"),
        (("model", "vocab"), [["a\nb", -1.0]]),
        (("post_processor", "special_tokens"), {}),
    ],
)
def test_a_tokeniser_of_another_kind_is_left_to_the_library(
    tmp_path: Path, place: tuple[str, str], value: object
) -> None:
    tree = json.loads(tokenizer_json(tiny_source(tmp_path)))
    tree[place[0]][place[1]] = value
    (tmp_path / "tokenizer.json").write_text(json.dumps(tree))

    assert not write_unigram(tmp_path / "tokenizer.json", tmp_path)
    assert not (tmp_path / "unigram.json").exists()


@pytest.mark.parametrize("rules", [{"ab": "e", "▁": " "}, {"é": "e"}])
def test_rules_that_this_tokeniser_does_not_know_are_left_to_the_library(tmp_path: Path, rules: dict[str, str]) -> None:
    tree = json.loads(tokenizer_json(tiny_source(tmp_path)))
    charsmap = base64.b64encode(character_map(rules)).decode()
    tree["normalizer"]["normalizers"][0]["precompiled_charsmap"] = charsmap
    (tmp_path / "tokenizer.json").write_text(json.dumps(tree))

    assert not write_unigram(tmp_path / "tokenizer.json", tmp_path)


@pytest.mark.parametrize("damage", ["{", "[]", '{"rules": {}}'])
def test_a_damaged_vocabulary_is_refused(tmp_path: Path, damage: str) -> None:
    (tmp_path / "tokenizer.json").write_text(tokenizer_json(tiny_source(tmp_path)), encoding="utf-8")
    write_unigram(tmp_path / "tokenizer.json", tmp_path)
    (tmp_path / "unigram.json").write_text(damage)

    with pytest.raises(ModelCorrupt, match="vocabulary"):
        UnigramTokenizer(tmp_path)
