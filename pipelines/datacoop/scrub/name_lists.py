"""Common names, titles and particles: hints for the name models, and material to train them.

Only the commonest names of each language are here, written by hand. A list that another part of
the project makes names from must not share an entry with one of these.
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GERMAN_FIRST = _words("""
    Alexander Alexandra Alina Amelie Andrea Andreas Angela Angelika Anja Anke Anna Anne Annette
    Antje Anton Barbara Bärbel Beate Ben Benjamin Bernd Bernhard Bettina Birgit Brigitte Britta
    Carmen Carolin Carsten Charlotte Christa Christian Christiane Christina Christine Christoph
    Clara Claudia Cornelia Dagmar Daniel Daniela David Dennis Detlef Dieter Dirk Dominik Doris
    Elena Elias Elisabeth Elke Ella Emil Emilia Emma Erika Erik Ernst Eva Fabian Felix Finn
    Florian Frank Franz Franziska Friedrich Fritz Gabriele Georg Gerd Gerhard Gisela Günter
    Günther Hanna Hannah Hans Harald Heike Heiko Heinrich Heinz Helga Helmut Herbert Hermann
    Holger Horst Ingrid Ines Inge Ingo Jan Jana Jens Joachim Johanna Johannes Jonas Jörg Josef
    Julia Julian Jürgen Jutta Karin Karl Karsten Katharina Kathrin Katja Katrin Kerstin Kevin
    Klaus Konrad Kurt Lara Laura Lars Lea Lena Leon Leonie Lina Lisa Luca Lukas Luisa Manfred
    Manuela Marc Marcel Marco Maria Marie Marion Mario Markus Martin Martina Mathias Matthias Max
    Maximilian Melanie Mia Michael Michaela Mila Monika Moritz Nadine Nadja Nicole Niklas Nina
    Noah Norbert Oliver Olaf Oskar Otto Patricia Patrick Paul Paula Peter Petra Philipp Rainer
    Ralf Regina Reinhard Renate René Robert Roland Rolf Rudolf Ruth Sabine Sabrina Sandra Sara
    Sarah Sascha Sebastian Silke Silvia Simon Simone Sofia Sonja Sophie Stefan Stefanie Steffen
    Stephan Susanne Sven Svenja Tanja Theo Thomas Thorsten Tim Tobias Tom Torsten Udo Ulrich
    Ulrike Ursula Ute Uwe Vanessa Vera Verena Volker Walter Werner Wilhelm Wolfgang Yvonne
""")
"""Given names common in Germany."""

GERMAN_LAST = _words("""
    Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer
    Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange
    Schmitt Werner Schmitz Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter
    Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich
    Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon
    Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel
    Heinrich Brandt Haas Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch
    Bergmann Thomas Voigt Sauer Arnold Wolff Pfeiffer Ernst Lindner Beyer Seifert Hübner Kaufmann
    Lutz Barth Kramer Franz Thiel Petersen Jansen Janssen Hansen Nowak Kowalski Wendt Ebert Ritter
    Paul Reuter Dietz Hermann Stahl Böttcher Fiedler Nagel Kirchner Marx Metzger Gruber Moser
    Steiner Mayr Hofer Leitner Berg Eder Egger Brunner Wimmer Auer Binder Lechner
""")
"""Surnames common in Germany and Austria."""

OTHER_FIRST = _words("""
    Mohammed Ahmed Ali Fatima Aylin Ayşe Mehmet Mustafa Emre Elif Hasan Hüseyin Ibrahim Yusuf Omar
    Olga Natalia Tatjana Svetlana Dmitri Sergej Iwan Igor Irina Agnieszka Piotr Krzysztof Wojciech
    Katarzyna Jakub Giovanni Giuseppe Francesca Giulia José Carlos Miguel Juan Ana Pedro John
    James William Mary Jennifer Linda Elizabeth Susan Richard Charles George Edward Henry Jean
    Pierre Jacques François Claire Camille Luc Marko Goran Ivana Milan Dragan Zoran Nikola
    Aleksandar Wei Minh Nguyen Yuki Hiroshi Kenji Priya Raj Arjun Ravi Lars Erik Bjørn Ingrid Sven
    Kofi
""")
"""Given names common elsewhere."""

OTHER_LAST = _words("""
    Yılmaz Kaya Demir Şahin Çelik Öztürk Aydın Arslan Doğan Popović Jovanović Petrović Novak
    Horvat Kovač Ivanov Petrov Smirnow Wiśniewski Wójcik Lewandowski Rossi Russo Ferrari Bianchi
    Garcia Martinez Rodriguez Lopez Silva Santos Smith Jones Johnson Brown Williams Davis Miller
    Taylor Wilson Moore Clark Lewis Dubois Dupont Durand Moreau Leroy Bernard Nielsen Jensen
    Andersson Johansson Olsen Khan Hussain Singh Kumar Patel Tran Nguyen Chen Wang Zhang Kim Park
    Tanaka Suzuki Haddad Hassan Okafor Mensah Cohen Levi Papadopoulos Popescu Nagy Tóth Svoboda
""")
"""Surnames common elsewhere."""

GERMAN_SURNAME_HEADS = _words("""
    Ahl Alten Bram Breit Brink Buch Dahl Dem Dorn Eich Elm Erl Falk Feld Fürst Gerst Gold Grün
    Hagen Heck Heid Hill Hohl Holz Imm Kalt Kamp Kess Kirch Lam Lind Loh Lück Moos Nett Nord Ober
    Olden Pell Quand Rade Rein Rost Sand Schim Schön Sell Stein Storm Tann Thiel Ull Vell Wald
    Weid Wies Wind Zell Zim
