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

ENGLISH_FIRST = _words("""
    Aaron Abigail Adam Adrian Aidan Alan Albert Alex Alexander Alexandra Alice Alison Amanda Amber
    Amelia Amy Andrea Andrew Angela Ann Anna Anne Anthony April Arthur Ashley Austin Barbara Ben
    Benjamin Beth Betty Beverly Bill Bob Bobby Brandon Brenda Brian Bruce Bryan Caitlin Callum
    Cameron Carl Carol Caroline Catherine Charles Charlotte Cheryl Chloe Chris Christian Christina
    Christine Christopher Cindy Claire Clare Colin Connor Craig Crystal Cynthia Daisy Dale Daniel
    Danielle David Dawn Dean Deborah Debra Denise Dennis Derek Diana Diane Donald Donna Doris
    Dorothy Douglas Duncan Dylan Edith Edward Edwin Eileen Elaine Eleanor Elizabeth Ella Ellen
    Emily Emma Eric Erin Ethan Eugene Evan Evelyn Fiona Florence Frances Francis Frank Fred
    Frederick Gareth Gary Gavin Gemma George Georgia Gerald Gillian Glen Gloria Gordon Grace
    Graham Grant Greg Gregory Hannah Harold Harriet Harry Hayley Hazel Heather Heidi Helen Henry
    Holly Howard Hugh Ian Irene Isaac Isabella Isla Ivy Jack Jackie Jacob Jacqueline Jake James
    Jamie Jane Janet Janice Jason Jay Jean Jeff Jeffrey Jennifer Jenny Jeremy Jerry Jesse Jessica
    Jill Jim Jimmy Joan Joanna Joanne Joe Joel John Johnny Jonathan Jordan Joseph Josh Joshua Joy
    Joyce Juan Judith Judy Julia Julian Julie June Justin Karen Kate Katherine Kathleen Kathryn
    Katie Kayla Keith Kelly Ken Kenneth Kerry Kevin Kim Kimberly Kirsty Kyle Larry Laura Lauren
    Lawrence Leah Lee Leo Leonard Leslie Lewis Liam Lily Linda Lisa Logan Lois Louis Louise Lucas
    Lucy Luke Lynn Madison Malcolm Marcus Margaret Maria Marie Marilyn Mark Martha Martin Mary Mason
    Matt Matthew Maureen Max Megan Melanie Melissa Mia Michael Michelle Mike Mildred Molly Monica
    Nancy Naomi Natalie Nathan Neil Nicholas Nick Nicola Nicole Nigel Noah Norman Oliver Olivia
    Oscar Owen Pamela Patricia Patrick Paul Paula Pauline Peggy Peter Phil Philip Phillip Phoebe
    Rachel Ralph Randy Raymond Rebecca Rhys Richard Rob Robert Robin Rodney Roger Ron Ronald Rosa
    Rose Rosie Ross Roy Russell Ruth Ryan Sally Sam Samantha Samuel Sandra Sara Sarah Scott Sean
    Shane Shannon Sharon Sheila Shirley Simon Sophia Sophie Stacey Stan Stanley Stella Stephanie
    Stephen Steve Steven Stewart Stuart Sue Susan Suzanne Sylvia Ted Teresa Terry Thomas Tiffany
    Tim Timothy Tina Todd Tom Tony Tracey Tracy Trevor Tyler Vanessa Victor Victoria Vincent
    Virginia Walter Wanda Wayne Wendy William Zachary Zoe
""")
"""Given names common in Britain and North America."""

