"""Short names of divisions: 内蒙古, 红河州, 金平县, 科右中旗, 赣县, 廉江."""

from __future__ import annotations

import re

__all__ = ["is_zone", "short_names", "stem_of", "town_stem"]

_PEOPLES = (
    "维吾尔 蒙古族 蒙古 回族 藏族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 "
    "哈萨克族 哈萨克 傣族 "
    "黎族 傈僳族 佤族 畲族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 柯尔克孜 土族 达斡尔族 仫佬族 羌族 "
    "布朗族 撒拉族 毛南族 仡佬族 锡伯族 锡伯 阿昌族 普米族 塔吉克族 塔吉克 怒族 鄂温克族 保安族 裕固族 独龙族 各族"
)
_PEOPLE = "(?:" + "|".join(_PEOPLES.split()) + ")"
_AUTONOMOUS = re.compile(rf"^(?P<stem>.+?){_PEOPLE}*自治(?P<kind>[州县旗])$")
_ONLY_PEOPLE = re.compile(r"^(?P<stem>东乡|鄂温克|鄂伦春)族?自治(?P<kind>[县旗])$")
_ETHNIC_DISTRICT = re.compile(rf"^(?P<stem>.+?){_PEOPLE}区$")
_REGION = re.compile(r"^(?P<stem>内蒙古|广西|西藏|宁夏|新疆)(?:壮族|回族|维吾尔)?自治区$")
_PLAIN = re.compile(r"^(?P<stem>.+?)(?P<kind>省|市|区|县|旗|盟|地区|林区|特区|特别行政区)$")
_BANNER = re.compile(r"^(?P<name>科尔沁|察哈尔|乌珠穆沁)(?P<side>[左右])翼(?P<part>[前中后])旗$")
_TOWN = re.compile(rf"^(?P<stem>.+?)(?:{_PEOPLE}*(?:民族)?乡|街道|镇|(?:民族)?苏木|地区)$")
_ZONE = re.compile(
    r"开发区|管理区|园区|示范区|实验区|保税区|新区$|新城$|风景名胜区|集聚区|聚集区|食品区|管委会|"
    r"行政委员会|产业园|工业园"
)

# Banners and prefectures whose everyday short name no rule gives.
_SPECIAL = {
    "西乌珠穆沁旗": "西乌旗",
    "东乌珠穆沁旗": "东乌旗",
    "达尔罕茂明安联合旗": "达茂旗",
    "莫力达瓦达斡尔族自治旗": "莫旗",
    "阿鲁科尔沁旗": "阿旗",
    "克什克腾旗": "克旗",
    "伊金霍洛旗": "伊旗",
    "苏尼特左旗": "东苏旗",
    "苏尼特右旗": "西苏旗",
    "鄂伦春自治旗": "鄂伦春旗",
    "新巴尔虎左旗": "新左旗",
    "新巴尔虎右旗": "新右旗",
    "陈巴尔虎旗": "陈旗",
    "土默特左旗": "土左旗",
    "土默特右旗": "土右旗",
    "乌拉特前旗": "乌前旗",
    "乌拉特中旗": "乌中旗",
    "乌拉特后旗": "乌后旗",
    "喀喇沁左翼蒙古族自治县": "喀左县",
    "前郭尔罗斯蒙古族自治县": "前郭县",
    "杜尔伯特蒙古族自治县": "杜蒙县",
    "塔什库尔干塔吉克自治县": "塔县",
    "和布克赛尔蒙古自治县": "和丰县",
    "巴音郭楞蒙古自治州": "巴州",
    "克孜勒苏柯尔克孜自治州": "克州",
    "博尔塔拉蒙古自治州": "博州",
    "西双版纳傣族自治州": "版纳州",
    "神农架林区": "神农架",
    "双江拉祜族佤族布朗族傣族自治县": "双江县",
}


def stem_of(name: str) -> str:
    """The bare name of a county or anything above it: 红河哈尼族彝族自治州 → 红河, 廉江市 → 廉江."""
    for pattern in (_REGION, _ONLY_PEOPLE, _AUTONOMOUS, _ETHNIC_DISTRICT, _PLAIN):
        match = pattern.match(name)
        if match:
            return match["stem"]
    return name


def town_stem(name: str) -> str:
    """The bare name of a town: 小龙门乡 → 小龙门, 马头山瑶族乡 → 马头山."""
    match = _TOWN.match(name)
    return match["stem"] if match else name


def short_names(name: str) -> tuple[str, ...]:
    """Other forms, each still ending in a kind word or lasting as a name of its own: 金平县, 科右中旗, 内蒙古."""
    found: list[str] = []
    if name in _SPECIAL:
        found.append(_SPECIAL[name])
    banner = _BANNER.match(name)
    if banner:
        found.append(f"{banner['name'][0]}{banner['side']}{banner['part']}旗")
    for pattern in (_ONLY_PEOPLE, _AUTONOMOUS):
        match = pattern.match(name)
        if match:
            found.append(match["stem"] + match["kind"])
            break
    else:
        ethnic = _ETHNIC_DISTRICT.match(name)
        if ethnic:
            found.append(ethnic["stem"] + "区")
    return tuple(dict.fromkeys(found))


def is_zone(name: str, code: str) -> bool:
    """Whether a county-level row of the statistics bureau is a functional zone, which has no division code."""
    return len(code) == 6 and code[4:] >= "70" and bool(_ZONE.search(name))