""")
"""First halves of surnames that the trainer makes up."""

GERMAN_SURNAME_TAILS = _words("""
    mann er bach berg feld meier hofer inger ke ler ling stedt ing ow itz sen horst haus eck brock
    kamp huber müller rich wald dorf el ert au ner rath kötter linger
""")
"""Second halves of surnames that the trainer makes up."""

SYLLABLE_HEADS = _words("""
    ba da ka la ma na ra sa ta va be ke le me ne re je di ki li mi bo go
""")
"""First syllables of names of no particular language."""

SYLLABLE_TAILS = _words("""
    ković nić ski ska nova nenko rian doğlu rez lini roux wala moto hara tunde bello lund
""")
"""Last syllables of names of no particular language."""

GERMAN_TITLES = _words("""
    herr herrn frau fräulein familie eheleute dr prof professor professorin doktor med jur phil
    dipl ing mag hr fr rechtsanwalt rechtsanwältin ra rain richter richterin vorsitzende
    vorsitzender vorsitzenden staatsanwalt staatsanwältin notar notarin
""")
"""Words that stand right before a name, in lower case."""

GERMAN_ROLES = _words("""
    patient patientin patienten kläger klägerin klägers beklagte beklagter beklagten zeuge zeugin
    zeugen angeklagte angeklagter angeklagten antragsteller antragstellerin mieter mieterin
    vermieter vermieterin sachbearbeiter sachbearbeiterin arzt ärztin oberarzt oberärztin hausarzt
    hausärztin chefarzt chefärztin pfleger pflegerin schwester bürgermeister bürgermeisterin
    präsident präsidentin minister ministerin direktor direktorin trainer autor autorin sohn
    tochter ehemann ehefrau mutter vater bruder name vorname nachname gez unterschrift
    ansprechpartner ansprechpartnerin mitarbeiter mitarbeiterin ingenieur ingenieurin kollege
    kollegin geehrte geehrter liebe lieber hallo mandant mandantin betreuer betreuerin gutachter
    gutachterin
""")
"""Roles and openings after which a name is likely, in lower case."""

NAME_LINKS = _words("von van der vom de del di da du le la al el ibn ter ten")
"""Small words inside a name, in lower case."""

KOREAN_SURNAMES = _words("김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 전 홍")
"""Surnames that four of five people in Korea bear, the commonest first."""

KOREAN_GIVEN_HEADS = _words("""
    민 서 지 예 하 도 시 주 현 준 승 은 수 영 정 성 상 재 동 진 경 미 혜 유 윤 태 건 우 선 소 나
    다 가 기 대 명 병 보 용 원 인 종 창 철 해 형 호 희
""")
"""First syllables of given names; surnames of the trainer's making are drawn from here too."""

KOREAN_GIVEN_TAILS = _words("""
    준 서 윤 우 호 원 민 현 진 수 영 희 자 숙 순 미 정 연 은 아 인 빈 훈 석 철 환 식 규 태 혁 성
    경 주 나 라 리 지 혜 선 화 옥 란 림 람 별 솔 율 결 찬 건 욱 용 국 일 기 근 범 섭 모
""")
"""Last syllables of given names."""

KOREAN_PARTICLES = _words("""
    이 가 은 는 을 를 의 에 에게 에게서 에서 께 께서 께서는 한테 와 과 도 만 로 으로 이나 나 이랑
    랑 이라고 라고 이라는 라는 이라며 라며 이라면 이며 며 이고 고 이다 다 입니다 이었다 였다 인데
    이든 처럼 보다 까지 부터 마다 조차 이가 이는 이를 이의 이와 이도 아 야 여 이여 측 네 라 이라
    에겐 하고 씨 씨가 씨는 씨를 씨의 씨와 씨에게 씨도 씨로 님 님이 님은 님을 님의 님께 님께서
    님께서는 님도 군 군이 군은 군의 양 양이 양은 양의 옹 모 모씨 모씨는 모씨가 모씨의 모씨를
""")
"""Endings that follow a name in the same word; a name must not swallow them."""

KOREAN_TITLES = _words("""
    씨 님 군 양 옹 모씨 환자 환자분 보호자 의사 간호사 교수 박사 선생 선생님 원장 과장 부장 차장
    대리 사원 팀장 실장 대표 회장 사장 이사 이사장 감독 선수 코치 배우 가수 작가 기자 판사 검사
    변호사 재판장 대법관 원고 피고 피고인 피해자 증인 신청인 청구인 민원인 담당자 주무관 사무관
    시장 구청장 군수 지사 의원 장관 대통령 총리 위원 위원장 대변인 남편 아내 부인 아들 딸 어머니
    아버지 형 동생 누나 언니 오빠 친구 이름 성명 성함 고객 고객님 상담원 상담사 기사 경위 경감
    경사 경장 순경 대위 소령 중령 대령 병장 상병 일병 연구원 연구원장 엔지니어 소장 국장 본부장 역
    분
""")
"""Words that stand right before or after a name."""

NAMES = frozenset(
    (*GERMAN_FIRST, *GERMAN_LAST, *OTHER_FIRST, *OTHER_LAST, *KOREAN_SURNAMES),
)
"""Every whole name that is written in this file."""
