"""Detects the language of an article whose outlet has not given one."""

from functools import cache
from typing import Any

# The languages that can be detected: those with a stemmer, and those of scripts without spaces. Limiting them to these
# frequent languages makes detection reliable for headlines.
LANGUAGES = ["ar", "da", "de", "el", "en", "es", "fi", "fr", "hi", "hu", "id", "it", "ja", "ko", "nl", "no", "pl",
              "pt", "ro", "ru", "sv", "tr", "uk", "vi", "zh"]  # fmt: skip
# The number of characters of the body that are examined.
EXAMINED_LENGTH = 2_000


def detect(headline: str, body: str) -> str:
    """The ISO 639-1 code of the text's language."""
    language, _ = _load_identifier().classify(f"{headline}\n{body[:EXAMINED_LENGTH]}")
    return str(language)


@cache
def _load_identifier() -> Any:
    # Imported on first use, as it loads numpy and most servers never need it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(LANGUAGES)
    return identifier
