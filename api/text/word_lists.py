"""Words that tell whether a capitalized name in a text is one: ordinary words, titles, places, given names."""

from api.text.folding import fold


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(text).split())


NEVER = _words(
    "a an and are as at be but by can did do does for from had has have he her him his how i if in is it its may me "
    "must my no not of off on one or our out she should so some that the their them then they this to up us was we "
    "were what when where who why will with would yes you your am auf aus bei das dem den der des die ein eine er "
    "es fur ich ihr ist mit nicht sie und von war was wer wie wir zu au aux ce de des du elle en est et il je la le "
    "les lui ne ou par pas pour que qui sa se ses son sur tu un une al como con del el ella los mas no para pero "
    "por se si su sus un una y ya che di e gli ma non per и в во не на он она они я ты мы вы с со а но что как это "
    "то за по из у к о от до же бы та й і є це що w z na do nie to jak jest sie po co ale a i v ve s se je byl byla "
    "kdo von "
)
"""Words that name nobody by themselves."""

ORDINARY = NEVER | _words(
    "able abbey act aids angel april arch archer art ash august autumn baby back bacon bailey bank banks barber "
    "baron bass bay beach bean bear beck bell berry best big bill bird bishop black blast blaze bliss bloom blue "
    "bold bolt bond book boom boon booth boss bottom bow bowl bowler box boy brand brave breeze bridge bridges "
    "bright brook brooks brown buck bull burn burns bush buss butcher butler butter buzz cage candy cane cannon "
    "canon card care carol carpenter case cash castle chain chance chandler chapel charity chase cherry chip "
    "christian church city clay clear cliff close cloud coach coal coast cobb cold cole cook cooper corn cost couch "
    "count court cox craft crane crew crisp cross crow crown crystal cub curry dale dance daisy dark darling dash "
    "dawn day days deal dean dear deep diamond dick dime dolly don drake draw drew drive duke dusty early earnest "
    "east easter edge elder ember english ever excel fair faith falcon fall farmer fast favor fawn felt fern field "
    "fields finch fine fire fish fisher flag flash fletcher flint flower flowers fly foot ford forest forge forth "
    "foster fountain fox francs frank free freeman french frost fry fuller game gap garden gardener gates gay gene "
    "genesis gent gift ginger glass glen glover gold golden good goods gore grace grand grange grant grave gray "
    "great green grey ground grove guard guide gun guy hack hail hall ham hand hands happy harbour hard hardy "
    "harmony hart haste hatch haven hawk hawks hay hazel head heard heart heath heather heaven hedge herb hero high "
    "hill hills hit hog holiday holly holmes home honey honor hood hook hope hopes horn house howl hull hunt hunter "
    "hurt hutch ice iris iron island ivory ivy jack jade jasmine jay jet jewel job joy judge june junior just "
    "justice keen kind king kings kitchen knight lace lady lake lamb lance land lane large lark last laurel law "
    "laws leaf leak lee liberty light lily linen little lock lodge long lord love low luck lucky lyric mace magic "
    "maiden maker mall man mann march mark marks marsh marshal mason mast master match maverick mead melody mercer "
    "mercy merit merry mile miles mill miller mills mint mist moody moon moore moss mount mountain moved myrtle "
    "nail nails nash new nick night noble north norm nurse oak ocean olive opal orange orchid oscar page pages "
    "paige pain palm palmer park parks part pat patience patient paw pay peace peach peak pearl penny pepper petty "
    "pike pine piper pitch pitt plain plant plum pole pond poole pool pope poppy port post pot potter potts power "
    "powers precious presley pretty price prim prime prince prior prize proctor prudence quick quill rain raven ray "
    "read ready rebel red reed reeve rich rick ridge ring rise rivers river rob robin rock rocket rocky rod roger "
    "root rose rowan ruby rue rule rush rust sage sail sailor sale sandy savage savanna say scholar school sea "
    "season see serenity sexton shade shah shame sharp shaw shepherd shore short shot sierra silver singer sky skip "
    "slater small smart snow solomon song sound south spark sparks spear speed spence spencer spice spring sprout "
    "star stark stay steel stern sterling still stirling stock stone storm story street strong sue summer summers "
    "sun sunday sunny sweet swift tab tailor tall tanner taylor temple terry thin thorn thread tiger time tops "
    "tower town trace trainer tree trip trinity true trust tucker turner twist ty tyler union unity vale valentine "
    "van vance velvet victor victory viola violet virtue von wade wait walker wall walls ward warden warm warner "
    "water waters way weaver webb wells welsh west wheat wheeler whip white wild willow win wind winds wine winner "
    "winter winters wise wish wolf wood woods wool work world worth wright wynn yard yates york young zen apple "
    "amazon shell target gap delta visa oracle sprint chevron alphabet meta corona tesla signal zoom twitter fiat "
    "focus time life people sat "
)
"""Words that occur in English texts without being names, among them those that are also given names or surnames."""

