"""Searches as readers type them, in many scripts: what each must find, and what it must not."""

import re
from collections.abc import Iterator

import pytest
from stories import outlet, record, store

from api.postgres.connection import Connection, connect
from api.retrieval.plan import resolve
from api.search.parser import parse
from api.text.folding import fold

# By language: texts by number. The first line of a text is its headline.
TEXTS: dict[int, tuple[str, str]] = {
    1: ("en", "Ships of the U.S. Navy\nThe vessels returned home."),
    2: ("en", "The US economy grew\nExports did well."),
    3: ("en", "They told us a story\nIt was long."),
    4: ("en", "U.N. council meets\nThe session was short."),
    5: ("en", "A U-turn on fuel tax\nMinisters changed their minds."),
    6: ("en", "AT&T buys a studio\nThe price was high."),
    7: ("en", "S&P 500 at a record\nShares rose."),
    8: ("en", "M&A slows\nBankers wait."),
    9: ("en", "T-Mobile raises prices\nCustomers complain about mobile contracts."),
    10: ("en", "F-16 jets arrive\nPilots trained for months."),
    11: ("en", "COVID-19 cases fall\nHospitals recover."),
    12: ("en", "A language called C++\nProgrammers like it, or C#."),
    13: ("en", "Remembering 9/11\nNew York stood still."),
    14: ("en", "G7 leaders gather\nThey met in S. Korea."),
    15: ("en", "WHO warns of a virus\nDoctors listen."),
    16: ("en", "Who is who in town\nA guide."),
    17: ("en", "IT jobs grow\nFirms hire."),
    18: ("en", "The Who play again\nFans sing."),
    19: ("en", "Hamlet, or to be or not to be\nA stage classic."),
    20: ("en", "Will Smith wins\nAn actor and his prize."),
    21: ("en", "Smith will win\nPolls say so."),
    22: ("en", "I don't know, says the witness\nSilence in court."),
    23: ("en", "Out of the woods\nThe firm recovers."),
    24: ("en", "The woods are out of bounds\nRangers close paths."),
    25: ("en", "Sea\u00adside town\nA zero\u200bwidth space and a w\u2060ord joiner."),
    26: ("hi", "दिन की खबर\nबारिश हुई।"),
    27: ("hi", "दान की खबर\nलोगों ने मदद की।"),
    28: ("ar", "أحمد يزور المُدِينة\nوصل الضيف."),
    29: ("ar", "خبـــر عاجل\nإيمان تتحدث."),
    30: ("he", 'צה"ל הודיע\nהודעה קצרה.'),
    31: ("he", "שָׁלוֹם לכולם\nברכה."),
    32: ("th", "นายกรัฐมนตรีเดินทางไปโตเกียว\nข่าววันนี้"),
    33: ("th", "น้ำท่วมกรุงเทพ\nฝนตกหนัก"),
    34: ("ko", "한·미·일 정상회의\n회담이 열렸다."),
    35: ("ko", "한미일 협력 강화\n장관이 말했다."),
    36: ("ja", "東京タワーの入場者が増加\n観光客が戻った。"),
    37: ("ja", "ジョン・スミス氏が来日\n記者会見を開いた。"),
    38: ("zh", "自由時報報導臺灣經濟\n出口增長。"),
    39: ("zh", "自由时报报道台湾经济\n出口下降。"),
    40: ("uk", "П’ять міст святкують\nЛюди танцюють."),
    41: ("uz", "Oʻzbekiston terma jamoasi\nOʻyin bugun."),
    42: ("ca", "El col·legi obre\nEls alumnes tornen."),
    43: ("ru", "США и Китай\nПереговоры начались."),
    44: ("ru", "Новые дома в Москве\nСтройка идёт."),
    45: ("el", "Οι εκλογές στην Αθήνα\nΗ κάλπη άνοιξε."),
    46: ("id", "Pemerintah membangun jalan\nWarga senang."),
    47: ("ta", "தமிழ்நாடு தேர்தல்\nமக்கள் வாக்களித்தனர்."),
    48: ("fr", "L’armée française\nUn défilé à Paris."),
    49: ("en", 'A fan of 12" vinyl\nRecords are back.'),
    50: ("en", "SHOUTING US HEADLINES ABOUT STORMS\nRain follows."),
    51: ("en", "Jae-myung Lee speaks\nThe president's plan."),
    52: ("en", "A Seoul-Washington deal\nNegotiators agreed."),
    53: ("en", "A conference named re:publica\nBerlin hosts it."),
    54: ("de", "Die Straße nach Köln\nDer Bürgermeister sprach."),
    55: ("vi", "Thủ tướng thăm Hà Nội\nTin mới."),
    56: ("ko", "반도체 수출이 늘었다\n기업이 투자한다."),
    57: ("en", "ＡＩ ｆｉｒｍｓ invest\nWide letters."),
    58: ("fa", "می‌خواهم بروم\nخبر امروز."),
    59: ("en", "Vitamin C helps\nA study of vitamins A and D."),
    60: ("en", "J.K. Rowling writes\nA new book."),
    61: ("zh", "北京大學的研究\n學者發表論文。"),
    63: ("en", "On their own\nThe firms are owned by the state, which owns all."),
    64: ("he", 'הודעה של ארה"ב.\nהמנכ"ל.'),
    65: ("hi", "लोक येथे आहेत.\nहैदराबाद."),
    66: ("en", "After World War I.\nA history of Group A. And of vitamins."),
    67: ("en", "WHO tracks mpox\nCases rise."),
    68: ("ko", "US와 COVID 백신\n공급이 늘었다."),
    70: ("en", "Plan A fails\nThe mayor tries another."),
    71: ("en", "George H. W. Bush honoured\nA ship has his name."),
    72: ("ko", "한-미 통상 협상\n내일 열린다."),
    73: ("ja", "日・米・韓の協議\nソウルで開いた。"),
    74: ("it", "Qui c’è. Poi basta\nNon c’è pane."),
    75: ("en", "A net of fish\nThe ferry came, and she said she don't."),
    76: ("fa", "کرمان در سال ۱۴۰۳\nوزیر اعظم آمد."),
    77: ("hi", "वर्ष २०२५ का बजट\nसंसद में।"),
    78: ("th", "พ.ศ. ๒๕๖๘\nข่าว"),
    83: ("fr", "L'ONU appelle l'UE\nL’OTAN d’abord, puis l’U.E. demain."),
    79: ("en", "Talks with S. Korea\nThe U.S. envoy, Dr. K. Mueller, spoke."),
    80: ("en", "J. P. MORGAN BUYS BANKS AGAIN\nShares rise."),
    81: ("fr", "Festival d'été à Nice\nMusique et théâtre."),
    82: ("fr", "Festival d'hiver à Nice\nMusique."),
    69: ("lo", "ນາຍົກລັດຖະມົນຕີ\nຂ່າວ"),
    62: ("el", "Η Ε.Ε. αποφασίζει\nΨηφοφορία."),
}

