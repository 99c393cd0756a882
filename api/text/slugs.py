"""Makes slugs of names: in Latin letters where their spelling in these is sure, otherwise in the script of the name."""

import re
import unicodedata
from functools import lru_cache

from slugify import slugify

from api.text import japanese, korean
from api.text.folding import HANGUL, KANA, spell_out, without_ignorable

MAX_SLUG_LENGTH = 80

_LATIN = "A-Za-z\u00aa\u00ba\u00c0-\u02ff\u1d00-\u1dbf\u1e00-\u1eff\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab6f"
_OTHER_LETTER = re.compile(rf"[^\W\d_{_LATIN}{HANGUL}{KANA}]")
# Letters of Unicode that look like punctuation or are invisible, and the only digit that is none of category Nd.
_NO_LETTERS = re.compile("[\u02b9-\u02ff\u115f\u1160]")
_ZERO = "\u3007"
# Compatibility decomposition also divides these vowels of Thai and Lao.
_VOWELS = (("\u0e4d\u0e32", "\u0e33"), ("\u0ecd\u0eb2", "\u0eb3"))
# Scripts that words are written in together, by UTS #39 ("highly restrictive").
_TOGETHER = (
    {"LATIN", "HAN", "HIRAGANA", "KATAKANA"},
    {"LATIN", "HAN", "BOPOMOFO"},
    {"LATIN", "HAN", "HANGUL"},
)
_SCRIPTS = {"CJK": "HAN", "IDEOGRAPHIC": "HAN", "KATAKANA-HIRAGANA": "KATAKANA", "MODIFIER": ""}


def make_slug(name: str) -> str:
    """The form of a name for URLs, or an empty string if it has no letter or digit.

    Latin letters, Hangul and kana become ASCII. A name with a letter of another script stays in its script: its
    spelling in Latin letters may be that of another name, and Han may be Chinese or Japanese.
    """
    if name.isascii() or not _OTHER_LETTER.search(unicodedata.normalize("NFKC", name)):
        return transliterate(name)
    slug = native_slug(name)
    # The slug of a word of it may be in Latin letters alone, if the other letter cannot be in a slug.
    return transliterate(name) if mixed_scripts(slug) or not _OTHER_LETTER.search(slug) else slug


def transliterate(name: str) -> str:
    """The slug of a name in ASCII, whatever its script."""
    if not name.isascii():
        name = japanese.romanize(korean.romanize(name))
    return slugify(
        spell_out(name),
        max_length=MAX_SLUG_LENGTH,
        word_boundary=True,
        save_order=True,
        entities=False,
        decimal=False,
        hexadecimal=False,
    )


def native_slug(name: str) -> str:
    """The slug of a name in its script: the letters, marks and digits of its words, in lower case."""
    text = _normal(_normal(spell_out(name)))
    words = "".join(character if _is_part(character) else " " for character in text).split()
    slug = "-".join(word for word in map(_without_first_marks, words) if word)
    if len(slug) <= MAX_SLUG_LENGTH:
        return slug
    cut = slug[: MAX_SLUG_LENGTH + 1].rpartition("-")[0] or slug[:MAX_SLUG_LENGTH]
    return cut.rstrip("-")


def mixed_scripts(slug: str) -> str | None:
    """Why a slug is refused: a word has letters of scripts that are not written together, as Latin and Cyrillic are."""
    mixed = "" if slug.isascii() else next((word for word in slug.split("-") if _is_mixed(word)), "")
    return f"must not mix letters of several scripts in one word, such as {mixed!r}" if mixed else None


def _is_mixed(word: str) -> bool:
    scripts = {_script(character) for character in word} - {""}
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)


@lru_cache(10_000)
def _script(character: str) -> str:
    """The script of a letter, as its name in Unicode begins with it. An empty string for marks and digits."""
    if character != _ZERO and not unicodedata.category(character).startswith("L"):
        return ""
    first = unicodedata.name(character, "").partition(" ")[0]
    return _SCRIPTS.get(first, first)


def _normal(text: str) -> str:
    text = unicodedata.normalize("NFKC", without_ignorable(text)).casefold()
    for divided, vowel in _VOWELS:
        text = text.replace(divided, vowel)
    return _NO_LETTERS.sub(" ", unicodedata.normalize("NFC", text))


def _is_part(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd" or character == _ZERO


def _without_first_marks(word: str) -> str:
    while word and unicodedata.category(word[0]).startswith("M"):
        word = word[1:]
    return word
