"""Search tokens of texts: folded words, initialisms as terms of their own, and pairs of characters where a script has
no spaces between words.

``U.S.`` and ``US`` become ``usǃ``, unlike the pronoun ``us``; ``AT&T`` becomes ``atǁt``, ``EE.UU.`` and ``EEUU`` two
tokens. Both signs are letters of hardly any language, so that Postgres keeps them and no stemmer changes what they end.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise

import opencc

from api.text.folding import HAN, HANGUL, KANA, fold_case, without_accents

INITIALISM_SIGN = "ǃ"
JOINING_SIGN = "ǁ"
MAX_TOKEN_LENGTH = 255
"""The length of a token in characters. Longer ones are left out."""
LONGEST_INITIALISM = 3
"""The number of letters up to which an initialism may be mistaken for another word."""

# Thai, Lao, Myanmar and Khmer.
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e46\u0e81-\u0eb0\u0eb2-\u0ec6\u0edc-\u0edf"
    "\u1000-\u1049\u1050-\u109f\u1780-\u17b3\u17b6-\u17d3"
)
_FIRST_PAIRED = "\u0e01"
_PAIRED = re.compile(f"[{HANGUL}{KANA}{HAN}{_UNSPACED}]")
_MARKS = "".join(
    mark for mark in map(chr, range(0x300, 0x10000)) if unicodedata.category(mark)[0] == "M" and without_accents(mark)
)
_CLUSTER = re.compile(f".[{_MARKS}]*")

_DOTS = "·・∙⋅•"
# What Korean, Japanese and Chinese have between names of countries that are cut to one character each.
_JOINTS = f"{_DOTS}/.\u2010-\u2015-"
_APOSTROPHES = "\u02bb\u02bc\ua78b\ua78c"
_OTHER = f"[^\\W_{HANGUL}{KANA}{HAN}{_UNSPACED}{_APOSTROPHES}]"
_HEBREW = "[\u05d0-\u05ea]"
# Signs within a word: the Catalan ela geminada, and Hebrew abbreviations and foreign sounds.
_WITHIN = f"(?<=[lL])·(?=[lL])|(?<={_HEBREW})[\"'\u2019\u05f3\u05f4](?={_HEBREW})"
_CAPITALS = "".join(
    character for character in map(chr, [*range(0x41, 0x590), *range(0x1E00, 0x2000)]) if character.isupper()
)
_SHOUTED_WORD = re.compile(f"[{_CAPITALS}]{{{LONGEST_INITIALISM + 2}}}")


def _special(letter: str, alone: str, capitals: str, after: str = "") -> str:
    """Matches initialisms and words with signs, given the patterns of a letter or digit, a letter, a capital, and what
    else they do not begin after."""
    return (
        f"(?<!{letter}){after}(?:"
        f"(?<!\\.){alone}\\.(?: {alone}\\.(?!{letter}))+"  # J. P.
        f"|{alone}(?:"
        f"\\.(?:(?:{alone}(?!{letter})\\.?)+|(?<!\\w['\u2019\u02bc].\\.)(?=\\s|$)"  # U.S., and the S. of S. Korea
        f"|(?!{capitals}{{2}}){alone}{{2}}\\.(?!{letter}))"  # M.Sc., but not E.ON
        f"|{alone}\\.{alone}(?!\\.?{letter})\\.?)"  # Ph.D.
        f"|(?i:(?!ss)([A-Z])\\1(?!\\1|ss)([A-Z])\\2)(?!{letter})(?<![IVXLCDMivxlcdm]{{4}})"  # EEUU, but not XXII
        f"|[A-Za-z](?:\\+\\+|\\#)(?!{letter})"  # C++
        f"|{letter}{{1,3}}(?:&{letter}{{1,3}})+(?!{letter})"  # AT&T
        f"|{capitals}{{2,{LONGEST_INITIALISM}}}(?!{letter}))"  # US
    )


_ASCII_LETTER = "[A-Za-z0-9]"
_ASCII_SPECIAL = _special(_ASCII_LETTER, "[A-Za-z]", "[A-Z]")
_SPECIAL = _special(
    _OTHER,
    f"(?!\\d){_OTHER}",
    f"[{_CAPITALS}]",
    f"(?<![{_MARKS}])(?<![lL]·)(?<!{_HEBREW}[\"'\u2019\u05f3\u05f4])",
)
_RUN = (
    f"(?<![{HANGUL}])[{HANGUL}](?:[{_JOINTS}][{HANGUL}])+(?![{HANGUL}])"
    f"|(?<![{HAN}])[{HAN}](?:[{_JOINTS}][{HAN}])+(?![{HAN}])"
    f"|[{HANGUL}]+(?:[{_DOTS}][{HANGUL}]+)*|[{KANA}{HAN}]+(?:[{_DOTS}][{KANA}{HAN}]+)*"
    f"|[{_UNSPACED}][{_UNSPACED}{_MARKS}]*|{_OTHER}+(?:(?:[{_MARKS}]|{_WITHIN})+{_OTHER}*)*"
)
_FIND_ASCII_SPECIAL, _FIND_SPECIAL = re.compile(_ASCII_SPECIAL), re.compile(_SPECIAL)
_FIND_ASCII_RUN, _FIND_RUN = re.compile(f"[a-z0-9{INITIALISM_SIGN}{JOINING_SIGN}]+"), re.compile(_RUN)
_FIND_ASCII_PIECE = re.compile(f"{_ASCII_SPECIAL}|{_ASCII_LETTER}+")
_FIND_PIECE = re.compile(f"{_SPECIAL}|{_RUN}")
# Operators of searches, and words that stand in capitals at the beginning or end of a sentence.
_NO_INITIALISMS = ("AND", "OR", "NOT", "THE", "A", "I")
_SIGNS = re.compile(f"[\"'\u2019\u05f3\u05f4{_JOINTS}]")


def tokens(text: str) -> list[str]:
    """The search tokens of a text."""
    if text.isascii():
        marked = _FIND_ASCII_SPECIAL.sub(_marked, _spoken(text))
        found: list[str] = _FIND_ASCII_RUN.findall(marked.lower())
    else:
        marked = _FIND_SPECIAL.sub(_marked, _spoken(_normal(text)))
        found = []
        for run in _FIND_RUN.findall(fold_case(marked)):
            if run[0] >= _FIRST_PAIRED and _PAIRED.match(run):
                found += _pairs(run)
            else:
                found.append(run if run.isalnum() else _SIGNS.sub("", run))
    longest = max(map(len, found), default=0)
    return found if longest <= MAX_TOKEN_LENGTH else [token for token in found if len(token) <= MAX_TOKEN_LENGTH]


def locate_tokens(text: str) -> list[tuple[str, int, int]]:
    """``tokens``, each with its start and end in the text."""
    normal, begins, ends = _normal_with_offsets(text)
    found: list[tuple[str, int, int]] = []
    for piece in (_FIND_ASCII_PIECE if text.isascii() else _FIND_PIECE).finditer(_spoken(normal)):
        first, last = piece.span()
        # Most pieces are such words, which need not be tokenized again.
        is_plain = piece[0].isascii() and piece[0].isalnum() and piece[0].islower() and not piece.lastindex
        if is_plain and last - first <= MAX_TOKEN_LENGTH:
            found.append((piece[0], begins[first], ends[last - 1]))
            continue
        spans = [match.span() for match in _CLUSTER.finditer(piece[0]) if not _SIGNS.match(match[0])]
        if piece.lastindex:
            spans = [(0, 0), (2, 2), (4, 4)]
        elif not _PAIRED.match(piece[0]) or len(spans) == 1:
            spans = [(0, 0), (last - first, last - first)]
        for token, (left, right) in zip(tokens(piece[0]), pairwise(spans), strict=False):
            found.append((token, begins[first + left[0]], ends[first + right[1] - 1]))
    return found


def _marked(special: re.Match[str]) -> str:
    """An initialism or a word with signs as a token, and a space, so that it ends here."""
    letters = special[0].replace(".", "").replace(" ", "")
    if letters in _NO_INITIALISMS:
        return special[0]
    if special.lastindex:
        # Also written EE.UU., EE. UU. and EE UU.
        sign = INITIALISM_SIGN if letters.isupper() else ""
        return f"{letters[:2]}{sign} {letters[2:]}{sign} "
    if not letters.isalpha():
        return f"{re.sub('[&+#]', JOINING_SIGN, letters)} "
    return f"{letters}{INITIALISM_SIGN} " if len(letters) <= LONGEST_INITIALISM else f"{letters} "


def is_paired(token: str) -> bool:
    """Whether a token is of a script that is indexed in pairs of characters."""
    return bool(_PAIRED.match(token))


def may_be_initialism(token: str) -> bool:
    """Whether an initialism may have the letters of this token, which has no sign."""
    return len(token) <= LONGEST_INITIALISM and token.isalpha() and not is_paired(token)


def _pairs(piece: str) -> list[str]:
    """The overlapping pairs of the characters of a run, or the run itself if it has only one."""
    run = _SIGNS.sub("", piece)
    if _MARKED.search(run):
        clusters: Sequence[str] = _CLUSTER.findall(run)
    else:
        clusters = run = run.translate(_simplified()) if _HAN.search(run) else run
    return [*map(str.__add__, clusters, clusters[1:])] or [run]


_HAN = re.compile(f"[{HAN}]")
_MARKED = re.compile(f"[{_MARKS}]")


@cache
def _simplified() -> dict[int, str]:
    """The simplified form of each traditional Chinese character, one for one (OpenCC's table)."""
    characters = [chr(code) for code in (*range(0x3400, 0xA000), *range(0xF900, 0xFB00), *range(0x20000, 0x323B0))]
    converted = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(one): other for one, other in zip(characters, converted, strict=True) if one != other}


