"""Words that say whether a capitalised run is the name of a person: titles, verbs of speech, given names, others."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words("""
    mr mrs ms miss mx dr prof professor sir dame lord lady sheikh king queen prince princess emperor pope cardinal
    archbishop bishop rabbi imam reverend rev father sister president vice-president chancellor premier minister
    secretary senator sen congressman congresswoman rep representative governor gov mayor ambassador envoy judge
    justice prosecutor attorney general gen colonel col major maj captain capt lieutenant lt sergeant sgt admiral
    commander marshal chairman chairwoman chairperson chair chief director ceo spokesman spokeswoman spokesperson
    staff leader lawmaker speaker commissioner coach manager officer inspector detective herr frau präsident
    präsidentin bundespräsident bundespräsidentin kanzler kanzlerin bundeskanzler bundeskanzlerin vizekanzler
    vizekanzlerin altkanzler ministerpräsident ministerpräsidentin ministerin außenminister außenministerin
    innenminister innenministerin finanzminister finanzministerin verteidigungsminister verteidigungsministerin
    wirtschaftsminister wirtschaftsministerin justizminister justizministerin premierminister premierministerin
    landeshauptmann landeshauptfrau bürgermeister bürgermeisterin oberbürgermeister parteichef parteichefin
    fraktionschef fraktionschefin bundesrat bundesrätin spitzenkandidat spitzenkandidatin kanzlerkandidat
    kanzlerkandidatin generalsekretär generalsekretärin sprecher sprecherin trainer trainerin bundestrainer
    us-präsident ex-präsident papst professorin fdp-chef spd-chef cdu-chef csu-chef fpö-chef övp-chef spö-chef
    neos-chefin afd-chefin kommissionspräsidentin m mme mlle monsieur madame maître président présidente ministre
    première sénateur sénatrice député députée maire ambassadeur ambassadrice juge général évêque pape secrétaire
    chancelier chancelière porte-parole directeur directrice señor señora sr sra presidente presidenta ministro
    ministra senador gobernador alcalde canciller signor signora onorevole г-н г-жа господин госпожа президент премьер
    премьер-министр министр глава губернатор мэр сенатор депутат генерал адмирал посол канцлер патриарх директор
    председатель секретарь спикер пресс-секретарь пан пані прем'єр-міністр прем'єр міністр голова президента
    президентом президенту министра министром министру премьера премьером главы главой губернатора
""")
"""Titles and offices that stand before a name, in lower case."""

ROLES = _words("""
    actor actress author writer novelist poet singer rapper musician composer conductor pianist director filmmaker
    painter artist architect designer photographer journalist reporter editor columnist historian economist analyst
    scientist physicist chemist biologist researcher professor lecturer lawyer attorney prosecutor judge doctor
    surgeon nurse teacher engineer astronaut entrepreneur billionaire businessman businesswoman banker executive
    founder co-founder cofounder investor activist campaigner politician lawmaker candidate nominee minister president
    chancellor premier mayor governor senator ambassador diplomat spokesman spokeswoman spokesperson chairman
    chairwoman chief head leader boss coach manager captain striker midfielder defender goalkeeper forward swimmer
    sprinter runner cyclist boxer judoka wrestler skier skater gymnast archer fencer golfer athlete player pilot
    driver champion officer general commander colonel soldier secretary strategist expert fellow chanteur chanteuse
    acteur actrice écrivain écrivaine auteur autrice romancier romancière nageur nageuse athlète joueur joueuse
    attaquant milieu défenseur gardien entraîneur sélectionneur capitaine ministre président présidente maire député
    députée sénateur sénatrice candidat économiste historien historienne politologue avocat avocate juge professeur
    professeure chercheur chercheuse directeur directrice patron patronne chef cheffe chancelier chancelière dirigeant
    dirigeante philosophe pape porte-parole писатель писательница актер актриса певец певица режиссер тренер спортсмен
    экономист политик адвокат журналист журналистка ученый историк оппозиционер бизнесмен миллиардер политолог
    основатель президент министр премьер-министр премьер глава губернатор мэр сенатор депутат генерал посол канцлер
    председатель секретарь пресс-секретарь директор спикер
