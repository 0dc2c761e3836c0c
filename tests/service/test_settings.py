from __future__ import annotations

from pathlib import Path

import pytest

from embed.exceptions import SettingsError
from service.settings import Settings, setting_rows


def test_flags_win_over_the_environment_and_the_environment_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "bijian.toml"
    file.write_text('port = 1\nhost = "file"\nstore = "from-file"\n', encoding="utf-8")

    settings = Settings.read(
        flags={"port": 3, "host": None}, environment={"BIJIAN_PORT": "2", "BIJIAN_HOST": "environment"}, file=file
    )

    assert (settings.port, settings.host, settings.store) == (3, "environment", Path("from-file"))


def test_a_value_that_is_no_number_is_named_with_its_key() -> None:
    with pytest.raises(SettingsError, match=r"'port' has the value 'eighty'"):
        Settings.read(environment={"BIJIAN_PORT": "eighty"})


@pytest.mark.parametrize(
    ("key", "value"), [("BIJIAN_ENGINE", "gpu"), ("BIJIAN_LANG", "fr"), ("BIJIAN_THREADS", "-1")], ids=str
)
def test_a_value_outside_the_choices_is_refused(key: str, value: str) -> None:
    with pytest.raises(SettingsError):
        Settings.read(environment={key: value})


def test_an_unknown_key_in_the_file_is_named_with_the_known_ones(tmp_path: Path) -> None:
    file = tmp_path / "bijian.toml"
    file.write_text("prot = 1\n", encoding="utf-8")

    with pytest.raises(SettingsError, match="'prot'") as caught:
        Settings.read(environment={}, file=file)

    assert "port" in (caught.value.hint or "")


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe"], ids=["not-toml", "not-utf-8"])
def test_a_file_that_cannot_be_read_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bijian.toml"
    file.write_bytes(content)

    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.read(environment={}, file=file)


def test_a_file_that_is_not_there_is_named_without_numbers_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml cannot be read: No such file or directory\.$"):
        Settings.read(environment={}, file=tmp_path / "nowhere.toml")


def test_a_port_that_there_is_not_is_refused() -> None:
    with pytest.raises(SettingsError, match="ports go from 0 to 65535"):
        Settings.read(environment={"BIJIAN_PORT": "65536"})


def test_every_setting_has_help_in_both_languages() -> None:
    for name, variable, chinese, english in setting_rows():
        assert variable == f"BIJIAN_{name.upper()}"
        assert any("\u4e00" <= character <= "\u9fff" for character in chinese), name
        assert english.isascii(), name