# What is typed, the texts it must find, and those that it must not; others may be found or not.
CASES: list[tuple[str, set[int], set[int]]] = [
    ("U.S.", {1, 2}, {3, 4, 5}),
    ("u.s.", {1, 2}, {3, 4, 5}),
    ("US", {1, 2}, {3, 4, 5}),
    ("US economy", {2}, {1, 3}),
    ('"the US economy"', {2}, {1}),
    ("U.N.", {4}, {1, 5}),
    ("UN council", {4}, {1}),
    ("un council", {4}, {1}),
    ("U-turn", {5}, {1, 4}),
    ("AT&T", {6}, {7}),
    ("at&t", {6}, {7}),
    ("S&P 500", {7}, {6}),
    ("S&P", {7}, {6}),
    ("M&A", {8}, {6}),
    ("m&a", {8}, {6}),
    ("T-Mobile", {9}, {1}),
    ("t-mobile", {9}, {1}),
    ("F-16", {10}, {11}),
    ("COVID-19", {11}, {10}),
    ("covid-19", {11}, {10}),
    ("C++", {12}, {59}),
    ("c++", {12}, {59}),
    ("C#", {12}, {59}),
    ("9/11", {13}, {11}),
    ("G7", {14}, set()),
    ("g7 leaders", {14}, set()),
    ("S. Korea", {14}, set()),
    ("WHO", {15}, {16, 18}),
    ("WHO virus", {15}, {16}),
    ("IT jobs", {17}, {3}),
    ("IT", {17}, {3}),
    ("The Who", {18}, {15, 16}),
    ("the who", {18}, {15, 16}),
    ('"the who"', {18}, {15, 16}),
    ("to be or not to be", {19}, {18, 20}),
    ('"to be or not to be"', {19}, {18}),
    ('"will smith"', {20}, {21}),
    ('"Smith will"', {21}, {20}),
    ('"I don\'t know"', {22}, {3}),
    ('"I don’t know"', {22}, {3}),
    ('"out of the"', {23}, {24}),
    ('"out of the woods"', {23}, {24}),
    ('"the woods are out of"', {24}, {23}),
    ("seaside", {25}, set()),
    ("sea\u00adside", {25}, set()),
    ("zerowidth", {25}, set()),
    ("word\u2060", {25}, set()),
    ("दिन", {26}, {27}),
    ("दान", {27}, {26}),
    ("खबर", {26, 27}, set()),
    ("احمد", {28}, {29}),
    ("أحمد", {28}, {29}),
    ("المدينة", {28}, set()),
    ("خبر", {29}, set()),
    ("ايمان", {29}, set()),
    ('צה"ל', {30}, {31}),
    ("צה״ל", {30}, {31}),
    ("צהל", {30}, {31}),
    ("שלום", {31}, {30}),
    ("โตเกียว", {32}, {33}),
    ("นายกรัฐมนตรี", {32}, {33}),
    ("น้ำท่วม", {33}, {32}),
    ("กรุงเทพ", {33}, {32}),
    ("한미일", {34, 35}, {56}),
    ("한·미·일", {34, 35}, {56}),
    ("한ㆍ미ㆍ일", {34, 35}, {56}),
    ("정상회의", {34}, {35}),
    ("반도체", {56}, {34}),
    ("東京タワー", {36}, {37}),
    ("タワー", {36}, {37}),
    ("入場者", {36}, set()),
    ("ジョンスミス", {37}, {36}),
    ("ジョン・スミス", {37}, {36}),
    ("自由時報", {38, 39}, {36}),
    ("自由时报", {38, 39}, {36}),
    ("臺灣", {38}, set()),
    ("经济", {38, 39}, set()),
    ("出口增长", {38}, {39}),
    ("北京大学", {61}, {36, 38}),
    ("п'ять", {40}, set()),
    ("пʼять", {40}, set()),
    ("П`ять", {40}, set()),
    ("o'zbekiston", {41}, set()),
    ("O‘zbekiston", {41}, set()),
    ("col·legi", {42}, set()),
    ("collegi", {42}, set()),
    ("США", {43}, {44}),
    ("сша", {43}, {44}),
    ("дом", {44}, {43}),
    ("εκλογή", {45}, set()),
    ("ΕΚΛΟΓΕΣ", {45}, set()),
    ("bangun", {46}, set()),
    ("தேர்தல்", {47}, set()),
    ("armée", {48}, set()),
    ("l'armée", {48}, set()),
    ("L’ARMÉE", {48}, set()),
    ('12" vinyl', {49}, set()),
    ("storms", {50}, set()),
    ("jae myung", {51}, set()),
    ("Jae-myung", {51}, set()),
    ("president's", {51}, set()),
    ("Seoul-Washington", {52}, set()),
    ("seoul washington", {52}, set()),
    ("re:publica", {53}, set()),
    ("strasse", {54}, set()),
    ("STRASSE", {54}, set()),
    ("koln", {54}, set()),
    ("thu tuong", {55}, set()),
    ("ha noi", {55}, set()),
    ("ai firms", {57}, set()),
    ("AI", {57}, set()),
    ("میخواهم", {58}, set()),
    ("می‌خواهم", {58}, set()),
    ("vitamin c", {59}, set()),
    ("THE WHO", {18}, {15, 16}),
    ("SHIPS OF THE NAVY", {1}, set()),
    ("SMITH WILL WIN", {21}, set()),
    ("Sea\u200bside", {25}, set()),
    ("JK Rowling", {60}, set()),
    ("J.K. Rowling", {60}, set()),
    ('"on their own"', {63}, {18}),
    ('ארה"ב', {64}, {30}),
    ("המנכ״ל", {64}, {30}),
    ("आहेत", {65}, {26}),
    ("हैदराबाद", {65}, {26}),
    ('"World War I"', {66}, {13}),
    ('"Group A"', {66}, {59}),
    ("WHO MPOX", {67}, {16}),
    ("US", {1, 2, 68}, {3}),
    ("US COVID", {68}, {3}),
    ("headline:(the who)", {18}, {16}),
    ("headline:who", {16, 18}, {15}),
    ("ລັດຖະມົນຕີ", {69}, set()),
    ("The Who OR vinyl", {18, 49}, {15, 16}),
    ("vinyl OR (The Who)", {18, 49}, {15, 16}),
    ("The Who -sing", set(), {15, 16, 18, 49}),
    ("The Who -vinyl", {18}, {15, 16, 49}),
    ("-(The Who) warns", {15}, {18}),
    ("Plan A", {70}, {21, 51}),
    ("Vitamin A", {59}, {70}),
    ("World War I history", {66}, {13}),
    ("When Can I play", {18}, set()),
    ("J. K. Rowling", {60}, set()),
    ("George H.W. Bush", {71}, set()),
    ("George H. W. Bush", {71}, set()),
    ("한∙미∙일", {34, 35}, {56}),
    ("한-미-일", {34, 35}, {56}),
    ("한/미/일", {34, 35}, {56}),
    ("한미 통상", {72}, {56}),
    ("日米韓", {73}, {36}),
    ("«Will Smith»", {20}, {21}),
    ("「東京タワー」", {36}, {37}),
    ("c'è", {74}, set()),
    ('"qui c\'è poi"', {74}, set()),
    ('"she don\'t"', {75}, set()),
    ("NET OF FISH", {75}, set()),
    ("NOW IS IT OVER", set(), {17}),
    ("US NAVY", {1}, {3}),
    ("كرمان", {76}, set()),
    ("کرمان ۱۴۰۳", {76}, set()),
    ("1403", {76}, {77}),
    ("2025", {77}, {76}),
    ("2568", {78}, {77}),
    ("京", {36, 61}, {37}),
    ("한", {34, 35, 72}, {33}),
    ("ONU", {83}, set()),
    ("UE", {83}, set()),
    ("l'U.E.", {83}, set()),
    ("U.S. S. Korea", {79}, set()),
    ("Dr. K. Mueller", {79}, set()),
    ("dr mueller", {79}, set()),
    ("J. P. Morgan", {80}, set()),
    ("j. p. morgan", {80}, set()),
    ("J. P. MORGAN", {80}, set()),
    ("festival d'été", {81}, {82}),
    ("manifestación OR manifestacion OR été", {81}, {82}),
    ("Trump: I resign", set(), set()),
    ("Ε.Ε.", {62}, {45}),
    ("ΕΕ", {62}, {45}),
]