""")
"""Occupations that stand before a name or follow it after a comma, in lower case."""

SAID = _words("""
    said says told added announced wrote argued warned insisted acknowledged replied recalled explained tweeted
    testified joked resigned sagte sagt erklärte betonte warnte forderte kritisierte déclaré dit affirmé ajouté estimé
    répondu expliqué souligné annonce сказал сказала заявил заявила сообщил сообщила отметил отметила добавил добавила
    подчеркнул подчеркнула рассказал рассказала написал написала пояснил пояснила объяснил ответил ответила сказав
    заявив повідомив повідомила
""")
"""Verbs of speech."""

DETERMINERS = _words("""
    the this that these those le la les l' l’ un une der die das den dem des ein eine einen einem einer im am zum zur
    vom el los las il lo gli una du au aux
""")
"""Words before a capitalised run that is not the name of a person, unless a title follows them."""

PARTICLES = _words("de da do dos das del della di du van von der den ter ten la le bin ibn al el y zu af")
"""Lower-case words inside of names."""

GENERATIONS = _words("jr sr ii iii iv")

NO_NAMES = _words("""
    court party university college school institute academy street avenue road boulevard square park bridge airport
    station river lake sea ocean mountain mountains mount valley island islands peninsula bay gulf coast desert
    ministry department office bureau agency commission committee council board union association federation league
    organization organisation society foundation fund bank group company corporation corp inc ltd co plc llc gmbh ag
    holdings industries partners capital securities insurance airlines airways motors electronics energy oil gas
    petroleum steel chemical pharmaceuticals hospital church cathedral temple mosque museum gallery theatre theater
    opera orchestra stadium arena hotel palace castle house hall tower center centre plaza mall market exchange
    government parliament congress senate assembly bundestag bundesrat cabinet administration army navy force forces
    guard police military war treaty pact accord agreement act law amendment constitution cup championship
    championships games olympics olympic open prix prize award awards festival summit conference forum day week month
    year years century season news times post journal herald tribune guardian press daily newspaper magazine radio
    television tv network channel media report review book city county province state states republic kingdom empire
    district region town village country prefecture north south east west northern southern eastern western central
    upper lower new old great grand greater united san santa saint st los las el fort port national international
    federal global world european asian african american latin middle pacific atlantic mediterranean arctic royal
    supreme constitutional high democratic republican liberal conservative labour labor green social people people's
    workers progressive independent first second third fourth fifth one two three four five six seven eight nine ten
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december jan feb mar apr jun jul aug sept sep oct nov dec montag dienstag mittwoch
    donnerstag freitag samstag sonnabend sonntag januar jänner februar märz mai juni juli oktober dezember lundi mardi
    mercredi jeudi vendredi samedi dimanche janvier février mars avril juin juillet août septembre octobre novembre
    décembre anfang ende mitte jahr jahre prozent millionen milliarden euro dollar uhr stunden tage wochen monate
    partei regierung gericht universität stadt straße platz haus land länder bund amt rat verband verein gesellschaft
    gruppe börse zeitung krieg frieden wahl wahlen europa österreich deutschland frankreich cour parti université
    école ministère conseil assemblée république rue gare hôtel jeux coupe ligue banque société fédération pays monde
    état états english french german italian spanish russian chinese japanese korean british irish scottish welsh
    indian canadian australian austrian swiss dutch belgian swedish norwegian danish finnish polish czech hungarian
    ukrainian turkish greek israeli palestinian iranian iraqi syrian egyptian saudi brazilian mexican argentine
    england france germany italy spain russia china japan korea britain ireland scotland wales india america canada
    australia austria switzerland netherlands belgium sweden norway denmark finland poland hungary ukraine turkey
    greece israel iran iraq syria egypt arabia brazil mexico argentina africa asia europe taiwan vietnam thailand
    indonesia philippines singapore malaysia pakistan afghanistan bangladesh london paris berlin moscow beijing tokyo
    seoul washington brussels geneva vienna rome madrid york hong kong angeles francisco kyiv kiev jerusalem gaza
    strip olympique olympiques sénat élysée matignon bundeskanzleramt bloc crisis tax taxes trade budget economy
    economics politics policy security defense defence foreign finance health education justice interior home affairs
    culture science technology climate god internet covid christmas easter new-year ai ki it us uk eu un nato brothers
    sons life inns hotels stores dlrs officials societe general treasury reserve chamber fed dow nasdaq україни
    української франции германии китая турции беларуси белоруссии польши израиля японии кореи грузии армении
    казахстана ирана польщі франції німеччини рф сша фрг россия россии россию украина украины украине европа европы
    европейский европейского московский москва москвы кремль дума думы совет совета суд суда банк банка федерация
    федерации федеральный федеральной государственный государственной верховный верховного национальный национальной
    служба службы союз союза министерство министерства университет университета область области край республика
    республики город понедельник вторник среда четверг пятница суббота воскресенье января февраля марта апреля мая
    июня июля августа сентября октября ноября декабря северный северной южный южной восточный западный новый новая
    новой
