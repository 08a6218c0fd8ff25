"""Settings: defaults, every fault at once, no secret repeated."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import FaultySettings, Settings, load_settings


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_defaults_need_nothing() -> None:
    settings = load_settings()
    assert settings.access == "open"
    assert settings.locale == "us"
    assert settings.patient_specific
    assert settings.cache_dir.name == settings.data_dir.name == "dosethread"
    assert settings.database == f"sqlite:///{settings.data_dir}/dosethread.db"


def test_every_fault_is_named_at_once_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {
        "TELEGRAM_BOT_TOKEN": "secret-token",
        "TELEGRAM_API_BASE": "ftp://x",
        "DATABASE_URL": "mysql://me:secret-password@host/name",
        "WEBHOOK_URL": "https://example.org/hook",
        "WEBHOOK_LISTEN": "8080",
        "ACCESS": "everyone",
        "ADMINS": "12, Ann",
        "PATIENT_SPECIFIC": "perhaps",
        "LOCALE": "de",
    }
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(FaultySettings) as caught:
        load_settings()
    message = str(caught.value)
    for name in [*found, "WEBHOOK_SECRET"]:
        if name != "WEBHOOK_URL":
            assert f"{name}: found" in message
    assert "allowed: us or uk" in message
    assert "'everyone'" in message
    assert "secret-" not in message


def test_invited_access_needs_admins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCESS", "invited")
    with pytest.raises(FaultySettings, match="ADMINS: found nothing"):
        load_settings()
    monkeypatch.setenv("ADMINS", "17, 4294967296")
    assert load_settings().admins == {17, 1 << 32}


def test_a_formulary_needs_the_name_of_its_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().formulary_path is None
    monkeypatch.setenv("FORMULARY_PATH", "~/formulary")
    with pytest.raises(FaultySettings, match="OPERATOR: found nothing; allowed: the operator's name, one line"):
        load_settings()
    monkeypatch.setenv("OPERATOR", " Example Hospital ")
    settings = load_settings()
    assert (settings.formulary_path, settings.operator) == (Path("~/formulary").expanduser(), "Example Hospital")


@pytest.mark.parametrize("name", ["x" * 61, "Two\nlines", "Marked \ue000"])
def test_an_operators_name_is_one_printable_line(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("OPERATOR", name)
    with pytest.raises(FaultySettings, match="OPERATOR: found"):
        load_settings()


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u:p@h/n", "postgresql+psycopg://u:p@h/n"),
        ("postgres+asyncpg://u:p@h/n", "postgresql+psycopg://u:p@h/n"),
        ("sqlite+aiosqlite:///x.db", "sqlite:///x.db"),
    ],
)
def test_the_driver_is_ours(monkeypatch: pytest.MonkeyPatch, given: str, used: str) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    assert load_settings().database == used


def test_a_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LOCALE=uk\nACCESS=\nDATA_DIR=~/doses\nSOMETHING_ELSE=1\n")
    assert load_settings().locale == "uk"
    assert load_settings().data_dir == Path("~/doses").expanduser()
    monkeypatch.setenv("LOCALE", "us")
    assert load_settings().locale == "us"


def test_the_example_names_every_setting() -> None:
    example = (Path(__file__).parent.parent / ".env.example").read_text()
    named = {line.partition("=")[0] for line in example.splitlines() if "=" in line and line[0] != "#"}
    assert named == {name.upper() for name in Settings.model_fields}


def test_importing_settings_loads_nothing_heavy() -> None:
    heavy = "'sqlalchemy', 'telegram', 'numpy', 'jinja2'"
    code = f"import sys, bot.settings; print(*(m for m in ({heavy}) if m in sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == ""