# Words of which the stemmer cuts off an ending only where they have their accents: each finds the others.
INFLECTED = {
    "ru": ["новый нового новой", "российский российского", "война войной", "учёный ученого", "ёлки ёлка"],
    "tr": ["gün günler", "bakan bakanı", "bakanlık bakanlığı", "başkan başkanı", "kız kızlar", "çocuk çocuğu"],
    "fr": ["blessé blessée blessés", "tué tuées", "réfugié réfugiées", "employé employées", "évacué évacuée"],
    "es": ["manifestación manifestaciones", "organización organizaciones", "constitución constituciones"],
    "pt": ["manifestação manifestações", "operação operações", "organização organizações"],
    "ro": ["oraș orașe", "declarație declarații", "organizație organizații"],
    "ca": ["elecció eleccions", "català catalana"],
    "hu": ["háború háborúk"],
    "sv": ["förslag förslagen"],
    "de": ["Häuser Haus", "Straße Straßen"],
    "sr": ["Đoković Đokovića", "чаша чаше"],
}


@pytest.mark.parametrize(
    ("language", "words"), [(language, words) for language, found in INFLECTED.items() for words in found]
)
def test_words_with_accents_are_found_in_all_their_forms(archive: Connection, language: str, words: str) -> None:
    forms = words.split()
    store(
        archive,
        *(record(f"{form} {language}", external_id=f"{n}", language=language) for n, form in enumerate(forms, 1_000)),
    )
    store(archive, record(f"plain été {fold(forms[0])}", external_id="1999", language=language))
    assert 1999 in found(archive, fold(forms[0])), "other words of its text have accents"
    everything = set(range(1_000, 1_000 + len(forms)))
    for form in (*forms, forms[0].upper(), f'"{forms[0]} {language}"'):
        assert everything <= found(archive, form), form
    plain = fold(forms[0])
    assert 1_000 in found(archive, plain), plain
    assert 1_000 in found(archive, f'"{plain} {language}"')


