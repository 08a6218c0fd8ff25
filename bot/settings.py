"""Environment and `.env` → frozen settings; every fault named at once, and no secret ever repeated."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

TELEGRAM = "https://api.telegram.org"
DATABASE_FILE = "dosethread.db"
OPERATOR = 60  # characters: the name stands in first lines and pictures
# The drivers this project brings along, by the database that an address names.
DRIVERS = {"sqlite": "sqlite", "postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
_SECRET = frozenset({"telegram_bot_token", "webhook_secret", "database_url"})
_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{1,100}")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class FaultySettings(Exception):  # noqa: N818 - it carries faults, it is not one
    """Raised once with every fault found, so that all can be mended in one go."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(("The settings cannot be used:", *(f"  {fault}" for fault in faults))))


def _numbers(value: object) -> object:
    return frozenset(value.replace(",", " ").split()) if isinstance(value, str) else value


def _folder(value: object) -> object:
    return Path(value).expanduser() if isinstance(value, str) else value


def _cache_dir() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("dosethread")


def _data_dir() -> Path:
    from platformdirs import user_data_path

    return user_data_path("dosethread")


Folder = Annotated[Path, BeforeValidator(_folder)]


class Settings(BaseSettings):
    """Everything an operator can set; a field's description says what is allowed."""

    model_config = SettingsConfigDict(
        frozen=True,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        validate_default=False,
        extra="ignore",
        hide_input_in_errors=True,
    )

    telegram_bot_token: SecretStr = Field(SecretStr(""), description="a token from @BotFather, as 123456:ABC-DEF")
    telegram_api_base: str = Field(TELEGRAM, description="the root of a Bot API server, as http://127.0.0.1:8081")
    database_url: SecretStr = Field(
        SecretStr(""), description="sqlite:///path/to/file or postgresql://user:password@host/name"
    )
    webhook_url: str = Field("", description="a public https:// address; empty: polling")
    webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="1 to 256 of A-Z a-z 0-9 _ -; needed with WEBHOOK_URL",
        validate_default=True,
    )
    webhook_listen: str = Field("127.0.0.1:8080", description="host:port to listen on behind the proxy")
    access: Literal["open", "invited"] = Field("open", description="open or invited")
    admins: Annotated[frozenset[int], NoDecode, BeforeValidator(_numbers)] = Field(
        frozenset(),
        description="Telegram user ids separated by commas; needed with ACCESS=invited",
        validate_default=True,
    )
    patient_specific: bool = Field(True, description="on or off")
    locale: Literal["us", "uk"] = Field("us", description="us or uk")
    formulary_path: Folder | None = Field(None, description="a folder with the operator's own *.yaml files")
    operator: str = Field(
        "",
        description=f"the operator's name, one line of at most {OPERATOR} characters; needed with FORMULARY_PATH",
        validate_default=True,
    )
    cache_dir: Folder = Field(default_factory=_cache_dir, description="a folder for what can be made again")
    data_dir: Folder = Field(default_factory=_data_dir, description="a folder for the database")

    @field_validator("telegram_bot_token")
    @classmethod
    def _is_token(cls, value: SecretStr) -> SecretStr:
        return _matching(value, _TOKEN)

    @field_validator("telegram_api_base", "webhook_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query):
            raise ValueError
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _is_database(cls, value: SecretStr) -> SecretStr:
        scheme, separator, rest = value.get_secret_value().partition("://")
        driver = DRIVERS.get(scheme.partition("+")[0])
        if not separator or driver is None or not rest.strip("/"):
            raise ValueError
        return SecretStr(f"{driver}://{rest}")

    @field_validator("webhook_secret")
    @classmethod
    def _is_webhook_secret(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        if not value.get_secret_value() and not info.data.get("webhook_url"):
            return value
        return _matching(value, _WEBHOOK_SECRET)

    @field_validator("webhook_listen")
    @classmethod
    def _is_place(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 1 << 16:
            raise ValueError
        return value

    @field_validator("admins")
    @classmethod
    def _has_admins(cls, value: frozenset[int], info: ValidationInfo) -> frozenset[int]:
        if not value and info.data.get("access") == "invited":
            raise ValueError
        return value

    @field_validator("operator")
    @classmethod
    def _is_name(cls, value: str, info: ValidationInfo) -> str:
        name = value.strip()
        if len(name) > OPERATOR or not name.isprintable() or (not name and info.data.get("formulary_path")):
            raise ValueError
        return name

    @property
    def database(self) -> str:
        """The database's address with our driver; a file in the data folder unless one is set."""
        return self.database_url.get_secret_value() or f"sqlite:///{self.data_dir / DATABASE_FILE}"

    @property
    def listen(self) -> tuple[str, int]:
        """Host and port of the webhook's server."""
        host, _, port = self.webhook_listen.rpartition(":")
        return host.strip("[]"), int(port)


def load_settings() -> Settings:
    """The settings of this environment; FaultySettings names every fault."""
    try:
        return Settings()
    except ValidationError as error:
        faults = {str(detail["loc"][0]): detail["input"] for detail in error.errors(include_context=False)}
        raise FaultySettings(tuple(_fault(name, found) for name, found in faults.items())) from None


def _matching(value: SecretStr, pattern: re.Pattern[str]) -> SecretStr:
    if not pattern.fullmatch(value.get_secret_value()):
        raise ValueError
    return value


def _fault(name: str, found: Any) -> str:
    """One line on one variable. `found` may be what was typed or, inside a list, a part of it."""
    text = found.get_secret_value() if isinstance(found, SecretStr) else str(found)
    if not text or found == frozenset():
        shown = "nothing"
    elif name in _SECRET:
        shown = f"a value of {len(text)} characters"
    else:
        shown = repr(text)
    return f"{name.upper()}: found {shown}; allowed: {Settings.model_fields[name].description}"