""")
"""Words that no name of a person has: of organizations, places, peoples, events and times."""

OPENERS = _words("""
    a an the in on at by for from with without to of and but or nor so yet if when while as since although though
    because after before until during under over about above among between against despite unlike like he she it they
    we you i his her its their our your my this that these those there here what who whom whose which why how where
    then now today yesterday tomorrow later earlier meanwhile however also still even only just not no yes both each
    every all most many some several few more other another such former late once never ever according asked speaking
    citing last next recently critics officials analysts ex der die das ein eine einen dem den des im am auf aus bei
    mit nach von vor zu zum zur über unter durch für gegen ohne um und aber oder doch denn wenn als wie da dass weil
    er sie es wir ihr ich sein seine auch noch nur schon nun jetzt heute gestern morgen damals dort hier dabei dazu
    zuvor später laut seit während le la les un une du de d' l' à au aux en dans sur sous par pour avec sans chez et
    mais ou donc ni car si quand comme il elle ils elles nous vous je son sa ses leur leurs ce cet cette ces après
    avant selon depuis pendant demain aujourd'hui el los las una y pero con por para según lo gli e ma per в во на с
    со к ко о об от до по за из у и а но или если когда как что это он она они мы вы я его ее их после перед при под
    над между также однако еще уже вчера сегодня завтра по-прежнему ранее позже з із від та і й але або якщо коли як
    що це він вона вони після