FOLLOWS_NAME = _words(
    "said says say was is were has had have won wins will would told tells did does to in on at as and or but from "
    "for with after before during over under who whose became becomes becoming announced announces came comes made "
    "makes went goes left leaves resigned resigns died dies led leads took takes gave gives spoke speaks met meets "
    "held holds wrote writes got gets plays played sang sings began begins stars can could should must may might "
    "ran runs joined joins signed signs called calls wants needs faces faced told adds added asks asked returns "
    "returned visits lost loses beat beats defends knows knew thinks thought sold sells sees saw told hits hit quit "
    "quits put sets set again not also still never than by of about against between through into until while when "
    "where why how if because "
)
"""Words that follow a name but not a verb or noun of an imperative or question."""

INSTITUTIONS = _words(
    "academy act airport alley apartments arena arms associates auditorium avenue ave award awards ballroom band "
    "bank bar barracks bay beach bistro blvd boulevard bowl bridge bros brothers building bureau cafe campus canal "
    "cathedral cemetery center centre chapel church cinema clinic close co collection collective college company "
    "concourse conservatory corp corporation cottage court crescent crossing cup dam doctrine drive elementary "
    "endowment enterprises estate expressway falls fellowship foundation freeway fund gallery gardens gmbh golf "
    "group hall highway hill hills holdings hospital hotel hotels house inc industries infirmary inn institute "
    "institution international island junction lake lane library limited llc ltd lodge mall mansion medal memorial "
    "monument motors mountain museum observatory orchestra palace park parkway partners path pavilion peak "
    "peninsula pier plaza point port prize productions pub quartet quay records residence resort restaurant ridge "
    "road room route scholarship school shipyard show sons spa square stadium station statue store stores street "
    "studio studios suite terminal terrace theater theatre tournament tower towers trail trio trophy trust tunnel "
    "university village ward way wing winery wood works zoo allee bahnhof brucke flughafen gasse gesamtschule "
    "grundschule gymnasium halle haus kaserne klinik klinikum krankenhaus oper platz preis schule stadion stiftung "
    "strasse ufer universitat weg fondation hopital lycee universite fundacion instituto fondazione universita "
)
"""Words after a name that make it the name of an institution, place or work."""

PLACES = _words(
    "abbey airport arms bar basilica bay bridge castle cathedral chapel church college creek cross falls gate hall "
    "hill hospital hotel inn island lake landing lodge palace park peak point port pub restaurant ridge rock school "
    "square street tavern university wood "
)
"""Words that make an institution or place of a name with 's."""

NAMED_AFTER = _words(
    "aeroport aeroporto aeropuerto avenida avenue boulevard calle college estadio fondation fundacion hopital lycee "
    "piazza rua rue stade stadion universidad universite аэропорт аэропорта аэропорту аэропорте аеропорт аеропорту "
    "бульвар бульваре вулиця вулиці вулицю ім им имени імені музеи музее мост набережная набережнои памятник "
    "памятника памятнику переулок площадь площади площадью площа площі проспект проспекта проспекте проспекту "
    "проспекті премия премии стадион стадионе улица улице улицу улицы школа фонд фонда aleja alei letiste lotnisko "
    "lotnisku namesti plac placu trida ulica ulice ulici ulicy ulicz most mostu شارع مطار جامعة مستشفى ميدان مسجد "
    "רחוב שדרות hospital ospedale nemocnice nemocnici szpital szpitala szpitalu ecole escola escuela szkola szkole "
    "skola skole colegio collegio lyceum musee museo museu theatre teatro bibliotheque biblioteca institut instituto "
    "parc parque place plaza praca paseo pont puente ponte quai prix premio premi nagroda nagrody nagrode больница "
    "больнице больницу больницы сквер сквере лицеи лицее лікарня лікарні лікарню провулок провулку "
)
"""Words before a name that make it the name of an institution or place."""

ALSO_ENGLISH = _words("avenue boulevard college hospital institut lyceum place plaza theatre")
"""Those of them that may stand before the name of a person in English, as in ``the hospital Jane Roe founded``."""

