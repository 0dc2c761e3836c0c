"""One settings object, read once: flags win over the environment, that over the file, the file over defaults."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from embed.exceptions import SettingsError

__all__ = ["Settings", "setting_rows"]

PREFIX = "BIJIAN_"
LAST_PORT = 65_535


def _default_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "bijian"


def _setting(default: Any, help_zh: str, help_en: str) -> Any:  # noqa: ANN401 - dataclass fields of every type
    metadata = {"zh": help_zh, "en": help_en}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Each row is one setting, with its default and its help."""

    store: Path = _setting(lambda: Path("bijian-store"), "存储目录", "the store's directory")
    cache: Path = _setting(_default_cache, "模型缓存目录", "the directory that models are built into")
    models_file: Path | None = _setting(None, "另一份 models.txt", "another models.txt than the bundled one")
    model: str = _setting("multilingual-e5-small", "models.txt 中的模型名", "the model's name in models.txt")
    engine: str = _setting("auto", "编码引擎：auto、openvino、torch", "the encoder's engine: auto, openvino, torch")
    threads: int = _setting(0, "线程数，0 为自动", "number of threads, 0 for all cores given")
    lang: str = _setting("zh", "界面语言：zh、en", "language of what people see: zh, en")
    host: str = _setting("127.0.0.1", "服务地址", "the address to serve on")
    port: int = _setting(8765, "服务端口", "the port to serve on")
    workers: int = _setting(1, "服务进程数", "number of serving processes")
    body_limit_mb: int = _setting(64, "请求体上限（MB）", "largest request body, in MB")
    deadline_s: int = _setting(30, "请求时限（秒）", "seconds after which a request is given up")
    patience_s: int = _setting(10, "客户端停顿时限（秒）", "seconds that a client may pause while it sends")
    rate_limit: int = _setting(6000, "每个密钥每分钟请求数，0 为不限", "requests a minute and key, 0 for no limit")
    cors_origins: str = _setting("", "允许跨域的来源，逗号分隔", "origins that browsers may call from, by commas")
    names_url: str = _setting(
        "",
        "为聚类起名的 OpenAI 兼容接口地址，空为不用；仅在执行 clusters name 时发送段落文字",
        "an OpenAI-compatible endpoint for names of clusters; text is sent only by `bijian clusters name`",
    )
    names_model: str = _setting(
        "", "该接口的模型名；密钥只从 BIJIAN_NAMES_KEY 读取", "its model; key: BIJIAN_NAMES_KEY"
    )
    log_format: str = _setting("text", "日志格式：text、json", "form of the server's log: text, json")

    @classmethod
    def read(
        cls,
        *,
        flags: Mapping[str, object] | None = None,
        environment: Mapping[str, str] | None = None,
        file: Path | None = None,
    ) -> Settings:
        """Read every source once.

        `flags` holds values given on the command line (None means not given), `environment` defaults to the process
        environment (BIJIAN_STORE, BIJIAN_PORT …), `file` is a TOML file with the settings' names as keys.

        Raises:
            SettingsError: a key is unknown or a value cannot be used; the message names both.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, object] = {}
        if file is not None:
            values |= _from_file(file, {f.name for f in fields(cls)})
        for row in fields(cls):
            key = PREFIX + row.name.upper()
            if key in environment:
                values[row.name] = environment[key]
        values |= {name: value for name, value in (flags or {}).items() if value is not None}
        cast: dict[str, Any] = {name: _cast(cls, name, value) for name, value in values.items()}
        return cls(**cast)

    def environment(self) -> dict[str, str]:
        """The variables that give a child process the same settings."""
        values = {PREFIX + row.name.upper(): getattr(self, row.name) for row in fields(self)}
        return {key: str(value) for key, value in values.items() if value is not None}


def _from_file(path: Path, known: set[str]) -> dict[str, object]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"settings file {path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"settings file {path} cannot be read: {error}", hint="Its syntax is TOML.") from error
    unknown = sorted(set(table) - known)
    if unknown:
        raise SettingsError(
            f"settings file {path} has an unknown key {unknown[0]!r}.", hint=f"Known keys: {', '.join(sorted(known))}."
        )
    return table


_CHOICES = {"engine": ("auto", "openvino", "torch"), "lang": ("zh", "en"), "log_format": ("text", "json")}


def _cast(cls: type[Settings], name: str, value: object) -> object:
    row = next(f for f in fields(cls) if f.name == name)
    try:
        if "Path" in str(row.type):
            cast: object = Path(str(value)).expanduser()
        elif row.type == "int":
            cast = int(str(value))
        else:
            cast = str(value)
    except ValueError:
        raise SettingsError(f"setting {name!r} has the value {value!r}, which is not a whole number.") from None
    choices = _CHOICES.get(name)
    if choices and cast not in choices:
        raise SettingsError(
            f"setting {name!r} has the value {value!r}.", hint=f"Expected one of: {', '.join(choices)}."
        )
    if isinstance(cast, int) and cast < 0:
        raise SettingsError(f"setting {name!r} has the value {value!r}, which is below zero.")
    if name == "port" and isinstance(cast, int) and cast > LAST_PORT:
        raise SettingsError(f"setting 'port' has the value {value!r}; ports go from 0 to {LAST_PORT}.")
    return cast


def setting_rows() -> list[tuple[str, str, str, str]]:
    """(name, environment variable, help in Chinese, help in English) of every setting, in their order."""
    return [(f.name, PREFIX + f.name.upper(), f.metadata["zh"], f.metadata["en"]) for f in fields(Settings)]
