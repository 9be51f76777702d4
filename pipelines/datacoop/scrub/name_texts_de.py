"""German sentences made up for training: how people are named at desks, wards and courts.

In a pattern, `{F}` is a full name, `{S}` a surname, `{G}` a given name, `{I}` an initial and a
surname, `{N}` a number.
"""

PATTERNS = tuple(
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

PLAIN = tuple(
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
