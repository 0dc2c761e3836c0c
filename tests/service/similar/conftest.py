"""A small store of seven reports: two copies, one of them reworded, over four provinces and three years."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from embed.index import Generation
from embed.structure.report import Level, Region, Report, Role
from tests.helpers.stores import ANJU, HashEncoder, make_report, make_store

ORIGINAL = (
    "安居区成立矛盾纠纷调解中心，选聘退休法官和教师36名担任调解员，逢集日在乡镇场镇设立流动调解点，"
    "全年调解邻里、土地、婚姻家庭纠纷1286件，成功率达98.2%。"
)
VERBATIM = (
    "禄丰市成立矛盾纠纷调解中心，选聘退休法官和教师52名担任调解员，逢集日在乡镇场镇设立流动调解点，"
    "全年调解邻里、土地、婚姻家庭纠纷943件，成功率达97.5%。"
)
EDITED = (
    "镇里建起矛盾纠纷调解中心，选请退休法官和教师12名当调解员，逢赶集日在场镇摆出流动调解点，"
    "一年调解邻里、土地、婚姻家庭争议215件，成功率达到96%。"
)
PLACES = {
    "anju": ANJU,
    "lufeng": Region("云南省", "楚雄彝族自治州", "禄丰市", None, "532302"),
    "anda": Region("黑龙江省", "绥化市", "安达市", None, "231281"),
    "jingan": Region("上海市", None, "静安区", None, "310106"),
    "chuanshan": Region("四川省", "遂宁市", "船山区", None, "510903"),
}
OTHERS = (
    (Role.MEASURE, "在中小学配齐法治副校长，每学期开展模拟法庭和防欺凌课，覆盖学生两万人。"),
    (Role.MEASURE, "执法人员全部持证上岗，分批参加脱产轮训，考试不合格的调离执法岗位。"),
    (Role.PROBLEM, "法律专业人才缺乏，基层司法所一人一所，复杂案件只能外请律师帮助。"),
)


def reports() -> list[Report]:
    def extra(place: str) -> list[tuple[Role, str]]:
        return [(role, f"{text[:-1]}，{place}各镇都是这样做的。") for role, text in OTHERS]

    return [
        make_report("anju23.txt", [(Role.MEASURE, ORIGINAL), *extra("东边")], year=2023, region=PLACES["anju"]),
        make_report("anju24.txt", [(Role.MEASURE, ORIGINAL.replace("1286", "1402")), *extra("西边")], region=ANJU),
        make_report("lufeng.txt", [(Role.MEASURE, VERBATIM), *extra("南边")], region=PLACES["lufeng"]),
        make_report("anda.txt", [(Role.MEASURE, EDITED), *extra("北边")], year=2025, region=PLACES["anda"]),
        make_report("jingan.txt", extra("上游"), year=None, region=PLACES["jingan"], level=Level.CITY),
        make_report("chuanshan.txt", extra("下游"), region=PLACES["chuanshan"]),
        make_report(
            "nowhere.txt", [(Role.BACKGROUND, "现将本年度法治政府建设情况报告如下。"), *extra("远处")], region=Region()
        ),
    ]


@pytest.fixture(scope="session")
def hashed() -> HashEncoder:
    return HashEncoder()


@pytest.fixture(scope="session")
def generation(tmp_path_factory: pytest.TempPathFactory, hashed: HashEncoder) -> Iterator[Generation]:
    store = make_store(tmp_path_factory.mktemp("similar") / "store", reports(), hashed)
    with store.current() as current:
        yield current


def passage(generation: Generation, file: str, ordinal: int = 0) -> str:
    """The id of a passage by its report's file name."""
    return f"{report(generation, file)}.{ordinal:03d}"


def report(generation: Generation, file: str) -> str:
    """The id of a report by its file name."""
    return next(generation.report_id(r) for r in range(len(generation.reports)) if generation.report_at(r).file == file)
