"""Writes kana in Latin letters by Hepburn, without signs for long vowels. Pure."""

import re
import unicodedata

from api.text.folding import KANA

_RUN = re.compile(f"[{KANA}]+")
_HALF_WIDTH = re.compile("[\uff65-\uff9f]+")
_REPEATED = re.compile("(.)([ゝゞヽヾ])")
_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "g": "がぎぐげご", "s": "さしすせそ", "z": "ざじずぜぞ",
    "t": "たちつてと",
    "d": "だぢづでど", "n": "なにぬねの", "h": "はひふへほ", "b": "ばびぶべぼ", "p": "ぱぴぷぺぽ",
    "m": "まみむめも",
    "r": "らりるれろ",
}  # fmt: skip
_SOUNDS = {
    **{kana: consonant + vowel for consonant, row in _ROWS.items() for kana, vowel in zip(row, "aiueo", strict=True)},
    "し": "shi", "ち": "chi", "つ": "tsu", "ふ": "fu", "じ": "ji", "ぢ": "ji", "づ": "zu", "や": "ya",
    "ゆ": "yu", "よ": "yo",
    "わ": "wa", "ゐ": "i", "ゑ": "e", "を": "o", "ん": "n", "ゔ": "vu", "ゕ": "ka", "ゖ": "ke",
    "ヷ": "va", "ヸ": "vi", "ヹ": "ve", "ヺ": "vo",
}  # fmt: skip
_SMALL = dict(zip("ぁぃぅぇぉゃゅょゎ", ["a", "i", "u", "e", "o", "ya", "yu", "yo", "wa"], strict=True))
_DOUBLED = "っ"
# Katakana are at the same distance from hiragana.
_HIRAGANA = str.maketrans({chr(code): chr(code - 0x60) for code in range(0x30A1, 0x30F7)})


def romanize(text: str) -> str:
    """The text with its kana in Latin letters. Long vowels are written as short ones, ん as n everywhere."""
    wide = _HALF_WIDTH.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text).replace("\u30fb", " ")
    return _RUN.sub(lambda run: _romanized(_REPEATED.sub(_repeat, run[0])), unicodedata.normalize("NFC", wide))


def _repeat(found: re.Match[str]) -> str:
    voiced = "\u3099" if found[2] in "ゞヾ" else ""
    return found[1] + unicodedata.normalize("NFC", found[1] + voiced)


def _romanized(run: str) -> str:
    written: list[str] = []
    for kana, plain, before in zip(run, run.translate(_HIRAGANA), f" {run}", strict=False):
        if plain in _SMALL:
            previous = written.pop() if written and written[-1] != _DOUBLED else ""
            written.append(_joined(previous, _SMALL[plain]))
        elif plain == _DOUBLED or (plain in _SOUNDS and not _lengthens(kana, before, written)):
            written.append(_SOUNDS.get(plain, plain))
    return re.sub(f"{_DOUBLED}+(c?)([a-z]?)", _double, "".join(written))


def _lengthens(kana: str, before: str, written: list[str]) -> bool:
    """Whether a vowel in hiragana only lengthens the one before: おう, うう and おお. Katakana have ー for that."""
    previous = written[-1][-1:] if written and "ぁ" <= before <= "ゖ" else ""
    return (kana == "う" and previous in ("o", "u")) or (kana == "お" and previous == "o")


def _joined(previous: str, small: str) -> str:
    """The sound of a kana with a small one after it."""
    base = previous[:-1]
    if small[0] == "y":
        return base + (small[1] if base in ("sh", "ch", "j") else small)
    if previous.endswith(small):
        return previous + small
    if previous in ("u", "ku", "gu"):
        return f"{base}w{small.removeprefix('w')}"
    if previous == "i" and small == "e":
        return "ye"
    return (base or previous) + small


def _double(found: re.Match[str]) -> str:
    if found[1]:
        return f"tc{found[2]}"
    return found[2] if found[2] in "aiueo" else found[2] * 2
