"""The language of a text whose outlet never said."""

import subprocess
import sys

import langcodes
import pytest

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


@pytest.mark.parametrize(
    ("headline", "language"),
    [
        ("서울", "ko"),
        ("삼성전자, 갤럭시 Galaxy 공개", "ko"),
        ("トヨタ、EV工場を新設", "ja"),
        ("習近平會見美國總統", "zh"),
        ("Афины", "und"),
        ("Αθήνα", "el"),
        ("ภาษาไทย", "th"),
        ("עברית", "he"),
        ("Зеленський зустрівся з президентом Польщі", "uk"),
        ("Влада је усвојила нови буџет за следећу годину", "sr"),
        ("حکومت نے نیا بجٹ پیش کر دیا ہے", "ur"),
        ("Sciopero dei treni venerdì in tutta Italia", "it"),
        ("Vláda schválila nový rozpočet na příští rok", "cs"),
        ("Ferry back", "und"),
        ("Москва Moscow Αθήνα", "und"),
        *((text, "und") for text in ("", "   ", "2025", "!?", "🚢🚢🚢", "\0", "x", "KBS", "Xyzzy qwrt", "Brexit")),
        *((text, "und") for text in ("Samsung Galaxy", "Angela Merkel", "東京")),
    ],
)
def test_a_language_is_one_of_the_script_of_the_text_or_undetermined(headline: str, language: str) -> None:
    assert detect(headline, "") == language


def test_the_candidates_are_registered_and_each_named_once_in_a_script() -> None:
    assert all(len(set(codes)) == len(codes) for codes in LANGUAGES.values())
    assert all(langcodes.tag_is_valid(code) for codes in LANGUAGES.values() for code in codes)


def test_the_model_is_loaded_only_when_a_language_is_asked_for() -> None:
    program = "import sys, api.text.language; sys.exit(bool({'numpy', 'py3langid'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
