"""Sentences and names made up for training: how people are named at desks, wards and courts.

In a pattern, `{F}` is a full name, `{S}` a surname, `{G}` a given name, `{I}` an initial and a
surname, `{N}` a number. For Korean `{F}` is a full name, `{S}` a surname, `{M}` a masked name.
"""

GERMAN_PATTERNS = tuple(
    line
    for line in """
Frau {S} wurde am {N}. März stationär aufgenommen.
Herr {S} klagt seit {N} Tagen über Schmerzen im Rücken.
Frau Dr. {S} hat die Untersuchung durchgeführt.
Dr. {S} empfiehlt eine Kontrolle in {N} Wochen.
Herr Prof. Dr. {S} bat um ein Konsil.
Prof. Dr. med. {F}
Dr. med. {F}, Facharzt für Innere Medizin
Patient: {F}, geboren am {N}.{N}.1961
Patientin {F}, {N} Jahre alt
Der Patient {F} berichtet über Schwindel.
Die Patientin {S} nimmt derzeit keine Medikamente.
Guten Tag, Frau {S}, was führt Sie zu mir?
Guten Tag, mein Name ist {F}.
Ich heiße {F} und rufe wegen meines Antrags an.
Hallo Herr {S}, wie kann ich Ihnen helfen?
Danke, Herr {S}.
Sehr geehrte Frau {S},
Sehr geehrter Herr Dr. {S},
Liebe {G}, vielen Dank für deine Nachricht.
Lieber {G}, bis morgen!
Mit freundlichen Grüßen {F}
Mit freundlichen Grüßen, i. A. {S}
gez. {S}
gez. Dr. {F}
Name: {F}
Nachname: {S}, Vorname: {G}
Ansprechpartnerin: {F}, Zimmer {N}
Die Klägerin {F} begehrt die Aufhebung des Bescheids.
Der Kläger, Herr {F}, wohnt seit {N} Jahren in der Wohnung.
Der Beklagte {S} legte Berufung ein.
Der Zeuge {S} sagte aus, er habe nichts gesehen.
Die Zeugin {F} wurde am zweiten Verhandlungstag vernommen.
Rechtsanwältin {F} beantragte Akteneinsicht.
Rechtsanwalt {S} vertritt die Beklagte.
Vorsitzender Richter am Landgericht {S}, Richterin {S} und Richter Dr. {S}
In der Strafsache gegen {F} wegen Diebstahls
Der Angeklagte {S} wird freigesprochen.
Die Eheleute {F} und {F} haben {N} Kinder.
Die Eheleute {S} bewohnen ein Haus am Stadtrand.
Familie {S} hat Widerspruch eingelegt.
Zuständig ist Frau {F} im Bürgeramt.
Sachbearbeiter: {S}
Herr {S} hat den Antrag am Schalter abgegeben.
Bitte rufen Sie Frau {F} unter der Nummer {N} zurück.
Das Gutachten wurde von {F} erstellt.
Geprüft von {I} am {N}.{N}.2023
{I} prüfte das Bauteil und fand einen Riss.
Der Ingenieur {F} leitete den Versuch.
Der Schaden wurde von {F} gemeldet, {G} hat ihn bestätigt.
{F} (Betreuerin) war beim Gespräch anwesend.
Ihr Sohn {G} geht in die Grundschule.
Meine Tochter {G} hat seit gestern Fieber.
{G} ist {N} Jahre alt.
{F} und {F} teilen sich die Stelle.
{S}, {G}
{F}: Ich habe das Formular schon abgeschickt.
{S}: Einspruch, Herr Vorsitzender.
Schwester {G} hat den Verband gewechselt.
Oberärztin Dr. {S} übernimmt die Visite.
Der Hausarzt, Dr. {F}, hat überwiesen.
Nach Auskunft von {F} war die Heizung defekt.
{F}s Antrag wurde abgelehnt.
Die Wohnung von Frau {S} liegt im dritten Stock.
Überwiesen durch Dr. {S}, Praxis am Markt
Hiermit bevollmächtige ich Herrn {F}, mich zu vertreten.
Betreuer ist {F}, die Mutter heißt {F}.
Wir haben mit Herrn {S} und Frau {S} gesprochen.
Die Aussage von {S} deckt sich mit der von {S}.
Ich bin {F} und möchte einen Termin vereinbaren.
Ich bin {G}, die Schwester von {G}.
hier ist {F}, ich habe eine Frage
Ich heisse {F} und wohne in Leipzig.
{S} bestätigte den Eingang der Lieferung.
{S} habe den Vertrag nie unterschrieben, trug der Anwalt vor.
Nach Ansicht von {S} war die Schraube zu fest angezogen.
Gestern rief {F} an.
Heute hat {S} den Befund erhalten.
{G} und {F} wohnen in der Lindenstraße.
Das Haus gehört {G} und {F}.
Das Protokoll führte {F}.
Wie {S} erklärte, lief die Pumpe ohne Störung.
Den Unfall verursachte {F}, der Fahrer des Lastwagens.
Der Vermieter {F} kündigte {F} fristlos.
Senden Sie den Brief an {F}, Bahnhofstraße {N}, 50667 Köln.
Hat {G} heute schon gegessen?
Dipl.-Ing. {F} und Dr.-Ing. {S} unterschrieben den Bericht.
Der Beschwerdeführer {S} rügt eine Verletzung von Art. {N} GG.
Als Zeugen wurden {F}, {F} und {S} geladen.
Das Kind {F} wird von {S} betreut.
Dank an {G} {S} für den Hinweis.
"{S} war nicht zu Hause", sagte {F}.
Die Mutter der Patientin, {F}, wartet draußen.
Unterschrieben: {F}, Leiter der Abteilung
Nur {S} und {S} hatten einen Schlüssel.
""".splitlines()
    if line
)
"""German sentences with people in them."""

