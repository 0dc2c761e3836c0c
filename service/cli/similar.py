"""bijian similar: passages that say the same, from a text, a passage, a file or a batch of queries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from embed.exceptions import InputError, QueryError
from service.cli.opening import encoder_opener
from service.cli.options import format_option, read_settings, settings_options

if TYPE_CHECKING:
    from embed.index import Filter, Generation
    from embed.models.encoder import Encoder
    from service.settings import Settings
    from service.similar import SimilarQuery

__all__ = ["command", "query_of"]


@click.command("similar", help="查找相似段落 · Find similar passages")
@settings_options("store", "model", "engine", "cache", "threads")
@click.option("--text", help="一段话、一个问题或几个词，中英文均可 · a passage, a question or a few words")
@click.option("--passage", help="存储中的段落编号 · the id of a passage in the store")
@click.option("--file", "file", type=click.Path(path_type=Path), help="文本文件 · a text file to ask with")
@click.option(
    "--batch",
    type=click.Path(path_type=Path),
    help='每行一个查询的 JSONL 文件 · queries, one a line: {"id": …, "text": …}',
)
@click.option("--out", type=click.Path(path_type=Path), help="批量结果写到此文件 · where a batch's answers go")
@click.option("-k", "--k", type=int, default=10, show_default=True, help="结果数或组数 · number of hits or groups")
@click.option(
    "--group-by",
    type=click.Choice(["none", "province", "city", "county", "report", "year"]),
    default="none",
    help="每组只取最好的 · the best of every group",
)
@click.option("--per-group", type=int, default=1, help="每组几条 · hits of each group")
@click.option("--exclude-same-report", is_flag=True, help="排除本报告 · leave out the passage's own report")
@click.option("--exclude-own-region", is_flag=True, help="排除本地区 · leave out the passage's own county or city")
@click.option("--exclude-subordinates", is_flag=True, help="排除下级 · leave out places below the passage's own")
@click.option("--same-level", "same_level_only", is_flag=True, help="只比同级 · only reports of the same level")
@click.option("--diversity", type=float, default=0.0, help="多样性 0–1 · variety, 0 to 1")
@click.option("--keep-copies", is_flag=True, help="不合并近似副本 · do not fold near copies together")
@click.option("--cursor", help="接着上一页 · go on with an earlier answer")
@click.option("--region", "regions", multiple=True, help="只看此区划代码 · only this division code")
@click.option("--exclude-region", "exclude_regions", multiple=True, help="排除此区划代码 · leave out this code")
@click.option("--year-from", type=int, help="起始年度 · from this year on")
@click.option("--year-to", type=int, help="截止年度 · up to this year")
@click.option("--role", "roles", multiple=True, help="只看此类段落 · only this role: measure, problem …")
@click.option("--level", "levels", multiple=True, help="只看此层级 · only this level: province … department")
@click.option(
    "--outline", "outline", multiple=True, help="只看纲要此条 · only this item of the outline: 1 … 35, S1 … S6"
)
@click.option("--department", "departments", multiple=True, help="只看此部门 · only this department")
@click.option("--report", "reports", multiple=True, help="只看此报告 · only this report id")
@format_option("table", "json")
def command(batch: Path | None, out: Path | None, form: str, **given: Any) -> None:  # noqa: ANN401 - click's own values
    """Find passages in the store and show them, or answer a batch of queries into a file."""
    settings = read_settings(given)
    asked = [name for name in ("text", "passage", "file") if given[name] is not None]
    if batch is not None:
        if asked or out is None:
            raise click.UsageError(
                "--batch 需要 --out，且不与 --text、--passage、--file 同用 · --batch goes with --out alone"
            )
        _run_batch(settings, batch, out)
        return
    if len(asked) != 1:
        raise click.UsageError("请给出 --text、--passage、--file 或 --batch 之一 · give one of them")
    query = query_of(_plain(given), defaults={"collapse_copies": not given["keep_copies"]})
    from embed.index import Store
    from service.similar import find_similar

    with Store.open(settings.store).current() as generation:
        encoder = None if query.text is None else _encoder(settings, generation)
        answer = find_similar(generation, encoder, query)
    if form == "json":
        click.echo(json.dumps(asdict(answer), ensure_ascii=False, indent=1))
    else:
        from service.cli.similar_table import show

        show(answer)


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options as the JSON values of a query."""
    set_ones = {k: v for k, v in given.items() if v is not None and v is not False and v != ()}  # 0 is a value
    values = {k: v for k, v in set_ones.items() if k not in ("file", "keep_copies")}
    if given["file"] is not None:
        values["text"] = _text_of(given["file"])
    return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}


