"""Settings from the environment: what is wrong is refused by its name, what is unset is the default."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from api.settings import Settings, SettingsError

NUMBERS = [(f.name, f.metadata["low"], f.metadata["high"]) for f in fields(Settings) if f.type is int]


def test_an_empty_environment_means_the_defaults() -> None:
    assert Settings.from_env({}) == Settings()


@pytest.mark.parametrize("empty", ["", " ", "\t\n"])
def test_an_empty_variable_counts_as_unset(empty: str) -> None:
    assert Settings.from_env({f.name.upper(): empty for f in fields(Settings)}) == Settings()


def test_variables_of_other_programs_are_passed_over() -> None:
    assert Settings.from_env({"PATH": "/bin", "port": "1", "Port": "2", "DATELINE_PORT": "3"}) == Settings()


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("DATABASE_URL", "postgresql://reader@db/news", "postgresql://reader@db/news"),
        ("DATABASE_URL", "postgresql://db/news/", "postgresql://db/news/"),
        ("DATELINE_DATA", "/srv/dateline", Path("/srv/dateline")),
        ("HOST", "::", "::"),
        ("HOST", " 0.0.0.0\n", "0.0.0.0"),  # noqa: S104 - an address as any other
        ("PORT", "80", 80),
        ("PORT", " 80 ", 80),
        ("PORT", "0080", 80),
        ("WORKERS", "4", 4),
        ("THREADS", "32", 32),
        ("PUBLIC_URL", "https://news.example.org", "https://news.example.org"),
        ("PUBLIC_URL", "https://news.example.org/", "https://news.example.org"),
        ("PUBLIC_URL", "http://example.org:8000/news//", "http://example.org:8000/news"),
        ("PUBLIC_URL", "HTTPS://example.org", "HTTPS://example.org"),
        ("TRUSTED_PROXIES", "0", 0),
        ("TRUSTED_PROXIES", "1", 1),
        ("PUBLIC_READS", "false", False),
        ("PUBLIC_READS", "FALSE", False),
        ("PUBLIC_READS", "True", True),
        ("MAX_BODY_BYTES", "1048576", 1_048_576),
        ("STATEMENT_TIMEOUT_MS", "250", 250),
        ("RATE_LIMIT_ADDRESS", "0", 0),
        ("RATE_LIMIT_KEY", "12", 12),
        ("RATE_LIMIT_STORAGE", "redis://db.example.org:6379/0", "redis://db.example.org:6379/0"),
        ("LOG_FORMAT", "json", "json"),
    ],
)
def test_a_variable_sets_its_field_and_no_other(variable: str, text: str, value: object) -> None:
    found = Settings.from_env({variable: text})
    assert getattr(found, variable.lower()) == value
    others = [f.name for f in fields(Settings) if f.name.upper() != variable]
    assert [getattr(found, name) for name in others] == [getattr(Settings(), name) for name in others]


@pytest.mark.parametrize(("name", "low", "high"), NUMBERS)
def test_a_number_is_taken_within_its_bounds_only(name: str, low: int, high: int) -> None:
    variable = name.upper()
    assert getattr(Settings.from_env({variable: str(low)}), name) == low
    assert getattr(Settings.from_env({variable: str(high)}), name) == high
    for text in (str(low - 1), str(high + 1)):
        with pytest.raises(SettingsError) as refused:
            Settings.from_env({variable: text})
        assert str(refused.value) == f"{variable} is {text!r}; it must be a whole number from {low} to {high}"


def test_numbers_have_the_bounds_of_what_they_count() -> None:
    bounds = {name: (low, high) for name, low, high in NUMBERS}
    assert bounds["port"] == (1, 65535)
    assert bounds["trusted_proxies"] == (0, 16)
    assert bounds["statement_timeout_ms"] == (1, 2**31 - 1)


@pytest.mark.parametrize(
    "text", ["1_0", "٣", "１", "²", "1.9", "1e3", "+5", "-5", "0x10", "8 0", "eight", "8000;", "1" * 5_000, "0" * 12]
)
def test_a_number_is_written_in_plain_digits(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^PORT is .*; it must be a whole number from 1 to 65535$"):
        Settings.from_env({"PORT": text})


@pytest.mark.parametrize("text", ["1", "0", "yes", "no", "on", "t", "truee", "ｔｒｕｅ"])
def test_a_switch_is_true_or_false(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({"PUBLIC_READS": text})
    assert str(refused.value) == f"PUBLIC_READS is {text!r}; it must be true or false"


def test_where_limits_are_counted_is_a_redis_and_a_wrong_one_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({"RATE_LIMIT_STORAGE": "http://:secret@db.example.org"})
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("text", ["mysql://u:hidden@h/d", "u:hidden@h/d", "postgres//u:hidden@h", "hidden"])
def test_a_database_url_is_one_of_libpq_and_a_wrong_one_is_not_repeated(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^DATABASE_URL must be a libpq URL such as postgresql://") as refused:
        Settings.from_env({"DATABASE_URL": text})
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize("text", ["JSON", "json,text", "xml"])
def test_a_choice_is_one_of_its_words(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({"LOG_FORMAT": text})
    assert str(refused.value) == f"LOG_FORMAT is {text!r}; it must be auto, json or text"


@pytest.mark.parametrize(
    "text",
    [
        "news.example.org",
        "//news.example.org",
        "/news",
        "ftp://news.example.org",
        "javascript:alert(1)",
        "https:",
        "https://",
        "https:///news",
        "https:news.example.org",
    ],
)
def test_a_public_url_is_absolute(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({"PUBLIC_URL": text})
    assert str(refused.value) == f"PUBLIC_URL is {text!r}; it must be an absolute URL such as https://news.example.org"


def test_the_environment_of_the_process_is_read_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8123")
    assert Settings.from_env().port == 8123
    monkeypatch.setenv("PORT", "8124")
    assert Settings.from_env().port == 8124


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # pyright: ignore[reportAttributeAccessIssue]: the point of it


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_every_setting_has_a_description_and_a_default_to_show(field: Any) -> None:
    assert field.metadata["doc"].endswith(".")
    assert field.metadata["shown"]
    # Paths of this machine are not shown.
    assert "/" not in field.metadata["shown"]


@pytest.mark.parametrize(("name", "low", "high"), NUMBERS)
def test_every_default_is_one_that_could_be_set(name: str, low: int, high: int) -> None:
    assert low <= getattr(Settings(), name) <= high