GERMAN_PLAIN = tuple(
    line
    for line in """
Der Patient klagt über Schmerzen im linken Knie.
Die Patientin nimmt Ibuprofen 600 und Metoprolol ein.
Diagnose: Arterielle Hypertonie, Diabetes mellitus Typ 2
Frau und Kinder begleiten den Patienten.
Der Herr an der Anmeldung wartet seit einer Stunde.
Sehr geehrte Damen und Herren,
Mit freundlichen Grüßen Ihr Bürgeramt
Das Landgericht Köln hat die Klage abgewiesen.
Die Revision des Klägers gegen das Urteil des Oberlandesgerichts München wird zurückgewiesen.
Der Antragsteller wohnt in Frankfurt am Main.
Bitte bringen Sie Ihren Personalausweis und eine Meldebescheinigung mit.
Die Kündigung wurde fristgerecht zugestellt.
Antrag auf Wohngeld, Eingang am 3. Mai
Das Bauteil zeigt einen Riss an der Schweißnaht.
Der Morbus Crohn ist seit Jahren bekannt.
Laut Messprotokoll betrug der Druck 12 Bar.
Das Universitätsklinikum Heidelberg bestätigt den Befund.
Guten Morgen, wie kann ich Ihnen helfen?
Vielen Dank für Ihren Anruf.
Name der Straße und Hausnummer fehlen.
Die Beklagte trägt die Kosten des Verfahrens.
Nach § 823 BGB haftet der Schädiger.
Rechtsanwalt und Mandant sprachen kurz miteinander.
Die Siemens AG liefert die Turbine nach Stuttgart.
Ich bin müde und möchte schlafen.
ich heiße das nicht gut
ich wohne in leipzig und arbeite in halle
Der Befund ging an das Labor Nord.
Heute hat es geregnet, morgen scheint die Sonne.
Gestern fiel die Heizung aus.
Die Pumpe und der Motor stammen von Bosch.
Ihr Termin ist am Montag um neun Uhr in der Ambulanz.
Das Amtsgericht Neustadt hat am Dienstag verhandelt.
Die Gemeinde Ahrensdorf liegt zwischen Lübeck und Wismar.
Sammler und Händler trafen sich im Rathaus.
""".splitlines()
    if line
)
"""German sentences without people in them."""

