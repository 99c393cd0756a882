"""The language of a text whose outlet never said."""

import subprocess
import sys

import pytest

from api.search.search_vector import CONFIGURATIONS
from api.text.language import EXAMINED_LENGTH, LANGUAGES, detect


@pytest.mark.parametrize(
    ("headline", "language"),
    [
        ("Harbour master says the ferry will return to the north quay on Monday", "en"),
        ("한미동맹 강화를 위한 정상회담이 열렸다", "ko"),
        ("首相は月曜日に新しい港を訪れると述べた", "ja"),
        ("总理周一访问了新港口并会见了工人", "zh"),
        ("Мэр города заявил, что паром вернётся в понедельник", "ru"),
        ("Der Hafenmeister sagt, dass die Fähre am Montag zurückkehrt", "de"),
        ("Le maire a déclaré que le bac reviendrait lundi au quai nord", "fr"),
        ("El alcalde dijo que el transbordador volverá el lunes", "es"),
        ("Ο δήμαρχος είπε ότι το πλοίο θα επιστρέψει τη Δευτέρα", "el"),
        ("قال رئيس البلدية إن العبارة ستعود يوم الاثنين", "ar"),
    ],
)
def test_a_headline_is_enough_to_tell(headline: str, language: str) -> None:
    assert detect(headline, "") == language


def test_the_body_decides_where_the_headline_is_short() -> None:
    body = "총리는 월요일에 새 항구를 방문하여 노동자들을 만났다고 말했다. " * 10
    assert detect("KBS", body) == "ko"


def test_only_the_beginning_of_a_long_body_is_read() -> None:
    english = ("The ferry will return to the north quay on Monday, the harbour master said. " * 30)[:EXAMINED_LENGTH]
    korean = "총리는 월요일에 새 항구를 방문하여 노동자들을 만났다고 말했다. " * 10_000
    assert detect("Ferry returns", english + korean) == "en"
    assert detect("Ferry returns", korean + english) == "ko"


@pytest.mark.parametrize("text", ["", "   ", "2025", "!?", "🚢🚢🚢", "\0", "x", "Xyzzy qwrt", "ภาษาไทย", "עברית"])
def test_a_text_in_none_of_the_candidates_gets_the_likeliest_of_them(text: str) -> None:
    assert detect(text, text) in LANGUAGES


def test_the_candidates_are_iso_639_codes_each_named_once() -> None:
    assert len(set(LANGUAGES)) == len(LANGUAGES)
    assert all(len(code) == 2 and code.isascii() and code.islower() for code in LANGUAGES)
    assert {"ko", "ja", "zh"} <= set(LANGUAGES) - set(CONFIGURATIONS)


def test_the_model_is_loaded_only_when_a_language_is_asked_for() -> None:
    program = "import sys, api.text.language; sys.exit(bool({'numpy', 'py3langid'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
