"""Which language a text is in, for an outlet that never said."""

from functools import cache
from typing import Any

# The languages offered to the detector: those of the stemmers, and those of scripts written without spaces.
# Few and frequent ones make it right on headlines, where a hundred would make it guess.
CANDIDATES = ["ar", "da", "de", "el", "en", "es", "fi", "fr", "hi", "hu", "id", "it", "ja", "ko", "nl", "no", "pl",
              "pt", "ro", "ru", "sv", "tr", "uk", "vi", "zh"]  # fmt: skip
ENOUGH = 2_000


def detect(headline: str, body: str) -> str:
    """The ISO 639-1 code of the text's language."""
    language, _ = _identifier().classify(f"{headline}\n{body[:ENOUGH]}")
    return str(language)


@cache
def _identifier() -> Any:
    # Imported when first needed: it loads numpy, which the server mostly never needs.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(CANDIDATES)
    return identifier