ENGLISH_PATTERNS = tuple(
    line
    for line in """
Dear {S},
Dear Mr {S},
Dear Ms. {S},
Dear {G},
Hi {G}, thanks for getting back to me so quickly.
hi my name is {F}
my name is {F} and i need help with my card
hello, this is {F}
This is {G} {S} calling about my prescription.
I am {F}, born on {N} March 1974.
i'm {G}
it's {G} {S}
its {F}
{F}
{G}
{S}
{G} {S}
Name: {F}
Patient name: {F}
Surname: {S}, given name: {G}
{S}, {G}
Patient: {F}, {N} years old
Mr {S} presented with chest pain of {N} days.
Mrs. {S} denies fever or chills.
Ms {S} was admitted on the {N}th of May.
The patient, {F}, was seen by Dr. {S}.
Dr. {S} reviewed the scan and agreed.
Dr {F} will see you on Monday.
Referred by Dr {I} to the clinic.
Seen today with her daughter {G}.
{G} has had a cough since Tuesday.
Nurse {G} {S} changed the dressing.
Doctor: Good morning, {G}.
Doctor: Hello Mr. {S}, what brings you in?
Patient: I saw Doctor {S} last year.
Good afternoon, Miss {S}, how can I help?
Thank you, {G}. Can I have your last name?
Thanks {G}!
Ok {G}, one moment please.
Best regards, {F}
Kind regards, {G}
Sincerely, {F}
Yours faithfully, {I}
Signed: {F}, head of unit
Signed by {I} on {N} June 2021
cc: {F}, {F}
Attn: {F}
The applicant, Mr {F}, is a national who was born in 1956.
The applicant was represented by Ms {I}, a lawyer practising in the capital.
Mr {S} and Mrs {S} lodged an appeal.
The defendant {F} pleaded not guilty.
The plaintiff, {F}, seeks damages.
{S} v. {S}
{S} v. the Crown
Judge {S} dismissed the motion.
Before Justice {S} and Justice {I}
Witness {F} testified on {N} April.
Counsel for the respondent, {F}, objected.
The case of {S} was adjourned.
Officer {S} stopped the car.
Detective {F} took the statement.
{F} (the tenant) and {F} (the landlord) signed the lease.
Guardian of the child: {F}
The will of {F} was read on the {N}th.
The pump was inspected by {F}.
{I} found a crack in the weld.
Engineer {F} signed off the test.
According to {S}, the valve failed.
{S} said the motor ran for {N} hours.
{F} said on Monday that the plan had failed.
{F}, the coach, praised {G} {S}.
{F} and {F} share the post.
{G} and {G} went to school together.
I met {G} at the station.
Did {G} call you back?
Please ask {F} to sign here.
Please transfer the money to {F}.
The account belongs to {F}.
The card was issued to {F} in 2019.
Ship it to {F}, {N} High Street.
{F}
{N} Station Road
{F} lives at {N} Mill Lane.
My wife {G} and my son {G} are on the policy.
My husband's name is {F}.
her name is {G} {S}
the driver was {F}
you can call me {G}
{G} here
{G}'s policy has expired.
{S}'s report was late.
{F}'s claim was paid.
Written by {F}
Author: {F}
{F}: I have already sent the form.
{S}: Objection.
@{G} did you see this?
I agree with {G}.
{S} is wrong about this.
{F} is a liar and everybody knows it
Who is {F}?
President {S} met Prime Minister {S}.
Senator {S} voted against it.
Sir {F} was knighted.
The late {F} was a good friend.
Interview with {F}
Tickets for the {F} concert
A film by {F}, with {F} and {F}
{G} M. {S}, PhD
Prof. {I} wrote the study with {I} and {I}.
{S} et al. reported similar results.
Contact: {F}, extension {N}
Forwarded by {F}
Approved: {F}
The victim, {F}, aged {N}, survived.
""".splitlines()
    if line
)
"""English sentences with people in them."""

