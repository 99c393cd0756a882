"""The language of an article whose outlet has not given one, and the names of languages."""

from functools import cache, lru_cache
from typing import Any

import langcodes

# The languages that can be detected: those with a stemmer, and those of scripts without spaces. Limiting them to these
# frequent languages makes detection reliable for headlines.
LANGUAGES = ["ar", "da", "de", "el", "en", "es", "fi", "fr", "hi", "hu", "id", "it", "ja", "ko", "nl", "no", "pl",
              "pt", "ro", "ru", "sv", "tr", "uk", "vi", "zh"]  # fmt: skip
EXAMINED_LENGTH = 2_000
"""The number of characters of the body that are examined."""


def detect(headline: str, body: str) -> str:
    """The ISO 639-1 code of the text's language."""
    language, _ = _load_identifier().classify(f"{headline}\n{body[:EXAMINED_LENGTH]}")
    return str(language)


@lru_cache(1_000)
def english_name(code: str) -> str:
    """The English name of a language such as Korean; the code itself if it has none."""
    # The names take 18 MB of memory, loaded on first use.
    name = langcodes.Language.get(code).display_name("en")
    return code if name.startswith("Unknown language") else name


@cache
def _load_identifier() -> Any:
    # Imported on first use, as it loads numpy and most servers never need it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(LANGUAGES)
    return identifier
