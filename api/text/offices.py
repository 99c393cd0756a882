"""The words for offices in several languages: which offices a role is, and which a title before a name means."""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from api.text.folding import fold, words

# Each office with its words. A word can stand for several offices, as 총리 does for a chancellor.
_OFFICES = """
president: president, presidente, presidenta, presidentin, prasident, prasidentin, bundesprasident,
    bundesprasidentin, prezydent, prezident, prezidentka, президент, президентка, başkan, cumhurbaşkanı, presidentti,
    presidenten, الرئيس, رئيس, 대통령, 주석, 大統領, 总统, 總統, 主席
vice president: vice-president, vice president, vizepräsident, vicepresidente, вице-президент, 부통령, 副大統領,
    副总统, 副總統
prime minister: prime-minister, prime minister, premier, ministerpräsident, ministerpräsidentin, premierminister,
    premierministerin, premier ministre, première ministre, primer ministro, primera ministra, primo ministro,
    primeiro-ministro, премьер, премьер-министр, прем'єр, прем'єр-міністр, premiér, başbakan, statsminister,
    taoiseach, رئيس الوزراء, 총리, 국무총리, 首相, 総理, 総理大臣, 总理, 總理
deputy prime minister: deputy prime minister, deputy premier, vice premier, вице-премьер, 부총리, 副首相, 副总理,
    副總理
chancellor: chancellor, kanzler, kanzlerin, bundeskanzler, bundeskanzlerin, chancelier, canciller, cancelliere,
    канцлер, kancléř, kanclerz, 총리, 首相, 総理, 総理大臣, 总理, 總理
vice chancellor: vice chancellor, vizekanzler, vizekanzlerin, вице-канцлер
minister: minister, ministerin, außenminister, außenministerin, finanzminister, innenminister, ministre, ministro,
    ministra, министр, міністр, ministr, bakan, وزير, 장관, 大臣, 外相, 防衛相, 財務相, 部长, 部長, 外长, 外長, 防长,
    防長
secretary: secretary, secretario, secretaria, секретарь, 장관, 長官, 비서
general secretary: general secretary, secretary-general, secretary general, генсек, генеральный секретарь,
    генсекретарь, 총비서, 사무총장, 事務総長, 総書記, 总书记, 總書記, 秘书长, 秘書長
governor: governor, gov, gouverneur, gobernador, gobernadora, governatore, губернатор, gubernátor, 지사, 도지사,
    知事, 州长, 省长
mayor: mayor, bürgermeister, bürgermeisterin, oberbürgermeister, oberbürgermeisterin, maire, alcalde, alcaldesa,
    sindaco, prefeito, мэр, мер, burmistrz, primátor, starosta, 시장, 市長, 市长
senator: senator, senatorin, sénateur, sénatrice, senador, senadora, сенатор, sen, 의원, 上院議員, 参议员, 參議員
member: representative, rep, congressman, congresswoman, mp, deputy, député, députée, diputado, diputada, deputato,
    abgeordneter, депутат, poseł, posłanka, poslanec, member, 의원, 議員, 议员
leader: leader, chief, parteichef, líder, лидер, лідер, 대표, 원내대표, 당대표, 위원장, 代表, 領袖, 领导人
chair: chairman, chairwoman, chair, chairperson, vorsitzender, vorsitzende, председатель, голова, 회장, 위원장, 의장,
    主席, 会長, 委員長, 董事长, 委员长
speaker: speaker, спикер, спікер, 의장, 議長, 议长
ambassador: ambassador, botschafter, botschafterin, ambassadeur, embajador, посол, 대사, 大使
justice: justice, judge, richter, richterin, juge, juez, судья, суддя, 판사, 判事, 裁判官, 法官
general: general, gen, généralo, генерал, generał, 장군, 将軍, 将军
admiral: admiral, adm, адмирал, 제독, 提督
prosecutor: prosecutor, staatsanwalt, procureur, fiscal, прокурор, 검사, 검찰총장, 検事, 检察长
attorney general: attorney general, генпрокурор
pope: pope, papst, pape, papa, папа, 교황, 教皇, 教宗
bishop: bishop, archbishop, cardinal, bischof, erzbischof, kardinal, évêque, obispo, cardenal, епископ, кардинал,
    추기경, 주교
king: king, könig, roi, rey, король, król, král, 국왕, 国王
queen: queen, königin, reine, reina, королева, królowa, královna, 여왕, 女王
prince: prince, prinz, príncipe, принц, książę, princ, 왕자, 王子
professor: professor, prof, professeur, profesor, professorin, профессор, профессорка, 교수, 教授
executive: ceo, chief executive, chief executive officer, geschäftsführer, vorstandschef, гендиректор, 사장, 社長,
    总裁, 總裁
director: director, direktor, direktorin, directeur, директор, dyrektor, 국장, 실장, 소장, 局長, 所長, 局长
commissioner: commissioner, kommissar, kommissarin, commissaire, comisario, комиссар, 위원, 委員
spokesperson: spokesman, spokeswoman, spokesperson, sprecher, sprecherin, porte-parole, portavoz, rzecznik, mluvčí,
    대변인, 報道官, 发言人, 發言人
coach: coach, trainer, trainerin, entraîneur, entrenador, allenatore, тренер, trener, trenér, 감독, 監督, 教练,
    主教练
captain: captain, kapitän, capitaine, capitán, капитан, kapitan, 선장, 主将
sheriff: sheriff, шериф, 보안관, 保安官
"""
# Titles of courtesy and of degree, which anyone can have.
_COURTESY = """
mr, mrs, ms, miss, mx, sir, dame, lord, lady, dr, doctor, herr, frau, monsieur, madame, mme, señor, señora, sr, sra,
    don, doña, signor, signora, senhor, senhora, pan, pani, paní, господин, госпожа, пан, пані, 씨, 여사, 氏, さん,
    先生, 女士
"""

COURTESY = "courtesy"
"""What titles of courtesy mean, in the place of an office."""


@cache
def titles() -> Mapping[str, frozenset[str]]:
    """The offices that each title can mean, by the folded words of the title, joined by spaces."""
    meanings: dict[str, frozenset[str]] = {}
    for line in _entries(_OFFICES):
        office, _, names = line.partition(":")
        for name in names.split(","):
            meanings[_key(name)] = meanings.get(_key(name), frozenset()) | {office}
    return MappingProxyType(meanings | {_key(name): frozenset({COURTESY}) for name in _COURTESY.split(",")})


@lru_cache(10_000)
def offices(role: str) -> frozenset[str]:
    """The offices named in the title of a role: ``Deputy Prime Minister`` is not the office ``minister``."""
    rest = f" {_key(role)} "
    found: set[str] = set()
    for title in sorted(titles(), key=len, reverse=True):
        # Words in Han, Hangul and kana can be parts of longer ones.
        whole = f" {title} " if title[0] < "\u1100" else title
        if whole in rest:
            found |= titles()[title]
            rest = rest.replace(whole, " | ")
    return frozenset(found) - {COURTESY}


def words_of(office: str) -> list[str]:
    """The folded titles of an office, or those of COURTESY."""
    return [title for title, meanings in titles().items() if office in meanings]


def _entries(table: str) -> Iterable[str]:
    return table.strip().replace("\n    ", " ").splitlines()


def _key(title: str) -> str:
    return fold(" ".join(words(title)))