ENGLISH_PLAIN = tuple(
    line
    for line in """
Dear Sir or Madam,
Best regards,
The patient denies any chest pain.
Hello, how can I help you today?
hi i need to report a stolen card
my card is not working
can you help me
yes please
Thank you for your call.
What is your name?
May I have your full name and date of birth?
The applicant complained under Article 6 of the Convention.
The Government contested that argument.
The High Court dismissed the appeal.
The case was referred to the Grand Chamber.
Section 4 of the Act applies to every employer.
The Minister may make regulations.
The Governor in Council may appoint a commissioner.
The Bank of England raised rates.
Toyota and Siemens opened a plant in Ohio.
She lives in Manchester and works in Leeds.
The flight from Singapore to Toronto was late.
He was born in London and moved to New York.
Parkinson's disease was diagnosed in 2010.
She takes Metformin and Lisinopril.
The MRI showed a tear of the meniscus.
Crohn's disease and type 2 diabetes
My visa card expires in May.
I will pay on Monday.
please transfer 200 dollars to my savings account
The Republicans and the Democrats could not agree.
Christians and Muslims live side by side.
Canada and France signed the treaty.
The album was released in October.
The band toured Europe for two years.
Windows and Android are supported.
What time does Walmart open?
This is ridiculous and everybody knows it.
Ok
Sure, one moment.
Good morning
PROCEDURE
THE FACTS
THE CIRCUMSTANCES OF THE CASE
Smith & Wesson is a company.
Johnson & Johnson recalled the product.
The Ford Motor Company and Wells Fargo
I bought it at Macy's and paid with American Express.
Washington refused to comment.
Paris in the spring
""".splitlines()
    if line
)
"""English sentences without people in them."""

FRENCH_PATTERNS = tuple(
    line
    for line in """
Monsieur {S},
Madame {S},
Chère Madame {S},
Cher {G},
Bonjour {G}, merci de votre réponse.
bonjour je m'appelle {F}
Je m'appelle {F} et je suis né le {N} mars 1974.
je suis {F}
c'est {G} {S}
Ici {F}, je rappelle au sujet de mon dossier.
{F}
{S}
{G} {S}
Nom : {F}
Nom : {S}, prénom : {G}
{S}, {G}
Patient : {F}, {N} ans
Patiente {F}, suivie depuis {N} ans
M. {S} se plaint de douleurs au dos.
Mme {S} a été hospitalisée le {N} mai.
Mlle {S} ne prend aucun traitement.
Le patient, {F}, a été examiné par le Dr {S}.
Le docteur {S} a relu l'imagerie.
Dr {F}, chirurgien
Adressé par le Dr {I} pour avis
Pr {F}, chef de service
L'infirmière {G} {S} a refait le pansement.
Bonjour Monsieur {S}, que puis-je faire pour vous ?
Bonjour Madame {S}, comment allez-vous ?
Merci, Madame {S}.
Merci {G} !
Cordialement, {F}
Bien à vous, {G}
Signé : {F}, directrice
Fait à Lyon par {I}
Copie : {F}, {F}
À l'attention de {F}
Le requérant, M. {F}, est un ressortissant né en 1956.
La requérante, Mme {F}, réside dans la capitale.
Les requérants sont représentés par Me {S}, avocat.
Le requérant est représenté par Me {I}, avocate au barreau.
M. {S} et Mme {S} ont interjeté appel.
MM. {S} et {S} ont été entendus.
M. {I}, M. {I}, Mme {I}, juges, ainsi que de M. {I}, greffier
Le Gouvernement est représenté par son agent, M. {I}.
Maître {S} a plaidé pour la défense.
La juge {S} a rejeté la demande.
Le président {S} a ouvert l'audience.
Le témoin {F} a été entendu le {N} avril.
L'accusé {S} nie les faits.
La victime, {F}, âgée de {N} ans
L'affaire {S} a été renvoyée.
{S} c. {S}
{S} c. la Ville
L'agent {S} a arrêté la voiture.
Le sergent {S} et son équipe
L'arrêt {S} est cité.
La demande d'{F} est rejetée.
Le dossier de {F} est complet.
{F} (locataire) et {F} (bailleur) ont signé.
La tutrice de l'enfant est {F}.
Le contrôle a été fait par {F}.
{I} a trouvé une fissure dans la soudure.
Selon {S}, la vanne a lâché.
D'après {F}, le moteur a tourné {N} heures.
{F} a déclaré lundi que le projet était abandonné.
{F}, l'entraîneur, a félicité {G} {S}.
{F} et {F} se partagent le poste.
{G} et {G} sont allés à l'école ensemble.
J'ai vu {G} à la gare.
Est-ce que {G} a rappelé ?
Veuillez demander à {F} de signer ici.
Le compte appartient à {F}.
Envoyez le colis à {F}, {N} rue du Moulin.
Ma femme {G} et mon fils {G} sont assurés.
Mon mari s'appelle {F}.
son nom est {F}
le conducteur était {F}
{F} : j'ai déjà envoyé le formulaire.
{S} : objection.
Écrit par {F}
Auteur : {F}
Je suis d'accord avec {G}.
{S} se trompe.
Le ministre {F} a reçu le maire, {F}.
La sénatrice {S} a voté contre.
Feu {F} était un ami.
Entretien avec {F}
Un film de {F}, avec {F} et {F}
Prof. {I} a publié l'étude avec {I}.
{S} et coll. rapportent le même résultat.
Contact : {F}, poste {N}
Approuvé par {F}
Les époux {S} ont deux enfants.
La famille {S} a déménagé.
L'épouse de {F}, née {S}, est décédée.
Sir {F} et Lord {S}
""".splitlines()
    if line
)
"""French sentences with people in them."""

