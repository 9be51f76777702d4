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