NO_FIRST_NAMES = _words(
    "mr mrs ms miss mx sir dame lord lady dr prof professor president vice prime minister premier chancellor king "
    "queen prince princess duke duchess pope senator sen rep representative congressman congresswoman governor gov "
    "mayor secretary ambassador judge justice general gen colonel col captain capt major maj sergeant sgt "
    "lieutenant lt commissioner chief chairman chairwoman chair speaker leader candidate actor actress singer "
    "rapper director writer author artist player striker midfielder defender goalkeeper coach manager forward "
    "quarterback driver pitcher ceo cfo coo cto founder boss owner tycoon billionaire comedian host presenter star "
    "superstar legend champion republican republicans democrat democrats democratic labour conservative tory "
    "liberal activist lawyer attorney prosecutor spokesman spokeswoman spokesperson deputy former acting interim "
    "late then opposition ex reporter professor doctor bishop archbishop cardinal saint st monday tuesday wednesday "
    "thursday friday saturday sunday january february march april may june july august september october november "
    "december yesterday today tomorrow american british english scottish welsh irish french german italian spanish "
    "portuguese dutch belgian swiss austrian polish czech slovak hungarian romanian bulgarian greek turkish russian "
    "ukrainian belarusian georgian serbian croatian swedish norwegian danish finnish icelandic israeli palestinian "
    "iranian iraqi syrian saudi egyptian indian pakistani chinese japanese korean taiwanese filipino indonesian "
    "malaysian australian canadian mexican brazilian argentine argentinian chilean colombian venezuelan cuban "
    "african asian european u s us uk eu un herr frau kanzler kanzlerin prasident prasidentin minister ministerin "
    "bundeskanzler bundeskanzlerin президент министр премьер господин госпожа режиссер актер актриса певица певец "
    "депутат губернатор мэр "
)
"""Capitalized words that precede a name and are not a first name."""

FIRST_NAMES = _words(
    "james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark "
    "donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob "
    "gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory alexander patrick frank "
    "raymond jack dennis jerry mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy "
    "betty margaret sandra ashley kimberly emily donna michelle carol amanda dorothy melissa deborah stephanie "
    "rebecca sharon laura cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen samantha "
    "katherine christine debra rachel carolyn janet catherine maria heather diane ruth julie olivia joyce jane anne "
    "marie jean pierre jacques louis luis jose juan carlos miguel pedro antonio francisco giovanni giuseppe marco "
    "paolo hans peter klaus wolfgang jurgen ivan sergei dmitri vladimir olga natalia elena tatiana petr jan josef "
    "pavel tomas jakub ewa мария анна ольга елена наталья иван сергеи алексеи дмитрии михаил николаи петр павел "
    "андреи "
)
"""Frequent first names, besides those of the people of the archive."""

NAMED = _words(
    "airport avenue award boulevard bridge clinic foundation highway hospital hotel library memorial museum prize "
    "school square stadium station street theater theatre tunnel university"
)
"""What is named after people, also in lower case: the Charles de Gaulle airport."""

GENERATIONS = _words("jr sr junior senior ii iii iv")
"""What tells people of one name in one family apart."""

NOT_PERSONAL = INSTITUTIONS | NO_FIRST_NAMES | {"the"}
"""Words that a name after ``the`` begins or ends with if it is that of an office or of a thing."""

SMALL = _words(
    "a an and as at but by for from in into is nor of on or over s the to up v via vs with de la le of und y"
)
"""Words without capitals in headlines that capitalize all others."""

LEADING = _words("in at near outside of inside")
"""Words after which a capitalized word before a name is a place or a time."""

AFTER_NAMES = _words(
    "i v phd md mp mbe obe cbe kc qc monday tuesday wednesday thursday friday "
    "saturday sunday january february march april may june july august september october november december "
    "president minister republican democrat "
)
"""Capitalized words after a name that do not make it longer."""

PARTICLES = _words("de del della di da do dos du van von der bin ibn of")
"""Lowercase words that connect a single name with another one."""

GERMAN, ENGLISH, SLAVIC, FINNISH, HUNGARIAN, OTHER = "german", "english", "slavic", "finnish", "hungarian", "other"

FUNCTION_WORDS = {
    GERMAN: _words(
        "der die das und ist nicht von mit den dem des ein eine einer einem auf sich auch wird wurde hat sind bei "
        "nach zu im am zum zur fur uber oder aber dass weil als aus vor war hatte och att det som ar inte ett jeg "
        "ikke "
    ),
    ENGLISH: _words(
        "the of and to is that for it was with his her has are this be have but not they which their will would who "
        "said says from at by an on he she were been its after as "
    ),
    SLAVIC: _words(
        "se je na ze pro s v k ktery ktera ktere byl byla bylo jsou podle jeho jako ale nebo aby od do po za pri "
        "jsem sie jest w z nie ze ktory ktora oraz przez dla jego byl jak przed przy wedlug i u sa da su za kako "
        "nije bio bila kod zo ktory ktora sa pre bol bola ako aj "
    ),
    FINNISH: _words("ja on ei etta oli mutta myos kun han se ovat joka kuin sen jo tai hanen olla mukaan siita"),
    HUNGARIAN: _words("a az es hogy nem is egy volt meg mint csak szerint ez azt ki el mar kell lesz van pedig"),
    OTHER: _words(
        "les des une est dans pour que qui sur par avec au aux pas plus ses sont la le et du un los las una del con "
        "por para como mas fue su sus el il che di per una sono della nel gli con non um uma dos das nao em os foi "
        "het een van niet voor zijn aan bir ve bu icin ile olarak "
    ),
}
"""Frequent words by language or family, all folded."""

SLAVIC_LETTERS = frozenset("ąćęěłńřśůźż")
"""Letters that are frequent in Polish or Czech and rare in other languages."""