ENGLISH_LAST = _words("""
    Smith Johnson Williams Brown Jones Davis Miller Wilson Moore Taylor Anderson Thomas Jackson
    White Harris Martin Thompson Garcia Martinez Robinson Clark Rodriguez Lewis Lee Walker Hall
    Allen Young Hernandez King Wright Lopez Hill Scott Green Adams Baker Gonzalez Nelson Carter
    Mitchell Perez Roberts Turner Phillips Campbell Parker Evans Edwards Collins Stewart Sanchez
    Morris Rogers Reed Cook Morgan Bell Murphy Bailey Rivera Cooper Richardson Cox Howard Ward
    Torres Peterson Gray Ramirez James Watson Brooks Kelly Sanders Price Bennett Wood Barnes Ross
    Henderson Coleman Jenkins Perry Powell Long Patterson Hughes Flores Washington Butler Simmons
    Foster Bryant Alexander Russell Griffin Hayes Myers Ford Hamilton Graham Sullivan Wallace Woods
    Cole West Jordan Owens Reynolds Fisher Ellis Harrison Gibson McDonald Cruz Marshall Ortiz Gomez
    Murray Freeman Wells Webb Simpson Stevens Tucker Porter Hunter Hicks Crawford Henry Boyd Mason
    Morales Kennedy Warren Dixon Ramos Reyes Burns Gordon Shaw Holmes Rice Robertson Hunt Black
    Daniels Palmer Mills Nichols Grant Knight Ferguson Rose Stone Hawkins Dunn Perkins Hudson
    Spencer Gardner Stephens Payne Pierce Berry Matthews Arnold Wagner Willis Ray Watkins Olson
    Carroll Duncan Snyder Hart Cunningham Bradley Lane Andrews Ruiz Harper Fox Riley Armstrong
    Carpenter Weaver Greene Lawrence Elliott Chapman Sims Austin Peters Kelley Franklin Lawson
    Davies Patel Clarke Khan Ali Begum Chan Singh Kaur Hussain Fraser MacDonald Reid Ahmed Hughes
    Barker Atkinson Walsh Byrne Ryan Doyle Gallagher Lynch Tremblay Gagnon Roy Côté Bouchard
    Tan Lim Lee Ng Ong Wong Goh Chua Chan Koh Teo Ang Yeo Tay Ho Low Toh Sim Chong Chia
""")
"""Surnames common in Britain, North America and Singapore."""

FRENCH_FIRST = _words("""
    Adèle Adrien Agathe Agnès Alain Albert Alexandre Alexandra Alexis Alice Aline Amandine Amélie
    Anaïs André Andrée Angélique Anne Annick Annie Antoine Antoinette Arlette Armand Arnaud Arthur
    Audrey Aurélie Aurélien Axel Baptiste Barbara Bastien Béatrice Benjamin Benoît Bernadette
    Bernard Bertrand Brigitte Bruno Camille Carine Carole Caroline Catherine Cécile Cédric Céline
    Chantal Charles Charlotte Chloé Christelle Christian Christiane Christine Christophe Claire
    Clara Claude Claudine Clément Clémence Colette Corinne Cyril Damien Daniel Danielle David
    Delphine Denis Denise Didier Dominique Édith Édouard Éliane Élise Élisabeth Élodie Emma Emmanuel
    Emmanuelle Enzo Éric Estelle Étienne Eugène Eva Évelyne Fabien Fabrice Fanny Fernand Florence
    Florent Florian Francine Francis Franck François Françoise Frédéric Frédérique Gabriel
    Gabrielle Gaston Geneviève Georges Gérard Germaine Ghislaine Gilbert Gilles Ginette Gisèle
    Grégory Guillaume Guy Hélène Henri Hervé Hugo Huguette Inès Isabelle Jacqueline Jacques
    Jean Jeanne Jeannine Jérémy Jérôme Joël Joëlle Josette Joseph Josiane Juliette Julie Julien
    Karine Kévin Laetitia Laure Laurence Laurent Léa Léo Léon Liliane Lionel Louis Louise Loïc
    Luc Lucas Lucie Lucien Lucienne Ludovic Lydie Madeleine Manon Marc Marcel Marcelle Margaux
    Marguerite Maria Marie Marine Marion Marlène Marthe Martin Martine Mathieu Mathilde Maurice
    Maxime Mélanie Mélissa Michel Michèle Micheline Mireille Monique Muriel Mylène Nadège Nadine
    Nathalie Nathan Nicolas Nicole Noël Noémie Odette Odile Olivier Pascal Pascale Patrice Patricia
    Patrick Paul Paulette Pauline Philippe Pierre Pierrette Quentin Raphaël Raymond Raymonde
    Régine Régis Rémi Renaud René Renée Richard Robert Roger Roland Romain Sabine Sabrina Samuel
    Sandra Sandrine Sarah Sébastien Serge Séverine Simone Solange Sonia Sophie Stéphane Stéphanie
    Suzanne Sylvain Sylvie Théo Thérèse Thibault Thierry Thomas Valentin Valérie Véronique Victor
    Vincent Virginie Viviane Xavier Yann Yannick Yolande Yves Yvette Yvonne Zoé
""")
"""Given names common in France and Quebec."""

