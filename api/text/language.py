"""The language of an article whose outlet has not given one, and the tags and names of languages."""

import re
from functools import cache, lru_cache
from typing import Any

import langcodes

UNDETERMINED = "und"
"""The tag of texts whose language is not known."""
EXAMINED_LENGTH = 2_000
"""The number of characters of the body that are examined."""
# The languages that a text in each script may have. Some are listed only so that texts in them are not taken for texts
# in a language that resembles them.
LANGUAGES = {
    "latin": ("af", "az", "bs", "ca", "cs", "cy", "da", "de", "en", "es", "et", "eu", "fi", "fr", "ga", "gl", "hr",
              "hu", "id", "is", "it", "lt", "lv", "ms", "mt", "nl", "no", "pl", "pt", "ro", "sk", "sl", "sq", "sr",
              "sv", "sw", "tl", "tr", "uz", "vi"),
    "cyrillic": ("be", "bg", "kk", "ky", "mk", "mn", "ru", "sr", "tg", "tt", "uk"),
    "arabic": ("ar", "fa", "ps", "ug", "ur"),
    "devanagari": ("hi", "mr", "ne"),
    "han": ("ja", "zh"),
    "bengali": ("as", "bn"),
    "kana": ("ja",), "hangul": ("ko",), "greek": ("el",), "hebrew": ("he",), "thai": ("th",), "armenian": ("hy",),
    "georgian": ("ka",), "gurmukhi": ("pa",), "gujarati": ("gu",), "tamil": ("ta",), "telugu": ("te",),
    "kannada": ("kn",), "malayalam": ("ml",), "sinhala": ("si",), "lao": ("lo",), "burmese": ("my",),
    "khmer": ("km",), "ethiopic": ("am",),
}  # fmt: skip
_LETTERS = {
    script: re.compile(f"[{letters}]")
    for script, letters in {
        "latin": "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u1e00-\u1eff", "cyrillic": "\u0400-\u052f",
        "arabic": "\u0620-\u064a\u066e-\u06d3\u0750-\u077f", "devanagari": "\u0904-\u0939",
        "han": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff", "kana": "\u3041-\u3096\u30a1-\u30fa",
        "hangul": "\uac00-\ud7a3", "greek": "\u0370-\u03ff\u1f00-\u1fff", "hebrew": "\u05d0-\u05ea",
        "thai": "\u0e01-\u0e2e", "armenian": "\u0531-\u0587", "georgian": "\u10d0-\u10fa", "bengali": "\u0985-\u09b9",
        "gurmukhi": "\u0a05-\u0a39", "gujarati": "\u0a85-\u0ab9", "tamil": "\u0b85-\u0bb9", "telugu": "\u0c05-\u0c39",
        "kannada": "\u0c85-\u0cb9", "malayalam": "\u0d05-\u0d39", "sinhala": "\u0d85-\u0dc6", "lao": "\u0e81-\u0eae",
        "burmese": "\u1000-\u1021", "khmer": "\u1780-\u17b3", "ethiopic": "\u1200-\u135a",
    }.items()
}  # fmt: skip
# A sign of these scripts stands for about as much as two letters.
_SYLLABLES = ("han", "kana", "hangul")
SCRIPT_SHARE = 0.6
"""The share of the text's letters that must be of one script."""
KANA_SHARE = 0.1
"""The share of the signs of a Japanese text that are kana."""
LEAST_LETTERS = 12
"""The minimum number of letters for a choice between the languages of a script; of signs for syllables, half of it."""
LEAST_OF_SCRIPT = 2
"""The minimum number of letters in a script that only one language has."""
MARGIN = 3.0
"""How many times as likely as the next language the chosen one must be."""


def detect(headline: str, body: str) -> str:
    """The ISO 639-1 code of the text's language; UNDETERMINED if the text is too short or the guess unsure."""
    text = f"{headline}\n{body[:EXAMINED_LENGTH]}"
    script, letters = _script(text)
    candidates = LANGUAGES.get(script, ())
    if len(candidates) == 1 and letters >= LEAST_OF_SCRIPT:
        return candidates[0]
    if len(candidates) < 2 or letters < LEAST_LETTERS:
        return UNDETERMINED
    ranked = [(code, probability) for code, probability in _load_identifier().rank(text) if code in candidates]
    (best, probability), (_, next_probability) = ranked[:2]
    return str(best) if probability >= MARGIN * next_probability else UNDETERMINED


def is_in(tag: str, language: str) -> bool:
    """Whether a stored tag is of a language, given by its canonical tag: ``en-US`` is in ``en``."""
    canonical = _canonical(tag)
    return canonical == language or canonical.startswith(f"{language}-")


def primary(tag: str) -> str:
    """The primary subtag, which decides how texts are stemmed: ``en`` of ``en-US``."""
    return tag.partition("-")[0]


@lru_cache(1_000)
def english_name(tag: str) -> str:
    """The English name of a language such as Korean; the tag itself if it has none."""
    if tag == UNDETERMINED:
        return "Undetermined"
    # The names take 18 MB of memory, loaded on first use.
    name = langcodes.Language.get(tag).display_name("en")
    return tag if name.startswith("Unknown language") else name


@lru_cache(1_000)
def _canonical(tag: str) -> str:
    # Earlier releases stored codes such as eng as they were given.
    return langcodes.standardize_tag(tag)


def _script(text: str) -> tuple[str, int]:
    """The script of most letters and their number, syllables counted twice; no script if there are several."""
    counts = {
        script: len(letters.findall(text)) * (2 if script in _SYLLABLES else 1) for script, letters in _LETTERS.items()
    }
    total = sum(counts.values())
    east_asian = counts["han"] + counts["kana"]
    if counts["kana"] >= max(KANA_SHARE * east_asian, 1):
        counts |= {"kana": east_asian, "han": 0}
    else:
        counts |= {"kana": 0, "han": east_asian}
    script = max(counts, key=lambda name: counts[name])
    return (script, counts[script]) if counts[script] >= max(SCRIPT_SHARE * total, 1) else ("", 0)


@cache
def _load_identifier() -> Any:
    # Imported on first use, as it loads numpy and most servers never need it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for codes in LANGUAGES.values() if len(codes) > 1 for code in codes])
    return identifier