@pytest.fixture(scope="module")
def archive(blank_database: str) -> Iterator[Connection]:
    """An archive of TEXTS."""
    with connect(blank_database) as connection, connection.transaction(force_rollback=True):
        outlet(connection, "daily", language="en")
        store(
            connection,
            *(
                record(
                    text.partition("\n")[0], body=text.partition("\n")[2], external_id=str(number), language=language
                )
                for number, (language, text) in TEXTS.items()
            ),
        )
        yield connection


def found(archive: Connection, q: str) -> set[int]:
    """The numbers of the texts that a search finds."""
    plan = resolve(archive, {"q": parse(q)}, "newest")
    rows = archive.execute(
        "select external_id from articles where search @@ %(q)s::tsquery", {"q": plan.tsquery or "''"}
    ).fetchall()
    return {int(row["external_id"]) for row in rows}


@pytest.mark.parametrize(("q", "must", "must_not"), CASES, ids=[q for q, _, _ in CASES])
def test_a_search_finds_what_is_meant(archive: Connection, q: str, must: set[int], must_not: set[int]) -> None:
    numbers = found(archive, q)
    assert must <= numbers, f"not found: {[TEXTS[number][1] for number in must - numbers]}"
    assert not must_not & numbers, f"found: {[TEXTS[number][1] for number in must_not & numbers]}"


