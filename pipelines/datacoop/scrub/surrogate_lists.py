"""What surrogates are made of: names and streets in four languages, written by hand.

Each name is common, so that a surrogate tells nothing and what was missed hides among them. Names
that begin with H are left out: in French some take an elision and some do not.
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST: dict[str, tuple[str, ...]] = {
    "en": _words("""
        Alice Amber Arthur Audrey Austin Edith Edward Eleanor Elliot Esther Irene Isaac Olive
        Oscar Owen Una Benedict Beatrice Bridget Calvin Cecily Clive Daphne Desmond Dorothy Felicity
        Frances Gilbert Gloria Graham Jasper Jocelyn Kenneth Lydia Mabel Malcolm Marjorie Miles
        Nigel Nora Percy Philippa Quentin Rosalind Rupert Sylvia Theodore Vera Wilfred Winifred
    """),
    "fr": _words("""
        Adèle Agathe Alban Amandine Anatole Armelle Aurore Edgar Éliane Émeline Étienne Eugénie
        Irène Isidore Octave Odile Ondine Ursule Baptiste Bénédicte Bertrand Clémence Colette
        Cyprien Damien Delphine Fabrice Félicité Gaëlle Gaspard Geneviève Joséphine Lambert Léonie
        Lucien Mathilde Maxence Noémie Norbert Prosper Perrine Raphaëlle Rosalie Sabine Sylvain
        Thibault Valentine Victoire Xavier Zélie
    """),
    "de": _words("""
        Adelheid Albert Almut Arnold Astrid Edda Egon Elfriede Engelbert Erwin Ida Ilse Irmgard
        Isolde Oskar Ottilie Ulrike Ursel Benno Berthold Burkhard Dietlinde Dorothea Ekkehard
        Friederike Gerlinde Gottfried Gundula Jakob Kasimir Korbinian Kunigunde Liselotte Lorenz
        Magdalena Margarete Mechthild Norbert Philipp Reinhild Roswitha Rüdiger Siegfried Sieglinde
        Theodor Traudl Veit Walburga Wendelin Xaver
    """),
}

LAST: dict[str, tuple[str, ...]] = {
    "en": _words("""
        Abbott Acton Alder Appleby Archer Ashdown Atwood Eastwood Eccles Elmore Emmett Ingram Irwin
        Oakley Ormond Osborne Underwood Unwin Bancroft Barlow Birch Bramley Calloway Chadwick
        Colby Danvers Dunmore Farley Fenwick Garrick Goodwin Jarvis Kendrick Kirby Lockwood
        Marlowe Mayfield Newbury Norwood Pemberton Prescott Radcliffe Redfern Sheldon Stanhope
        Thornton Tilbury Vickers Wakefield Whitmore
    """),
    "fr": _words("""
        Abadie Allard Amiot Arnoux Astier Aubry Avril Émery Escoffier Étienne Imbert Isnard Ollier
        Orsini Urbain Barrault Bellanger Bérard Blanchet Bonnefoy Cartier Chabrol Charpentier Combes
        Delorme Desjardins Duval Faucher Ferrand Gaillard Garnier Jacquemin Joubert Laborde Lacombe
        Lemoine Maillard Marchal Navarre Pascal Perrault Poirier Rambert Rouvier Sabatier
        Thévenet Tissot Vasseur Verdier Villard
    """),
    "de": _words("""
        Abendroth Adler Albers Amsel Anders Arndt Aschoff Eberle Eckert Ehlers Engelhardt Imhof
        Ilgner Oberle Ohlsen Ostertag Uhlig Ullrich Bachmeier Bernauer Birnbaum Brinkmann Dahlmann
        Dornbusch Fassbender Feldkamp Finkbeiner Gerstner Grünwald Jessen Kaltenbach Kirchner
        Lindemann Löwenthal Marquardt Mühlbauer Neuhaus Niemeyer Pfannenstiel Quandt Reichelt
        Rosenbaum Sandmann Schönfeld Steinbrecher Tannert Vogelsang Wiesner Zellmer Zimmerling
    """),
}

KOREAN_SURNAMES: tuple[str, ...] = _words("강 고 곽 권 남 노 류 문 민 백 서 성 손 송 신 심 안 양")

KOREAN_GIVEN: tuple[str, ...] = _words("""
    가온 건우 경란 규리 기범 나래 다솜 대현 도율 동건 라온 명호 미정 민서 보경 상아 석진 선재
    세영 소담 수아 승주 시온 아람 여진 영채 예솔 용재 우빈 유나 윤하 은겸 인호 재희 정완 종현
    주아 준서 지안 진솔 채윤 태리 하람 해인 현도 혜주 호연 희찬
""")
"""Two syllables each, both with and without a final consonant at the end."""

STREETS: dict[str, tuple[str, ...]] = {
    "en": ("Alder Road", "Bramble Lane", "Chapel Street", "Dover Street", "Elm Grove",
           "Foundry Road", "Granary Lane", "Kiln Road", "Lime Avenue", "Meadow Way",
           "Orchard Road", "Priory Close", "Quarry Lane", "Sadler Street", "Tanner Street",
           "Weaver Road"),
    "fr": ("rue des Acacias", "rue des Aubépines", "rue de la Fontaine", "rue du Four",
           "rue des Jardins", "rue du Lavoir", "rue des Lilas", "rue du Moulin",
           "rue des Noisetiers", "rue de la Paix", "rue des Peupliers", "rue du Port",
           "rue de la Source", "rue des Tanneurs", "rue des Tilleuls", "rue des Vignes"),
    "de": ("Ahornweg", "Am Anger", "Bachstraße", "Birkenweg", "Brunnenstraße", "Erlenweg",
           "Feldstraße", "Gartenstraße", "Gerberstraße", "Kirchgasse", "Lindenallee",
           "Mühlweg", "Rosenstraße", "Schulstraße", "Waldstraße", "Wiesenweg"),
    "ko": ("가람로", "느티나무길", "다솔로", "달빛로", "도담로", "무지개길", "물빛로", "미르길",
           "별빛로", "새싹길", "솔숲로", "은행나무길", "하늘길", "한울로", "해오름로", "햇살길"),
}  # fmt: skip

LINKS: frozenset[str] = frozenset(
    _words("von vom van der den dem zu zur zum am de du des la le les del di da dos y e ibn bin al")
)
"""Small words inside names; they stay."""
