"""The rules of metadata in Chinese, for people; the English words stay behind them."""

from __future__ import annotations

__all__ = ["named"]

_NAMES = {
    "addressee": "主送单位",
    "bare name in the text": "正文中的简称",
    "blank place in the title": "标题中的空白地名",
    "blanks to fill in": "待填的空白",
    "copies line": "抄送行",
    "copy to": "抄送印发行",
    "date of the document": "文件日期",
    "date of the signature": "落款日期",
    "document number, minus one": "文号年份减一",
    "first lines": "开头几行",
    "first person throughout": "通篇第一人称",
    "first words": "正文开头",
    "future tense without results": "只有打算没有结果",
    "half year in the title": "标题写明上半年",
    "hand-over phrase": "报告引语",
    "heading of a part": "部分标题",
    "heading of the plans, minus one": "打算标题年份减一",
    "last year of the period in the title": "标题时段的末年",
    "latest congress or campaign that the text names": "文中最近的会议或活动",
    "line of its own": "单独一行",
    "line under the title": "标题下一行",
    "local office": "驻地机构",
    "manifest": "清单写明",
    "name of a zone": "功能区名称",
    "name of several places, not decided": "多地同名，无法确定",
    "no running text": "没有正文",
    "nothing about law-based government": "与法治政府建设无关",
    "opening about a paper that was issued": "开头讲印发的文件",
    "opening of a list or rule": "清单或规则的开头",
    "opening of a news item": "新闻的开头",
    "place elsewhere": "文中提到的外地",
    "publication line": "发布信息行",
    "publishing organ": "发布机构",
    "quoted title": "引用的文件名",
    "region": "地区",
    "running text": "正文",
    "several years in the title": "标题写明多年",
    "signature": "落款",
    "slogan": "口号",
    "source line": "来源行",
    "source line of a template site": "范文网站的来源行",
    "speech on the province": "对本省的重要讲话",
    "subject of a sentence": "句子主语",
    "title": "标题",
    "title of a duty report": "述法报告的标题",
    "title of a list or rule": "清单或规则的标题",
    "title of a news item": "新闻的标题",
    "title of a notice": "通知的标题",
    "title of a plan": "计划的标题",
    "title of a report": "报告的标题",
    "title of an interpretation": "解读的标题",
    "title of another yearly report": "其他年度报告的标题",
    "title of the page": "网页标题",
    "wording of a disclosure report": "信息公开年报的措辞",
    "wording of a notice or plan": "通知或方案的措辞",
    "wording of a paper or yearbook": "论文或年鉴的措辞",
    "wording of a report": "报告的措辞",
    "wording of an exercise": "试题的措辞",
    "words for oneself": "自称",
    "year in a quoted title": "引用文件名中的年份",
    "year named most often": "出现最多的年份",
}
_BEGINNINGS = {"weight ": "分量 ", "address ": "网址 "}


def named(rule: str) -> str:
    """A rule or a reason in Chinese and English; one that is Chinese already, or unknown, as it is."""
    if rule in _NAMES:
        return f"{_NAMES[rule]} {rule}"
    for beginning, chinese in _BEGINNINGS.items():
        if rule.startswith(beginning):
            return chinese + rule[len(beginning) :]
    return rule