FAR = (
    "the who " * 300 + "filler " * 300 + "quiet harbour " + " ".join(f"word{n}" for n in range(20_000)) + " lost ferry"
)


def test_a_phrase_is_found_wherever_it_stands_in_a_long_text(archive: Connection) -> None:
    store(archive, record("Long", body=FAR, external_id="99"))
    for q in ('"who filler"', '"filler quiet"', '"quiet harbour"', '"word16380 word16381"', '"word17000 word17001"',
              '"word19999 lost ferry"', '"lost ferry"', '"the who the who"',
              'body:"lost ferry"', 'body:"filler quiet"'):  # fmt: skip
        assert 99 in found(archive, q), q
    for q in (
        '"harbour quiet"',
        '"word17001 word17000"',
        '"word17000 word17002"',
        '"quiet ferry"',
        '"lost harbour"',
        'headline:"lost ferry"',
    ):
        assert 99 not in found(archive, q), q


def test_a_phrase_is_found_after_many_forms_of_its_word_in_all_fields(archive: Connection) -> None:
    body = "port " * 200 + "ports " * 200 + "and a port authority " + "filler " * 20
    store(archive, record("Port " * 3, body=body, external_id="98"))
    store(archive, record("Port " * 3, body="port " * 253 + "port council", external_id="97"))
    assert 98 in found(archive, '"port authority"')
    assert 97 in found(archive, '"port council"')


def test_the_table_has_queries_in_many_scripts() -> None:
    scripts = {
        "Latin": "[a-z]", "Cyrillic": "[а-я]", "Greek": "[α-ω]", "Arabic": "[\u0600-\u06ff]",
        "Hebrew": "[\u05d0-\u05ea]", "Devanagari": "[\u0900-\u097f]", "Tamil": "[\u0b80-\u0bff]",
        "Thai": "[\u0e00-\u0e7f]", "Hangul": "[\uac00-\ud7a3]", "kana": "[\u3041-\u30ff]", "Han": "[\u4e00-\u9fff]",
    }  # fmt: skip
    assert len(CASES) >= 120
    assert all(any(re.search(script, q.lower()) for q, _, _ in CASES) for script in scripts.values())
