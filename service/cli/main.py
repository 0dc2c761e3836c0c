"""The command line's frame: commands loaded when used, one place where errors become a line and an exit code."""

from __future__ import annotations

import errno
import gc
import importlib
import os
import sys
from collections.abc import Sequence

import click

import embed
from embed.exceptions import BijianError, DiskFull

__all__ = ["cli", "main"]

COMMANDS = {
    "index": ("service.cli.index", "读取报告并编入存储 · Read reports into a store"),
    "similar": ("service.cli.similar", "查找相似段落 · Find similar passages"),
    "compare": ("service.cli.compare", "对照两份报告或两个段落 · Lay two reports or passages side by side"),
    "reuse": ("service.cli.reuse", "报告文字还见于何处 · Where the wording of a report also stands"),
    "check": ("service.cli.check", "检查稿件，不保存 · Check a draft; nothing is stored"),
    "distinctive": ("service.cli.distinctive", "别处没有的做法 · Passages without a near neighbour elsewhere"),
    "clusters": ("service.cli.clusters", "常见举措与反复出现的问题 · Common measures and recurring problems"),
    "report": ("service.cli.report", "生成聚类报告 · Write the cluster report"),
    "inspect": ("service.cli.inspect", "查看一份文件如何被理解 · Show how a file is understood"),
    "export": ("service.cli.export", "导出报告与段落 · Export reports and passages"),
    "models": ("service.cli.models", "模型 · Models"),
    "reindex": ("service.cli.reindex", "重建索引，可换模型 · Build the store anew"),
    "correct": ("service.cli.correct", "更正报告信息 · Correct a report's metadata"),
    "remove": ("service.cli.remove", "移除报告 · Take reports out"),
    "store": ("service.cli.store", "校验、统计、整理、回退 · Verify, figures, compact, roll back"),
    "keys": ("service.cli.keys", "接口密钥 · API keys"),
    "config": ("service.cli.config", "设置及其来源 · Settings and where they come from"),
    "mcp": ("service.cli.mcp", "供智能助手调用的 MCP 服务 · MCP server for assistants"),
    "serve": ("service.cli.serve", "启动服务 · Serve the API and the page"),
}


class LazyGroup(click.Group):
    """A group whose commands are imported only when one of them runs: `bijian --help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = importlib.import_module(entry[0]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("命令 · Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="比鉴：法治政府建设年度报告的相似段落与聚类 · Similar passages and clusters of government reports",
)
@click.version_option(embed.__version__, prog_name="bijian")
def cli() -> None:
    """The root command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the process exit code. Expected errors end as one line and a hint, on standard error."""
    # Tables and patterns are loaded once and stay: looking through them again and again costs a short command 0.2 s.
    gc.set_threshold(100_000)
    try:
        result = cli.main(
            args=None if arguments is None else list(arguments), prog_name="bijian", standalone_mode=False
        )
    except (click.exceptions.Abort, KeyboardInterrupt):
        hint = (
            "已完成的部分会保留：再次执行同一命令即可继续 · what was done is kept: the same command goes on from there"
        )
        return _say("已中断，存储如前 · interrupted; the store is as it was", hint=hint, code=130)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BijianError as error:
        return _say(error.bilingual, hint=error.hint, code=error.exit_code)
    except BrokenPipeError:
        # The reader (head, less) went away: end quietly, and keep the interpreter from flushing into a closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return _say(f"磁盘已满 · the disk is full: {error.filename or error}", code=DiskFull.exit_code)
    return result if isinstance(result, int) else 0


def _say(message: str, *, hint: str | None = None, code: int) -> int:
    click.echo(f"bijian: {message}", err=True)
    if hint:
        click.echo(f"  → {hint}", err=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