FRENCH_PLAIN = tuple(
    line
    for line in """
Madame, Monsieur,
Bonjour, comment puis-je vous aider ?
Cordialement,
Le patient se plaint de douleurs.
La requérante invoque l'article 6 de la Convention.
Le Gouvernement conteste cette thèse.
La Cour estime que le grief est recevable.
Les requérants sont nés en 1956 et en 1961.
La Cour d'appel de Paris a confirmé le jugement.
L'affaire a été renvoyée devant la Grande Chambre.
Le ministre peut prendre des règlements.
Le gouverneur en conseil peut nommer un commissaire.
La Banque du Canada a relevé son taux.
Renault et Airbus ont ouvert une usine à Toulouse.
Elle habite à Montréal et travaille à Laval.
Le train de Lyon à Marseille est en retard.
La maladie de Crohn est connue depuis longtemps.
Il prend du Doliprane et de la Metformine.
Quel est votre nom ?
merci beaucoup
oui bien sûr
ma carte ne marche plus
EN FAIT
EN DROIT
PROCÉDURE
PAR CES MOTIFS, LA COUR, À L'UNANIMITÉ
Fait en français et en anglais au Palais des Droits de l'Homme, à Strasbourg
Le Conseil d'État a annulé le décret.
L'Assemblée nationale a voté la loi.
La Loi sur les banques s'applique à Terre-Neuve.
Le Canada et la France ont signé le traité.
Les Turcs et les Grecs ont négocié.
La ville de Saint-Denis est au nord de Paris.
La rue Victor-Hugo est fermée.
L'album est sorti en octobre.
Paris au printemps
Le virement part lundi.
La Commission européenne a rendu son avis.
Le parquet de Nantes a ouvert une enquête.
""".splitlines()
    if line
)
"""French sentences without people in them."""