def _text_of(path: Path) -> str:
    from embed.reading import ReadFailure, clean, read_documents

    for document in read_documents(path):
        if isinstance(document, ReadFailure):
            raise InputError(f"{path} cannot be read: {document.message}", hint=document.hint)
        return clean(document).text
    raise InputError(f"{path} cannot be read: there is no document in it.")


def _encoder(settings: Settings, generation: Generation) -> Encoder:
    encoder = encoder_opener(settings)()
    generation.check_encoder(encoder)
    return encoder


_QUERY_FIELDS = (
    "text",
    "passage",
    "k",
    "per_group",
    "exclude_same_report",
    "exclude_own_region",
    "exclude_subordinates",
    "same_level_only",
    "diversity",
    "collapse_copies",
    "cursor",
    "explain",
)


def query_of(given: Mapping[str, Any], *, defaults: Mapping[str, Any] | None = None) -> SimilarQuery:
    """A query from plain JSON values: the query's own fields, `group_by`, `prefer`, and every field of a filter.

    Raises:
        QueryError: a field is unknown or has a value without meaning.
    """
    from embed.index import Filter
    from embed.structure.report import Role
    from service.similar import GroupBy, SimilarQuery

    values = {**(defaults or {}), **{k: v for k, v in given.items() if k != "id" and v is not None}}
    own: dict[str, Any] = {name: values.pop(name) for name in _QUERY_FIELDS if name in values}
    for name in ("text", "passage", "cursor"):
        if not isinstance(own.get(name, ""), str):
            raise QueryError(f"{name} is a string, not {own[name]!r}.")
    try:
        if "group_by" in values:
            own["group_by"] = GroupBy(values.pop("group_by"))
        if "prefer" in values:
            own["roles"] = tuple(Role(role) for role in values.pop("prefer"))
    except ValueError as error:
        raise QueryError(f"{error}.") from None
    where: Filter | None = Filter.parse(values) if values else None
    return SimilarQuery(**own, where=where)


def _run_batch(settings: Settings, batch: Path, out: Path) -> None:
    from embed.index import Store
    from embed.models import cores_given
    from service.similar import find_in_batches

    lines = list(_read_queries(batch))
    with Store.open(settings.store).current() as generation:
        encoder = _encoder(settings, generation) if any(q.text is not None for _, q in lines) else None
        written = []
        answers = find_in_batches(generation, encoder, [query for _, query in lines], workers=cores_given())
        for (key, _), answer in zip(lines, answers, strict=True):
            results = [
                {"passage": hit.passage, "report": hit.report, "score": hit.score, "kind": str(hit.kind)}
                for hit in answer.hits
            ]
            written.append(json.dumps({"id": key, "results": results}, ensure_ascii=False))
    out.write_text("".join(line + "\n" for line in written), encoding="utf-8")


def _read_queries(batch: Path) -> Iterator[tuple[Any, SimilarQuery]]:
    try:
        text = batch.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{batch} cannot be read: {error}.", hint="Expected UTF-8, one JSON object a line.") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                value = json.loads(line)
            except ValueError as error:
                raise InputError(f"{batch}, line {number}: not JSON ({error}).") from error
            if not isinstance(value, dict) or "id" not in value:
                raise InputError(f"{batch}, line {number}: expected an object with an id.")
            try:
                query = query_of(value, defaults={"collapse_copies": False, "explain": False})
            except QueryError as error:
                raise QueryError(f"{batch}, line {number}: {error.message}", hint=error.hint) from error
            yield value["id"], query
