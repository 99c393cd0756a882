"""Slugs that are made of names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.text.slugs import MAX_SLUG_LENGTH, make_slug, mixed_scripts, native_slug, transliterate
from schemas.base import Slug

mixed = st.text("Cabcо волга환율전쟁ガっー宮〇مصرีน้ำะ٣23-' #+ßΣıµ½\u0301\u0640", max_size=100)
names = st.one_of(st.text(max_size=200), mixed)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("#Seoul-Washington", "seoul-washington"),
        ("Foreign Policy", "foreign-policy"),
        ("Élections 2025", "elections-2025"),
        ("R&D; (Asia)", "r-d-asia"),
        ("C", "c"),
        ("C++", "c-plus-plus"),
        ("#C#", "c-sharp"),
        ("Visual C++ and C", "visual-c-plus-plus-and-c"),
        ("Disney+", "disney"),
        ("#", ""),
        ("…!", ""),
        ("", ""),
        (f"{'a' * 70} {'b' * 20} c", "a" * 70),
        ("a" * 100, "a" * 80),
    ],
)
def test_the_slug_of_a_name_in_latin_letters_is_short_lower_case_ascii(name: str, slug: str) -> None:
    assert make_slug(name) == slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("#환율전쟁", "hwanyuljeonjaeng"), ("서울", "seoul"), ("한국", "hanguk"), ("종로", "jongno"),
        ("울산", "ulsan"),
        ("왕십리", "wangsimni"), ("별내", "byeollae"), ("신라", "silla"), ("독립문", "dongnimmun"),
        ("백마", "baengma"),
        ("압구정", "apgujeong"), ("묵호", "mukho"), ("집현전", "jiphyeonjeon"), ("해돋이", "haedoji"),
        ("같이", "gachi"),
        ("좋고", "joko"), ("많다", "manta"), ("대관령", "daegwallyeong"), ("구리", "guri"), ("설악", "seorak"),
        ("칠곡", "chilgok"), ("임실", "imsil"), ("옥천", "okcheon"), ("한밭", "hanbat"),
        ("속리산", "songnisan"),
        ("낙동강", "nakdonggang"), ("촉석루", "chokseongnu"), ("벚꽃", "beotkkot"), ("앉아", "anja"),
        ("닭", "dak"),
        ("이재명", "ijaemyeong"), ("이 재명", "i-jaemyeong"), ("KBS뉴스", "kbsnyuseu"),
    ],
)  # fmt: skip
def test_hangul_is_romanised_as_it_is_pronounced(name: str, slug: str) -> None:
    assert make_slug(name) == slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("フジテレビ", "fujiterebi"), ("シャープ", "shapu"), ("きょうと", "kyoto"), ("とうきょう", "tokyo"),
        ("おおさか", "osaka"),
        ("ソウル", "souru"), ("マッチ", "matchi"), ("ニッポン", "nippon"), ("ざっし", "zasshi"),
        ("しんぶん", "shinbun"),
        ("ヴァイオリン", "vaiorin"), ("フィリピン", "firipin"), ("ウィキペディア", "wikipedia"),
        ("チェンマイ", "chenmai"),
        ("デューク", "dyuku"), ("トゥルク", "turuku"), ("いすゞ", "isuzu"), ("ここゝ", "kokoko"),
        ("ねぇ", "nee"),
        ("あっ", "a"), ("っ", ""), ("ー", ""), ("ｱｲﾌﾙ", "aifuru"), ("ガ", "ga"),
        ("セブン・イレブン", "sebun-irebun"),
    ],
)  # fmt: skip
def test_kana_are_romanised_by_hepburn(name: str, slug: str) -> None:
    assert make_slug(name) == slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("宮崎県", "宮崎県"), ("石破茂", "石破茂"), ("ゆうちょ銀行", "ゆうちょ銀行"),
        ("二〇二五年", "二〇二五年"), ("JR東日本", "jr東日本"),
        ("北한", "北한"), ("#Волга", "волга"),
        ("Новая газета", "новая-газета"), ("Ελλάδα", "ελλάδα"),
        ("ΟΔΟΣ", "οδοσ"),
        ("#مصر", "مصر"), ("صـــنعاء", "صنعاء"), ("ירושלים", "ירושלים"), ("हिन्दी दिवस", "हिन्दी-दिवस"),
        ("น้ำท่วม", "น้ำท่วม"),
        ("Об’єкт", "об-єкт"), ("волга TV", "волга-tv"),
        ("C# шарп", "c-sharp-шарп"), ("語" * 100, "語" * 80),
        (f"{'ж' * 70} {'б' * 20} в", "ж" * 70),
    ],
)  # fmt: skip
def test_other_scripts_are_kept(name: str, slug: str) -> None:
    assert make_slug(name) == slug


@pytest.mark.parametrize("name", ["Cовет", "pаypal", "kι"])
def test_a_name_that_mixes_look_alikes_in_a_word_gets_a_slug_in_ascii(name: str) -> None:
    assert make_slug(name) == transliterate(name)
    assert make_slug(name).isascii()


@pytest.mark.parametrize(
    ("slug", "mixed"),
    [
        ("pаypal", True), ("αpple", True), ("волгa", True), ("a-воΙга".casefold(), True),
        ("ελлада", True),
        ("волга-tv", False), ("волга2", False), ("jr東日本", False), ("kbs뉴스", False),
        ("ゆうちょ銀行", False), ("北한", False),
        ("हिन्दी", False), ("élections", False), ("مصر-٣", False), ("二〇二五年", False),
    ],
)  # fmt: skip
def test_scripts_are_not_mixed_in_a_word_unless_they_are_written_together(slug: str, mixed: bool) -> None:
    assert bool(mixed_scripts(slug)) is mixed


@given(names)
def test_a_slug_that_is_made_can_be_sent(name: str) -> None:
    for slug in (make_slug(name), native_slug(name)):
        assert len(slug) <= MAX_SLUG_LENGTH
        assert not slug or Slug().deserialize(slug) == slug
    assert not mixed_scripts(make_slug(name))


@given(names)
def test_the_slug_of_a_slug_is_the_slug(name: str) -> None:
    assert make_slug(make_slug(name)) == make_slug(name)