""")
"""Words that begin a sentence before a name and are no part of it."""

GIVEN_NAMES = _words("""
    akira daisuke haruka hideki ichiro junichiro kazuo keiko kenji kenta makoto masayoshi mayumi naoko naoto noriko
    sanae satoshi shigeru shohei shunichi takashi takeshi taro tetsuya tomoko toru toshihiro yasuhiro yoko yoshihide
    yuki yukio yuriko
    aaron abdul abdullah abraham adam adrian ahmad ahmed alan albert alberto alejandro aleksandr alessandro alex
    alexander alexandra alexandre alexei alexis alfred ali alice alison allison amanda amir amy ana anders andrea
    andreas andrei andrew andré andy angel angela angelina anita ann anna annalena anne annie anthony anton antoine
    antonio antónio ariel armin arnold arthur astrid audrey aung barack barbara barry beate beatrice ben benjamin
    bernard bernd bernie beth bill billy björn bob boris brad brian bruce bruno camilla carl carla carlo carlos carmen
    carol caroline catherine cecilia charles charlie charlotte chris christian christina christine christoph
    christopher claire clara claude claudia colin constance craig cristina daniel daniela danielle darren dave david
    deborah denis dennis derek diana diane didier diego dieter dmitri dmitry dominic dominik dominique don donald
    doris dorothy doug douglas duncan edgar edmund eduardo edward elena eleanor eli elisabeth elizabeth ella ellen
    elon emil emily emma emmanuel enrico eric erica erik ernest esther ethan eugene eva evan evelyn fabian fatima
    felix fernando filip florence florian frances francesco francis francisco franck frank franz françois françoise
    fred frederick friedrich fritz fumio gabriel gary gavin geoffrey george georges gerald gerard gerhard gilbert
    giorgia giorgio giovanni giuseppe glenn gordon graham greg gregory guido guillaume gustavo guy hannah hans harold
    harry hassan heather heidi heinz helen helena herbert helmut henri henrik henry hermann hillary hiroshi howard
    hubert hugh hugo ian ibrahim igor ingrid irene isaac isabel isabelle ivan jack jacob jacqueline jacques jake jakob
    james jamie jan jane janet jason javier jean jeff jeffrey jennifer jens jensen jeremy jerome jerry jessica jill
    jim jimmy joachim joan joanna joe joel johan johann johannes john johnny jon jonas jonathan jordan jorge josef
    joseph josh joshua josé joyce juan judith judy julia julian julie juliette jürgen jörg justin kamala karen karin
    karl karoline kate katharina katherine kathleen kathy katja katrin keir keith kelly ken kenneth kevin kim kirsten
    klaus kristina kurt kyle lara larry lars laura lauren laurence laurent lawrence leah lena leo leon leonard
    leonardo leonid lewis liam linda lionel lisa liz lloyd lorenzo louis louise luc luca lucas lucy luis luigi luke
    lukas léa madeleine manfred manuel marc marcel marco marcus margaret margarethe maria marie marina marine mario
    marion mark markus marta martha martin martina mary maryam mateo mathieu matt matteo matthew matthias maurice max
    maximilian megan mehmet melanie melissa michael michel michelle miguel mike mikhail milan mohamed mohammad
    mohammed monica monika morgan moritz muhammad mustafa nadia nancy naomi natalia natalie nathalie nathan neil
    nelson niall nicholas nick nicola nicolas nicole nigel nikki nikolai nina noah nora norbert norman olaf oleg
    oliver olivia olivier olga omar oscar oskar otto owen pablo pamela patricia patrice patrick paul paula paulo pedro
    peggy pete peter petra phil philip philipp philippe phillip pierre rachel rafael ralf ralph raphaël raymond
    rebecca recep renate rené ricardo richard rick rita rob robert roberto robin roger roland rolf roman ron ronald
    rosa rose rosemary ross roy rudolf rupert russell ruth ryan sabine sahra sally salman sam samantha samuel sandra
    sanna sara sarah scott sean sebastian sergei sergey sergio shane sharon shinzo simon simone sofia sophia sophie
    stefan stefanie stephan stephanie stephen steve steven stuart sue susan susanne suzanne sven svetlana sylvia
    sébastien tania tatiana ted teddy teresa terry theo theodore theresa thierry thomas tim timothy tina tobias toby
    todd tom tommy tony tracy travis ulf ulrich ursula uwe valentina valerie vanessa vera veronica victor victoria
    viktor vincent viola virginia vladimir volodymyr walter warren wayne wendy werner wilhelm will william wolfgang
    xavier yann yoshihiko yuri yves yvonne zoe éric élisabeth émile александр александра алексей алла анастасия
    анатолий андрей анна антон борис вадим валентин валентина валерий василий вера виктор виталий владимир владислав
    вячеслав галина геннадий георгий григорий дарья денис дмитрий евгений евгения екатерина елена иван игорь илья
    ирина кирилл константин ксения лариса лев леонид людмила максим марина мария михаил надежда наталья никита николай
    нина олег ольга павел петр роман руслан сергей станислав степан тамара татьяна федор эдуард юлия юрий яна ярослав
    володимир олександр олена юлія михайло петро дональд джо джон джордж эмманюэль ангела олаф фридрих
""")
"""Common given names, in lower case."""

SURNAMES_TOO = _words("may march west day green hall holland english french german ireland london law price spring")
"""Words of NO_NAMES that are surnames after a given name."""

ABBREVIATIONS = _words("U.S. U.K. U.N. E.U. D.C. U.S.A. U.A.E. U.S.S.R. E.C. L.A. N.Y. A.M. P.M.")
"""Abbreviations that are no initials of a name."""

DATES = _words("""
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december montag dienstag mittwoch donnerstag freitag samstag sonntag
""")
"""Words of NO_NAMES that stand before a name without a comma: "on Monday Jane Roe"."""