def _spoken(text: str) -> str:
    """The text with lines that are all in capitals in lower case: capitals mean nothing there."""
    lines = text.split("\n")
    if not any(map(str.isupper, lines)):
        return text
    return "\n".join("".join(map(_lower, line)) if is_shouted(line) else line for line in lines)


def is_shouted(line: str) -> bool:
    """Whether a line is written in capitals, not only its initialisms."""
    if not (line.isupper() and _SHOUTED_WORD.search(line)):
        return False
    # In a script without capitals, the others are of names and initialisms.
    return 5 * sum(map(str.isupper, line)) > 4 * sum(map(str.isalpha, line))


def _lower(character: str) -> str:
    lowered = character.lower()
    return lowered if len(lowered) == 1 else character


def _normal(text: str) -> str:
    """The text without ignorable characters and accents, in compatibility form, its case unchanged."""
    # In this form, the Korean middle dot would become a vowel.
    plain = without_accents(text.replace("\u318d", "·").replace("\u2027", "·")).translate(_ARABIC)
    return _DIGIT.sub(_ascii_digit, plain)


# Digits of other scripts, and the Arabic letters that Persian and Urdu write in another form.
_DIGIT = re.compile(r"[^\D0-9]")
_ARABIC = str.maketrans("یکہ", "يكه")


def _ascii_digit(digit: re.Match[str]) -> str:
    return str(unicodedata.digit(digit[0]))


def _normal_with_offsets(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """The normal form of a text, and the start and end in the original of each of its characters."""
    if text.isascii():
        return text, range(len(text)), range(1, len(text) + 1)
    normal: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    for begin, end in _independent(text):
        part = _normal_part(text[begin:end])
        normal.append(part)
        begins += [begin] * len(part)
        ends += [end] * len(part)
    return "".join(normal), begins, ends


_normal_part = lru_cache(20_000)(_normal)


def _independent(text: str) -> Iterator[tuple[int, int]]:
    """The bounds of the parts of a text that are normalized independently: a character and those that combine."""
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
