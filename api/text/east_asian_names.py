"""Finds names of people in Hangul and Han characters by the titles that follow them. Pure."""

import re
from collections.abc import Iterator
from itertools import islice

from api.text.folding import HAN, HANGUL

MAX_NAMES = 50
"""The number of different names in Hangul that are looked for in a text."""

_FAMILIES = (
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염"
    "여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용"
)
_KOREAN_TITLES = (
    "대통령 당선인 주석 총리 부총리 국무총리 장관 차관 후보 예비후보 의원 대표 원내대표 당대표 위원장 국무위원장 "
    "비대위원장 총비서 의장 지사 총재 회장 부회장 사장 대사 특사 수석 실장 비서관 대변인 교수 박사 감독 선수 작가 "
    "배우 기자 판사 검사 변호사 여사 선생 씨 청장 처장 부장 재판관 권한대행 최고위원 사무총장 총장 소장 연구원"
)
_PARTICLES = (
    "은 는 이 가 을 를 의 에 에게 에게서 께서 한테 와 과 도 로 으로 만 까지 부터 마저 조차 처럼 보다 라며 라고 "
    "이라고 이라며 측 인 다 이다 였다 이었다"
)
# Words of three syllables that begin as a Korean name does.
_NO_NAMES = (
    "이집트 이라크 이란과 이날의 이번에 인도의 인도는 정부의 정부는 여당의 여당은 야당의 야당은 서울시 경기도 "
    "강원도 전라도 경상도 충청도 제주도 인천시 대구시 부산시 광주시 대전시 울산시 세종시 국방부 외교부 통일부 "
    "법무부 교육부 환경부 노동부 문체부 고용부 산업부 복지부 국토부 여가부 조합원 한국의 한국은 미국의 중국의 "
    "민주당 정의당 노동당 국민의 유엔의 주한미 차기의 전직의 현직의 임시의 공동의 신임의 주요국 조선의 기획사 "
    "소속사 전국의 우리당 원내의 여성계 남성계 한국계 연구소 여론의 최고의 주일본 구청장 시의원 도의원 성남시 "
    "수원시 고양시 용인시 창원시 국회의 대통령 부통령 국가의 이전의 지방의"
)

_OTHER_WORDS = frozenset(_NO_NAMES.split())
_TITLE = f"(?:{'|'.join(sorted(_KOREAN_TITLES.split(), key=len, reverse=True))})"
_END = f"(?:{'|'.join(sorted(_PARTICLES.split(), key=len, reverse=True))})?(?![{HANGUL}])"
# An office may stand between: "조태열 외교부 장관".
_OFFICE = f"[{HANGUL}A-Z]{{1,10}}(?:부|처|청|원|실|당|시|도|회|군|사) "
_GIVEN_NAME = f"[{HANGUL}](?:[{HANGUL}] ?|(?![은는을를의에로와과])[{HANGUL}] (?:{_OFFICE}){{1,2}})"
_TITLED_KOREAN = re.compile(f"(?<![{HANGUL}])([{_FAMILIES}]{_GIVEN_NAME}){_TITLE}{_END}")

_COUNTRIES = "日米英仏独伊中韓露印豪加"
_JAPANESE_TITLE = "(?:前|元|次期)?(?:首相|大統領|氏|外相|官房長官|総裁|知事|容疑者|被告|さん|議員|監督|選手)"
_TITLED_HAN = re.compile(f"(?<![{HAN}])([{HAN}]{{3,5}}?){_JAPANESE_TITLE}")
_NO_HAN = re.compile(f"^[前元現新旧同両各某故{_COUNTRIES}]|[国県府都市町村党省庁部会社院長軍側者人]$|[々〇]")


def titled_names(text: str) -> Iterator[tuple[int, int, str]]:
    """The start, stop and key of each name that a title follows somewhere in the text."""
    korean = dict.fromkeys(match[1][:3] for match in _TITLED_KOREAN.finditer(text))
    for name in islice(korean, MAX_NAMES):
        if name not in _OTHER_WORDS and name[-1] not in "부당대":
            for start in _places(text, name):
                yield start, start + 3, name
    for match in _TITLED_HAN.finditer(text):
        if not _NO_HAN.search(match[1]):
            yield match.start(1), match.end(1), match[1]


def _places(text: str, name: str) -> Iterator[int]:
    """Where the name begins a word, which may end in a title and particles."""
    start = text.find(name)
    while start >= 0:
        if start == 0 or not re.match(f"[{HANGUL}]", text[start - 1]):
            yield start
        start = text.find(name, start + 3)
