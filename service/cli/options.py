"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from service.settings import Settings

__all__ = ["format_option", "read_settings", "settings_options"]

F = TypeVar("F", bound=Callable[..., Any])


def settings_options(*names: str) -> Callable[[F], F]:
    """Add `--config` and the named settings (`store`, `model`, `engine`, `cache`, `threads`, `lang`) as options."""
    options = {
        "store": click.option("--store", type=click.Path(path_type=Path), help="存储目录 · the store's directory"),
        "cache": click.option("--cache", type=click.Path(path_type=Path), help="模型缓存目录 · model cache directory"),
        "model": click.option("--model", help="models.txt 中的模型名 · a model's name in models.txt"),
        "engine": click.option(
            "--engine", type=click.Choice(["auto", "openvino", "torch"]), help="编码引擎 · the encoder's engine"
        ),
        "threads": click.option("--threads", type=int, help="线程数 · number of threads"),
        "lang": click.option("--lang", type=click.Choice(["zh", "en"]), help="语言 · language"),
    }

    def decorate(function: F) -> F:
        config = click.option("--config", type=click.Path(path_type=Path), help="设置文件 · a TOML file of settings")
        for name in reversed(names):
            function = options[name](function)
        return config(function)

    return decorate


def format_option(*choices: str) -> Callable[[F], F]:
    """Add `--format`: a table for people by default, the other choices for programs."""
    return click.option(
        "--format", "form", type=click.Choice(choices), default=choices[0], show_default=True, help="输出格式 · output"
    )


def read_settings(given: dict[str, Any]) -> Settings:
    """Take the settings' options out of a command's arguments and read every source once."""
    file = given.pop("config", None)
    names = {"store", "cache", "model", "engine", "threads", "lang"} & set(given)
    flags = {name: given.pop(name) for name in names}
    return Settings.read(flags=flags, file=file)
