"""How texts are compared: folding, search tokens and slugs."""

import sys
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.text import folding
from api.text.folding import MAX_EXPANDED, fold, words
from api.text.tokenizer import locate_tokens, tokens

# Text in which marks, jamo, kana and alphabets meet often enough to combine.
mixed = st.text(st.one_of(st.sampled_from("aÉßİıǅΣςᾳΐЙё\u0301\u0345\u3099\u309aかハｶﾞ가각ﬁ①石豈"), st.characters()))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("SEOUL", "seoul"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("Élysée", "elysee"),
        ("E\u0301lyse\u0301e", "elysee"),
        ("Ｓｅｏｕｌ　２５", "seoul 25"),
        ("ﬁnance", "finance"),
        ("ΟΔΟΣ", "οδοσ"),
        ("Άνθρωπος", "ανθρωποσ"),
        ("Ⅻ", "xii"),
    ],
)
def test_case_width_and_accents_make_no_difference(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("가", "가"),
        ("\u1100\u1161", "가"),
        ("か\u3099", "が"),
        ("ｶﾞ", "ガ"),
        ("パリ", "パリ"),
        ("ハリ", "ハリ"),
    ],
)
def test_hangul_and_voiced_kana_stay_whole(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(mixed)
@example("か\u0301\u3099")
@example("ᄀ\u0301ᅡ")
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(mixed)
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("… — !", []),
        ("Jae-myung's visit", ["jae", "myung", "s", "visit"]),
        ("u/s trade_deal 2025", ["u", "s", "trade", "deal", "2025"]),
        ("Côte d’Ivoire", ["cote", "d", "ivoire"]),
        ("Новости дня", ["новости", "дня"]),
        ("F-35A", ["f", "35a"]),
    ],
)
def test_every_character_but_letters_and_digits_separates_tokens(text: str, found: list[str]) -> None:
    assert tokens(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("한미동맹의", ["한미", "미동", "동맹", "맹의"]),
        ("서울 시", ["서울", "시"]),
        ("石破茂首相", ["石破", "破茂", "茂首", "首相"]),
        ("東京タワー", ["东京", "京タ", "タワ", "ワー"]),
        ("ｶﾞｽ", ["ガス"]),
        ("人々", ["人々"]),
        ("豈㐀", ["岂㐀"]),
        ("𠮷野家", ["𠮷野", "野家"]),
    ],
)
def test_hangul_kana_and_han_are_given_as_overlapping_pairs(text: str, found: list[str]) -> None:
    assert tokens(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("K팝의", ["k", "팝의"]),
        ("G7サミット", ["g7", "サミ", "ミッ", "ット"]),
        ("李대통령", ["李", "대통", "통령"]),
        ("2025年度", ["2025", "年度"]),
    ],
)
def test_scripts_written_side_by_side_are_split(text: str, found: list[str]) -> None:
    assert tokens(text) == found


def test_tokens_longer_than_255_characters_are_dropped() -> None:
    assert tokens(f"{'a' * 255} {'b' * 256} {'한' * 300}") == ["a" * 255, *["한한"] * 299]


@given(mixed)
def test_tokens_are_letters_and_digits_that_are_tokens_themselves(text: str) -> None:
    assert all(tokens(token) == [token] for token in tokens(text))
    assert tokens(" ".join(tokens(text))) == tokens(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Élysée’s talks", ["Elysee", "s", "talks"]),
        ("LEE JAE–MYUNG", ["LEE", "JAE", "MYUNG"]),
        ("Trump는 石破茂와", ["Trump", "는", "石破茂", "와"]),
        ("①—②", ["1", "2"]),
    ],
)
def test_words_keep_their_case_and_end_where_the_script_changes(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(mixed)
def test_folding_words_neither_joins_nor_splits_them(text: str) -> None:
    assert len(fold(" ".join(words(text))).split(" ")) == len(" ".join(words(text)).split(" "))


@given(st.one_of(mixed, st.text()))
@example("ㄱㅏ ﾡￂ ᄀ\u0301ᅡ각")
@example("x" * 300 + " ﬁn İ ŉ é")
@example("EEUU eeuu ¡EEUU! Ph.D. M.Sc. XXII LL.M. EE.UU.")
@example('ארה"ב. आहेत. L·L. L·L# हिन्दीC# U.S. J.K.Rowling AT&T ñ&b C++. ñ.n. WHO\nWHO IS THERE ÀÉÎÕÜ\n한·미.')
def test_every_token_is_found_where_it_stands(text: str) -> None:
    found = locate_tokens(text)
    assert [token for token, _, _ in found] == tokens(text)
    for token, begin, end in found:
        assert 0 <= begin < end <= len(text)
        assert token.rstrip("ǃ") in [found.rstrip("ǃ") for found in tokens(text[begin:end].lower())]
    assert [begin for _, begin, _ in found] == sorted(begin for _, begin, _ in found)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("The Élysée said", ["The", "Élysée", "said"]),
        ("한미동맹의", ["한미", "미동", "동맹", "맹의"]),
        ("e\u0301lu", ["e\u0301lu"]),
        ("①Ｓｅｏｕｌ", ["①Ｓｅｏｕｌ"]),
        ("¡EEUU eeuu!", ["EE", "UU", "ee", "uu"]),
        ("A Ph.D. thesis", ["A", "Ph.D.", "thesis"]),
        ("ﾊﾟﾘ", ["ﾊﾟﾘ"]),
    ],
)
def test_a_place_covers_the_token_with_its_marks(text: str, places: list[str]) -> None:
    assert [text[begin:end] for _, begin, end in locate_tokens(text)] == places


# Each stands for several: words, a word, syllables with marks, two signs, a letter with marks, a note.
EXPANDING = ["\ufdfa", "\u3316", "\u337f", "\u3315", "\u32ff", "\u0390", "\U0001d160"]


@pytest.mark.parametrize("characters", [*EXPANDING, "".join(EXPANDING)])
def test_a_long_text_does_not_become_many_times_as_long(characters: str) -> None:
    text = characters * (4 * 1024 * 1024 // len(characters.encode()))
    began = time.thread_time()
    assert len(fold(text)) == len(text)
    assert time.thread_time() - began < 0.5
    assert tokens(text) == words(text) == []
    assert len(fold(f"{text[:MAX_EXPANDED]}, {'seoul ' * 100_000}")) <= 20 * MAX_EXPANDED + 600_000


def test_every_character_that_stands_for_several_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    expanding = [c for c in map(chr, range(sys.maxunicode + 1)) if len(fold(c)) > 2]
    monkeypatch.setattr(folding, "MAX_EXPANDED", 10)
    assert {fold(c * 11) for c in expanding} == {" " * 11}


def test_a_long_text_may_have_characters_that_stand_for_several() -> None:
    assert tokens("\ufdfa") == ["صلى", "الله", "عليه", "وسلم"]
    text = "Die ﬁnale Straße… " * (MAX_EXPANDED // 4)
    assert set(tokens(text)) == {"die", "finale", "strasse"}
    assert set(words(text)) == {"Die", "finale", "Straße"}
    assert set(tokens(f"{text} {'ß' * MAX_EXPANDED}")) == {"die", "nale", "stra", "e"}