KOREAN_PATTERNS = tuple(
    line
    for line in """
환자 {F}은 어제부터 두통을 호소하였다.
환자 {M}는 입원 치료를 받고 있다.
{F} 환자분, 들어오세요.
{F}님, 오늘은 어디가 불편하세요?
{F} 님의 검사 결과를 안내드립니다.
{F} 씨는 {N}일 전에 퇴원했습니다.
{F}씨가 접수 창구에 방문하셨습니다.
{M} 씨는 혐의를 부인했다.
{M}씨의 진술에 따르면 사고는 밤에 일어났다.
{S}씨는 경찰 조사에서 잘못을 인정했다.
{S}모({N})씨를 불구속 입건했다.
{S}모 씨가 민원을 제기하였다.
피고인 {F}을 징역 {N}년에 처한다.
피고인 {M}는 항소하였다.
원고 {F}, 피고 {F}
원고 {F}는 피고 {F}에게 {N}원을 청구하였다.
증인 {F}의 증언은 믿기 어렵다.
피해자 {F}에게 상해를 가하였다.
재판장 판사 {F}, 판사 {F}, 판사 {F}
변호사 {F}가 변론을 맡았다.
소송대리인 변호사 {F}
신청인 {F}의 주소를 확인해 주세요.
민원인 {F}, 연락처 {N}
담당자: {F}
담당자는 {F} 주무관입니다.
{F} 주무관이 처리하였습니다.
성명: {F}
이름 {F}, 나이 {N}세
보호자 {F} (배우자)
보호자인 {F}이 동의서에 서명하였다.
제 이름은 {F}입니다.
저는 {F}라고 합니다.
안녕하세요, {F}입니다.
안녕하세요 {F} 고객님, 무엇을 도와드릴까요?
상담원 {F}입니다.
{F} 고객님의 요금은 {N}원입니다.
{F} 교수는 추가 검사가 필요하다고 말했다.
주치의 {F} 선생님께서 설명하셨습니다.
{F} 선생님 계신가요?
간호사 {F}가 혈압을 측정하였다.
담당 의사 {F}
내과 과장 {F}
{F} 과장이 회의를 주재했다.
{F} 대리에게 보고서를 전달했습니다.
시험 책임자 {F}, 작성자 {F}
작성자: {F} 연구원
검토자 {F} 책임은 균열을 발견했다.
{F} 팀장과 {F} 사원이 현장을 점검하였다.
어머니 {F}와 아들 {F}이 함께 왔다.
{F}의 아버지 {F}는 지난해 사망하였다.
{F}과 {F}는 부부이다.
{F}, {F}, {F} 등 {N}명이 참석했다.
{F}: 언제부터 아프셨어요?
{S} 부장에게 전화해 주세요.
{S} 과장님, 자료를 보내드립니다.
{S}교수의 의견을 들었다.
{S} 선생님께 여쭤보세요.
{S}군은 학교에 다니고 있다.
{S} 씨 부부는 이사를 했다.
{F}({N}·여)씨가 크게 다쳤다.
{F}도 같은 의견이었다.
{F}이라는 사람이 찾아왔다.
어제 {F}한테서 전화가 왔어요.
{F} 올림
{F}까지 모두 {N}명이 도착했다.
{F}만 회의에 오지 않았다.
{F}께서 직접 서명하셨습니다.
{F}에게서 받은 서류를 제출합니다.
엔지니어 {F}이 설비를 점검했다.
기술자 {F}가 밸브를 교체하였다.
{F}은 서울에서 태어났다.
{F}과 함께 일하는 {F}이 말했다.
어제 {F}이 병원에서 {F}을 만났다.
계약은 {F}와 {F} 사이에 체결되었다.
제 딸 {F}이 열이 납니다.
남편 {F}은 외래 진료를 받고 있다.
어머니 성함은 {F}이고 연세는 {N}세입니다.
그 집은 {F}의 소유이다.
{F}이 작성한 보고서를 {F}이 검토하였다.
{F}으로부터 전세금을 받지 못했다.
{F} 사건의 판결이 선고되었다.
피해자 {M}에게 돈을 빌렸다.
{M} 환자의 보호자 {M}
{F}, 오늘 몇 시에 오니?
{F}아, 약 먹었니?
"{F}이 그랬어요"라고 {F}은 답했다.
대표이사 {F}은 사과문을 발표했다.
{F} 판사는 영장을 기각했다.
감독 {F}은 선수 {F}을 교체했다.
{F} 드림
""".splitlines()
    if line
)
"""Korean sentences with people in them; the particle after a name is made to fit it."""

KOREAN_PLAIN = tuple(
    line
    for line in """
환자는 어제부터 두통을 호소하였다.
환자분, 오늘은 어디가 불편하세요?
이 씨앗은 봄에 심어야 한다.
김치와 된장국을 먹었다고 한다.
박람회는 서울에서 열린다.
최근 사흘 동안 열이 났습니다.
정부는 새로운 정책을 발표했다.
강남구청 민원실로 방문해 주세요.
조사 결과 이상이 없는 것으로 나타났다.
피고인은 항소하였다.
원고의 청구를 기각한다.
서울중앙지방법원은 판결을 선고하였다.
임신 여부를 확인하였다.
장비의 용접부에서 균열이 발견되었다.
고객님, 무엇을 도와드릴까요?
안녕하세요, 무엇을 도와드릴까요?
오전 열 시에 예약되어 있습니다.
고혈압과 당뇨병으로 약을 복용 중이다.
주민등록등본을 발급받으려면 신분증이 필요합니다.
선생님께서 설명해 주셨습니다.
아버지와 어머니가 함께 왔다.
담당자에게 전달하겠습니다.
이번 달 요금은 얼마인가요?
허리 통증이 심해져서 검사를 받았다.
엔지니어가 설비를 점검했다.
기술자는 밸브를 교체하였다.
성함과 연락처를 말씀해 주세요.
어머니 성함을 적어 주세요.
이름과 주소를 확인하겠습니다.
대표이사는 사과문을 발표했다.
의사는 처방전을 발급하였다.
""".splitlines()
    if line
)
"""Korean sentences without people in them."""
