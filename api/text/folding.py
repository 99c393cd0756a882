"""Folds texts for comparison, and makes search tokens and slugs of them."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from slugify import slugify

_MAX_TOKEN_LENGTH = 255

MAX_SLUG_LENGTH = 80

# The stored length of folded names. Folding can make a text longer, as compatibility forms become several characters.
MAX_FOLDED_LENGTH = 200

# Letters that Unicode does not decompose, with their usual ASCII spelling.
_LETTERS = str.maketrans({
    "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ł": "l", "ŋ": "n",
})  # fmt: skip

MAX_EXPANDED = 100_000
"""The number of characters in a text that stand for several, such as ligatures and squared words, up to which they are
replaced by these. If a text has more, they separate words."""
# None of them is beyond.
_LAST_EXPANDED = 0x1FFFF

_ACCENTS = re.compile("[\u0300-\u036f]+")

# Ranges for use inside a character class of a regular expression.
HANGUL = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\uac00-\ud7ff"
KANA = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\U0001aff0-\U0001b16f"
HAN = "\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"

_JOINTS = re.compile("[\\s_\u2010-\u2015\u2018\u2019'-]+")

# Of Unicode's letters: the apostrophes and primes of transcriptions, and the fillers of Hangul, which are invisible.
_NO_LETTERS = re.compile("[\u02b9-\u02ff\u115f\u1160]")

_FIRST_PAIRED = "\u1100"
_PAIRED = re.compile(f"[{HANGUL}{KANA}{HAN}]")
_ASCII_RUN = re.compile("[A-Za-z0-9]+")
_RUN = re.compile(rf"[{HANGUL}]+|[{KANA}{HAN}]+|[^\W_{HANGUL}{KANA}{HAN}]+")


def fold(text: str) -> str:
    """Remove differences of case, width, compatibility form and accent."""
    if text.isascii():
        return text.lower()
    normalized = unicodedata.normalize("NFKC", _without_expanding(text))
    return _remove_accents(normalized.casefold()).translate(_LETTERS)


def words(text: str) -> list[str]:
    """The words of a text without accents, their case unchanged. A word ends where the script changes."""
    if text.isascii():
        return _ASCII_RUN.findall(text)
    return _RUN.findall(_remove_accents(_without_expanding(text)))


def tokens(text: str) -> list[str]:
    """The search tokens of a text: its folded words, with Hangul, kana and Han as overlapping pairs of characters."""
    if text.isascii():
        runs: list[str] = _ASCII_RUN.findall(text.lower())
        longest = max(map(len, runs), default=0)
        return runs if longest <= _MAX_TOKEN_LENGTH else [run for run in runs if len(run) <= _MAX_TOKEN_LENGTH]
    found: list[str] = []
    for run in _RUN.findall(fold(text)):
        if run[0] >= _FIRST_PAIRED and len(run) > 2 and _PAIRED.match(run):
            found.extend(map(str.__add__, run, run[1:]))
        elif len(run) <= _MAX_TOKEN_LENGTH:
            found.append(run)
    return found


def is_paired(token: str) -> bool:
    """Whether a token is of a script that is indexed in pairs of characters."""
    return bool(_PAIRED.match(token))


def locate_tokens(text: str) -> list[tuple[str, int, int]]:
    """``tokens``, each with its start and end in the text."""
    folded, begins, ends = _fold_with_offsets(text)
    found: list[tuple[str, int, int]] = []
    for run in _RUN.finditer(folded):
        first, last = run.span()
        if folded[first] >= _FIRST_PAIRED and last - first > 2 and _PAIRED.match(folded, first):
            found.extend((folded[n : n + 2], begins[n], ends[n + 1]) for n in range(first, last - 1))
        elif last - first <= _MAX_TOKEN_LENGTH:
            found.append((run[0], begins[first], ends[last - 1]))
    return found


def _fold_with_offsets(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """Fold a text, and return the start and end in the original of each folded character."""
    if text.isascii():
        return text.lower(), range(len(text)), range(1, len(text) + 1)
    folded: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    for begin, end in _pieces(text):
        piece = _fold_piece(text[begin:end])
        folded.append(piece)
        begins += [begin] * len(piece)
        ends += [end] * len(piece)
    return "".join(folded), begins, ends


_fold_piece = lru_cache(20_000)(fold)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """The bounds of the pieces of a text that fold independently: a character and those that combine with it."""
    begin = 0
    for end in range(1, len(text)):
        if not _combines(text[end]):
            yield begin, end
            begin = end
    if text:
        yield begin, len(text)


@lru_cache(20_000)
def _combines(character: str) -> bool:
    """Whether normalization may join a character to the one before: marks, and jamo within a Hangul syllable."""
    first = unicodedata.normalize("NFKD", character)[0]
    return unicodedata.category(first).startswith("M") or "\u1160" <= first <= "\u11ff"


def name_key(name: str) -> str:
    """A key that is equal for different spellings of a name: folded, with hyphens and apostrophes as spaces."""
    return _JOINTS.sub(" ", fold(name)).strip()


def letters(name: str) -> str:
    """The letters and digits of a name, folded, without marks, punctuation, symbols and invisible characters."""
    return _NO_LETTERS.sub("", "".join(words(fold(name))))


def make_slug(name: str) -> str:
    """The ASCII form of a name for URLs, or an empty string if no character of it can be transliterated."""
    return slugify(
        name,
        max_length=MAX_SLUG_LENGTH,
        word_boundary=True,
        save_order=True,
        entities=False,
        decimal=False,
        hexadecimal=False,
    )


def _without_expanding(text: str) -> str:
    """A text without its characters that stand for up to 18 others, if it has more than MAX_EXPANDED of them."""
    if len(text) <= MAX_EXPANDED:
        return text
    found = _expanding().intersection(set(text))
    if not found:
        return text
    replaced, number = re.subn(f"[{''.join(found)}]", " ", text)
    return replaced if number > MAX_EXPANDED else text


@cache
def _expanding() -> frozenset[str]:
    """The characters that normalization or case folding replaces by several."""
    characters = map(chr, range(0x80, _LAST_EXPANDED + 1))
    return frozenset(c for c in characters if len(unicodedata.normalize("NFKC", c).casefold()) > 1)


def _remove_accents(text: str) -> str:
    if text.isascii():
        return text
    # Only the accents of alphabets are removed: the marks of kana, Hangul and Indic scripts make other letters.
    decomposed = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))
