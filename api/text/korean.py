"""Writes Hangul in Latin letters by the Revised Romanization of Korean, as it is pronounced. Pure."""

import re
import unicodedata

_RUN = re.compile("[가-힣]+")
_FIRST = ord("가")
_VOWELS = (
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "eu",
    "ui", "i",
)  # fmt: skip
_INITIALS = (
    "g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h",
)  # fmt: skip
_FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
# The sound of each final before a consonant or at the end, and before a vowel.
_CLOSED = {
    " ": "", "ㄱ": "k", "ㄲ": "k", "ㄳ": "k", "ㄴ": "n", "ㄵ": "n", "ㄶ": "n", "ㄷ": "t", "ㄹ": "l", "ㄺ": "k",
    "ㄻ": "m", "ㄼ": "l", "ㄽ": "l", "ㄾ": "l", "ㄿ": "p", "ㅀ": "l", "ㅁ": "m", "ㅂ": "p", "ㅄ": "p", "ㅅ": "t",
    "ㅆ": "t", "ㅇ": "ng", "ㅈ": "t", "ㅊ": "t", "ㅋ": "k", "ㅌ": "t", "ㅍ": "p", "ㅎ": "t",
}  # fmt: skip
_OPEN = {
    " ": "", "ㄱ": "g", "ㄲ": "kk", "ㄳ": "ks", "ㄴ": "n", "ㄵ": "nj", "ㄶ": "n", "ㄷ": "d", "ㄹ": "r", "ㄺ": "lg",
    "ㄻ": "lm", "ㄼ": "lb", "ㄽ": "ls", "ㄾ": "lt", "ㄿ": "lp", "ㅀ": "r", "ㅁ": "m", "ㅂ": "b", "ㅄ": "ps", "ㅅ": "s",
    "ㅆ": "ss", "ㅇ": "ng", "ㅈ": "j", "ㅊ": "ch", "ㅋ": "k", "ㅌ": "t", "ㅍ": "p", "ㅎ": "",
}  # fmt: skip
_BEFORE_I = {"ㄷ": "j", "ㅌ": "ch", "ㄾ": "lch"}
# A final with ㅎ makes the next consonant aspirated.
_BEFORE_ASPIRATED = {"ㅎ": "", "ㄶ": "n", "ㅀ": "l"}
_ASPIRATED = {"g": "k", "d": "t", "j": "ch"}
_NASAL = {"k": "ng", "t": "n", "p": "m"}


def romanize(text: str) -> str:
    """The text with its Hangul in Latin letters, with the changes of sound inside words. Nothing is hyphenated."""
    return _RUN.sub(lambda run: _romanized(run[0]), unicodedata.normalize("NFC", text))


def _romanized(run: str) -> str:
    written, final = "", " "
    for number, syllable in enumerate(run):
        initial, rest = divmod(ord(syllable) - _FIRST, len(_VOWELS) * len(_FINALS))
        vowel, next_final = divmod(rest, len(_FINALS))
        first = _INITIALS[initial]
        written += (_joint(final, first, _VOWELS[vowel]) if number else first) + _VOWELS[vowel]
        final = _FINALS[next_final]
    return written + _CLOSED[final]


def _joint(final: str, initial: str, vowel: str) -> str:
    """The sounds of a final and the initial of the next syllable, which has this vowel."""
    if not initial:
        return _BEFORE_I[final] if vowel == "i" and final in _BEFORE_I else _OPEN[final]
    if final in _BEFORE_ASPIRATED and initial in _ASPIRATED:
        return _BEFORE_ASPIRATED[final] + _ASPIRATED[initial]
    closed = _CLOSED[final]
    if (closed == "l" and initial in "nr") or (closed == "n" and initial == "r"):
        return "ll"
    if closed and initial in ("n", "m", "r"):
        return _NASAL.get(closed, closed) + ("m" if initial == "m" else "n")
    return closed + initial
