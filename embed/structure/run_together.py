"""Headings that lost the stop between them and their text: (一)加强普法全年宣讲6场."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from embed.structure.headings import part_name
from embed.structure.lines import Line
from embed.structure.marks import Scheme
from embed.structure.wording import alternatives

__all__ = ["run_together"]

_MOST = 0.6  # share of the items of a list that begin with such a heading where any does
_SHORTEST, _LONGEST = 4, 20
_REST = 8  # characters of the shortest text
_HAN = "一-鿿“”、"
# The words that such a heading begins with, and those that it ends with.
_LED = alternatives(
    """加强 强化 规范 完善 健全 推进 推动 深化 优化 提升 落实 坚持 化解 创新 充实 夯实 筑牢 压实 严格 严把 狠抓
    抓好 抓实 突出 聚焦 构建 打造 加大 加快 拓宽 畅通 丰富 改进 提高 增强 维护 保障 注重 细化 统一 转变 公开
    服务 深入推进 持续推进 全面推进 扎实推进 全面落实 严格落实 持续优化 持续深化 着力提升 依法化解 积极推进"""
)
_ENDS = alternatives(
    "化 薄弱 单一 不足 不高 不强 不够 缺乏 滞后 到位 有力 有效 扎实 透明 公正 明显 不畅 不严 不深 不全"
)
# The words that the text behind it begins with.
_OPENER = re.compile(
    alternatives(
        r"""全年 年内 今年 一年来 截至 目前 累计 先后 20[0-9]{2}年 [我全本][省市县区镇乡局街院厅州旗]
        镇(?:党委|政府|党政|村) 乡(?:党委|政府|党政) 局党[组委] 街道(?:党工委|办事处) 县(?:政府|委)
        区(?:政府|委) 市(?:政府|委) 调委会 执法[大中]?队 司法所 各(?:村|镇|乡|部门|科室|单位|级) 个别 部分 少数
        多数 主要[靠是] 积极 进一步 通过 利用 依托 围绕 针对 按照 组织 召开 开展 成立 制定 修订 印发 举办 聘请
        排查 调解 办理 查处 建立 设立 邀请 推行 配备 建成 受理 审查 整合 新建 选派 发放 走访 清理 严格执行
        对(?=[0-9]) 在(?=[门网公官全各村社镇县乡]) 将(?=[法执普矛]) 为(?=[0-9全企群村])"""
    )
)
_HEAD = re.compile(f"{_LED}[{_HAN}]{{2,}}|[{_HAN}]{{2,}}{_ENDS}")
_NO_END = re.compile(
    "(?:[的地得和与及并在对为将把等、依向从于了]|积极|认真|深入|扎实|持续|全面|依法|通过|进行|主动|切实)$"
)
_SIGN = re.compile("[，,。；;：: \u3000]")
_NAME_SIGNS = frozenset(
    "2推深加法依当目工仍还尚存主突一问不困短弱差薄难下今明来产原重特年所做举措成亮总基建履整改努对展"
)
# What goes on with the name of a part in the same sentence: 存在的问题整改到位.
_GOES_ON = re.compile(
    "[的是在为与和及、，,。；;：:有]|整改|突出|较|仍|主要|不|解决|清单|台账|方面|情况|工作|中|得到|已"
)


def run_together(text: str, lines: Sequence[Line], groups: Iterable[Sequence[int]]) -> dict[int, int]:
    """Where the headings end that no sign parts from their text, by line.

    `groups` are the lines of each list. The name of a part is known by itself; any other heading only where most items
    of its list are built the same way.
    """
    found: dict[int, int] = {}
    for group in groups:
        if len(group) < 2:
            continue
        ends = {index: _heading(text, lines[index]) for index in group}
        heads = {index: end for index, end in ends.items() if end}
        if len(heads) > 1 and len(heads) >= _MOST * len(group):
            found.update(heads)
    for index, line in enumerate(lines):
        if line.mark and line.mark.scheme in (Scheme.HAN, Scheme.HAN_PAREN) and index not in found:
            if line.end - line.body < _SHORTEST + _REST or text[line.body] not in _NAME_SIGNS:
                continue
            end = part_name(text, line.body, line.end)
            if end - line.body >= _SHORTEST and line.end - end >= _REST and not _GOES_ON.match(text, end):
                found[index] = end
    return found


def _heading(text: str, line: Line) -> int:
    """Where the heading of a marked line ends that is followed by an opener without any sign; 0 without one."""
    if line.end - line.body < _SHORTEST + _REST:
        return 0
    # No heading goes on behind a sign; text may open in front of one only.
    end = min(line.end, line.body + _LONGEST + _SHORTEST)
    sign = _SIGN.search(text, line.body, end)
    end = sign.start() if sign else end
    for found in _OPENER.finditer(text, line.body + _SHORTEST, end):
        head = text[line.body : found.start()]
        if _HEAD.fullmatch(head) and not _NO_END.search(head):
            return found.start() if len(head) <= _LONGEST else 0
    return 0
