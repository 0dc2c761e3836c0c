"""The report in sentences: its scope, its findings, how it was made and what it cannot say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from embed.structure.report import Role
from service.cluster_report.content import ClusterRow, Coverage, RoleTable
from service.cluster_report.sources import Sources
from service.cluster_report.terms import Terms, percent
from service.clusters.clustering import Clustering, Count
from service.clusters.gaps import Gaps
from service.clusters.statistics import Trend

if TYPE_CHECKING:
    from embed.index import Filter, Generation

__all__ = ["limits", "method", "of_gaps", "scope_line", "summary"]

NAMED = 5
MOST = 0.5


def scope_line(sources: Sources, seen: Clustering, reports: Sequence[int], where: Filter | None) -> str:
    """Which reports were looked at."""
    words, table = sources.words, sources.generation.reports
    years = sorted({int(table.year[r]) for r in reports} - {0})
    regions = len({int(table.code[r]) for r in reports} - {0})
    provinces = len({int(table.province[r]) for r in reports} - {0})
    span = "—".join(dict.fromkeys(str(y) for y in (years[:1] + years[-1:]))) if years else words["unknown"]
    narrowed = where is not None and where != type(where)()
    line = words.choose(
        f"{len(reports)}份报告，年度{span}，{regions}个地区、{provinces}个省级行政区",
        f"{len(reports)} reports, years {span}, {regions} places in {provinces} provinces",
    )
    if narrowed:
        line += words.choose(
            f"（按条件筛选，全库{seen_total(sources)}份文件）",
            f" (filtered; {seen_total(sources)} documents in the store)",
        )
    return line


def seen_total(sources: Sources) -> int:
    """All documents of the store."""
    return len(sources.generation.reports)


def summary(
    words: Terms, seen: Clustering, tables: Sequence[RoleTable], covered: Coverage | None, copied: Count
) -> tuple[str, ...]:
    """The findings, each a sentence with its numbers."""
    lines: list[str] = []
    for table in tables:
        lines += _of_table(words, table)
    if covered is not None and seen.reports:
        lines.append(_of_coverage(words, covered))
    if copied.number:
        lines.append(
            words.choose(
                f"{copied.of}个段落中有{copied.number}个（{copied.share:.0%}）与其他段落大段相同，"
                "计数时请区分各自撰写与沿用。",
                f"{copied.number} of {copied.of} passages ({copied.share:.0%}) share long runs of words with others; "
                "copying is not consensus.",
            )
        )
    return tuple(lines) or (words["no_data"],)


def _of_table(words: Terms, table: RoleTable) -> list[str]:
    grouped = table.passages - table.alone
    if not table.passages:
        return [words.choose(f"没有{table.title}段落。", f"{table.title}: no passages.")]
    lines = [
        words.choose(
            f"{table.title}：{table.passages}个段落归为{len(table.rows)}类，涉及{grouped}个段落；"
            f"{table.alone}个段落未归类。",
            f"{table.title}: {table.passages} passages, {grouped} of them in {len(table.rows)} clusters; "
            f"{table.alone} left alone.",
        )
    ]
    top = table.rows[:NAMED]
    if top:
        named = "；".join(f"{row.name}（{words.count(row.share.count)}，{percent(row.share)}）" for row in top)
        english = "; ".join(f"{row.name} {words.rate(row.share)}" for row in top)
        lines.append(words.choose(f"覆盖报告最多的是：{named}。", f"Most widespread: {english}."))
    if table.role is Role.MEASURE:
        common = sum(row.share.count.share >= MOST for row in table.rows)
        lines.append(
            words.choose(f"{common}类举措出现在半数以上的报告中。", f"{common} are in at least half of the reports.")
        )
        lines += _trends(words, table.rows)
    elif table.role is Role.PROBLEM:
        wide = sorted(table.rows, key=lambda row: (-row.regions.number, row.id))[:NAMED]
        named = "；".join(f"{row.name}（{words.count(row.regions)}个地区）" for row in wide)
        english = "; ".join(f"{row.name} ({row.regions.number} of {row.regions.of} places)" for row in wide)
        if wide and wide[0].regions.number > 1:
            lines.append(words.choose(f"涉及地区最多的是：{named}。", f"In most places: {english}."))
        again = [row for row in table.rows if row.again]
        if again:
            named = "；".join(f"{row.name}（{len(row.again)}/{row.again_of}个单位）" for row in again[:NAMED])
            english = "; ".join(f"{row.name} ({len(row.again)} of {row.again_of} units)" for row in again[:NAMED])
            lines.append(
                words.choose(
                    f"{len(again)}类问题在同一单位的两个以上年度出现：{named}。",
                    f"{len(again)} kinds come back in the same unit in two or more years: {english}.",
                )
            )
    return lines


def of_gaps(words: Terms, problems: Gaps, plans: Gaps) -> list[str]:
    """What no plan takes up, and what the next report does not mention."""
    lines = []
    if problems.looked_at.of:
        lines.append(
            words.choose(
                f"{problems.looked_at.of}个问题段落中有{problems.looked_at.number}个在同一份报告里没有对应的打算。",
                f"{problems.looked_at.number} of {problems.looked_at.of} problems have no plan in the same report.",
            )
        )
    if plans.looked_at.of:
        lines.append(
            words.choose(
                f"有次年报告可查的{plans.looked_at.of}项打算中，{plans.looked_at.number}项次年报告没有提及。",
                f"{plans.looked_at.number} of {plans.looked_at.of} plans are not mentioned by the next year's report.",
            )
        )
    return lines


def _trends(words: Terms, rows: Sequence[ClusterRow]) -> list[str]:
    lines = []
    for kind, zh, en in ((Trend.RISING, "明显增多", "Rising"), (Trend.FALLING, "明显减少", "Falling")):
        named = [row.name for row in rows if row.trend is kind][:NAMED]
        if named:
            lines.append(words.choose(f"{zh}的有：{'、'.join(named)}。", f"{en}: {', '.join(named)}."))
    return lines


def _of_coverage(words: Terms, covered: Coverage) -> str:
    never = covered.never
    if not never:
        return words.choose(
            "《纲要》第四至三十五项均有报告提及。", "Each item 4–35 of the outline is mentioned by some report."
        )
    named = "、".join(item.title for item in never[:8]) + ("等" if len(never) > 8 else "")
    return words.choose(
        f"《纲要》第四至三十五项中有{len(never)}项没有报告提及：{named}。",
        f"{len(never)} of the outline's items 4–35 are mentioned by no report: "
        f"{', '.join(item.title for item in never[:8])}.",
    )


def method(words: Terms, generation: Generation, seen: Clustering) -> tuple[tuple[str, str], ...]:
    """What the report rests on, so that it can be made again."""
    parameters, model = seen.parameters, generation.manifest.model
    return (
        (words.choose("向量模型", "Model"), f"{model.name} ({model.fingerprint})"),
        (words.choose("索引版本", "Generation"), str(generation.number)),
        (
            words.choose("相似度", "Similarity"),
            words.choose(
                f"向量{parameters.dense_share:.0%}、词语{1 - parameters.dense_share:.0%}合成，"
                f"与主题目录各占{1 - parameters.theme_share:.0%}和{parameters.theme_share:.0%}",
                f"{parameters.dense_share:.0%} vectors and {1 - parameters.dense_share:.0%} words, together "
                f"{1 - parameters.theme_share:.0%}; the catalogue of themes {parameters.theme_share:.0%}",
            ),
        ),
        (
            words.choose("聚类", "Clustering"),
            words.choose(
                f"近邻图上的平均联接，簇内平均相似度不低于{parameters.fineness}，不预设类数；结果与输入顺序、线程数无关",
                f"average linkage over a neighbour graph, mean similarity of at least {parameters.fineness}, no number "
                "of clusters chosen; the result depends on neither the order of input nor the number of threads",
            ),
        ),
        (
            words.choose("区间", "Intervals"),
            words.choose(
                "比例的95%区间按威尔逊法计算；分母不足5份的标*",
                "95% Wilson score intervals; fewer than 5 reports are marked *",
            ),
        ),
        (
            words.choose("单位", "Units"),
            words.choose(
                "同一行政区划、同一部门的历年报告视为同一单位",
                "reports of one division and one department are one unit",
            ),
        ),
    )


def limits(words: Terms) -> tuple[str, ...]:
    """What the figures do not say."""
    return (
        words.choose(
            "网页上没有的报告不等于没有写：链接失效、未公开或格式不可读都会造成缺失。",
            "A report that is not here may still exist: links die, files are not public or cannot be read.",
        ),
        words.choose(
            "举措与数字均为各单位自报，未经核实；未提及不等于未开展。",
            "Measures and numbers are the units' own words; what is not mentioned may still have been done.",
        ),
        words.choose(
            "归类由算法完成，边界处可能有误；每个数字都可由段落编号查回原文。",
            "Clusters are found by an algorithm and may err at their edges; each number leads to its passages.",
        ),
        words.choose(
            "比较应在同一层级之间进行；层级、年度不详的报告只计入总数。",
            "Compare like level with like level; reports of unknown level or year count in totals only.",
        ),
    )