FRENCH_LAST = _words("""
    Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre
    Leroy Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent
    Muller Lefèvre Faure André Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand
    Gauthier Garcia Perrin Robin Clément Morin Nicolas Henry Roussel Mathieu Gautier Masson
    Marchand Duval Denis Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun Blanchard Giraud Joly
    Rivière Lucas Brunet Gaillard Barbier Arnaud Martinez Gérard Roche Renard Schmitt Roy Leroux
    Colin Vidal Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe
    Bourgeois Pierre Benoit Rey Leclerc Payet Rolland Leclercq Guillaume Lecomte Lopez Jean Dupuy
    Guillot Hubert Berger Carpentier Sanchez Dupuis Moulin Louis Deschamps Huet Vasseur Perez
    Boucher Fleury Royer Klein Jacquet Adam Paris Poirier Marty Aubry Guyot Carré Charles Renault
    Charpentier Ménard Maillard Baron Bertin Bailly Hervé Schneider Fernandez Collet Léger Bouvier
    Julien Prévost Millet Perrot Daniel Cousin Germain Breton Besson Langlois Rémy Pelletier
    Lévêque Perrier Leblanc Barré Lebrun Marchal Weber Mallet Hamon Boulanger Jacob Monnier Michaud
    Tremblay Gagnon Côté Bouchard Fortin Lavoie Gagné Ouellet Bélanger Lévesque Bergeron Girouard
    Benali Haddad Traoré Diallo Diop Ndiaye Cissé Koné Nguyen Da
""")
"""Surnames common in France and Quebec."""

ASIAN_SURNAMES = _words("""
    Tan Lim Lee Ng Ong Wong Goh Chua Chan Koh Teo Ang Yeo Tay Ho Low Toh Sim Chong Chia Zhang Wang
    Li Liu Chen Yang Huang Zhao Wu Zhou
""")
"""Surnames that are written before the given name in English, too."""

ASIAN_SYLLABLES = _words("""
    Wei Ming Hui Ling Mei Xin Yi Hao Siew Swee Kok Chee Yong Hock Geok Peng Shan
    Li Ying Yu Ting Fang Hong Chin Huat Eng Soon Wai Kuan Lay Suan Bee Leng Zhi Guang
""")
"""Syllables of given names written with a space between."""

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

ENGLISH_ROLES = _words("""
    patient patients applicant applicants claimant defendant plaintiff respondent witness
    petitioner appellant deceased tenant landlord guardian lawyer agent registrar clerk physician
    surgeon consultant pharmacist therapist caseworker wife husband son daughter mother father
    sister brother friend colleague manager director chairman chairwoman chair ceo founder author
    writer singer actor actress player coach captain editor journalist reporter scientist engineer
    technician teacher student user customer member name surname signed regards sincerely attn
    contact spokesman spokeswoman spokesperson by per cc from to national nationals named called
    born am
""")
"""Roles and openings after which a name is likely, in lower case."""

FRENCH_ROLES = _words("""
    patient patiente requérant requérante requérants demandeur demanderesse défendeur défenderesse
    appelant appelante intimé intimée témoin accusé accusée prévenu prévenue victime plaignant
    plaignante locataire bailleur propriétaire tuteur tutrice curateur avocat avocate agent agente
    greffier greffière notaire huissier expert experte médecin infirmier infirmière chirurgien
    chirurgienne pharmacien pharmacienne interne épouse mari femme fils fille mère père sœur frère
    ami amie collègue directeur directrice responsable maire député députée sénateur sénatrice
    auteur auteure chanteur chanteuse acteur actrice joueur entraîneur ingénieur ingénieure
    technicien technicienne étudiant étudiante client cliente nom prénom signé nommé nommée
    dénommé contact bonjour cher chère né née ressortissant ressortissante conseil conseiller
    conseillère délégué déléguée
""")
"""Roles and openings after which a name is likely, in lower case."""

NAME_LINKS = _words("von van der vom de del di da du des le la al el ibn ter ten bin binte bint d")
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

NAMES = frozenset(
    (
        *(*GERMAN_FIRST, *GERMAN_LAST, *ENGLISH_FIRST, *ENGLISH_LAST, *FRENCH_FIRST),
        *(*FRENCH_LAST, *ASIAN_SURNAMES, *OTHER_FIRST, *OTHER_LAST, *KOREAN_SURNAMES),
    ),
)
"""Every whole name that is written in this file."""
