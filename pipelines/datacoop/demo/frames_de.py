"""German sentence frames of the demo; what stands in braces is filled in by `filling`."""

DOCUMENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "family": {
        "titles": ("Beschluss zum Umgang", "Beschluss zum Kindesunterhalt", "Sorgerechtssache"),
        "openings": (
            "Das Verfahren betrifft die beiden Kinder von {person} und {other}.",
            "{person} begehrt, dass die Tochter unter der Woche im eigenen Haushalt lebt.",
            "{person} verlangt von {other} Unterhalt für das gemeinsame Kind.",
            "{person} und {other} leben seit {n} Jahren getrennt und haben einen Sohn.",
        ),
        "facts": (
            "Die Kinder verbringen seit {month} jedes zweite Wochenende beim Vater.",
            "Die Schule berichtet, dass das Mädchen montags nach der langen Fahrt müde ist.",
            "Beide Eltern wollen, dass der Junge an seiner Schule bleibt.",
            "Die Mutter hat die Nachtschichten aufgegeben, um morgens da zu sein.",
            "Bis {month} wurden monatlich {amount} Unterhalt gezahlt, danach nichts mehr.",
            "Das Jugendamt fand in beiden Wohnungen ein eigenes Zimmer für das Kind vor.",
            "Die Großmutter betreut das jüngere Kind an {n} Nachmittagen in der Woche.",
            "Die Ehe wurde am {day} geschieden, ohne Einigung über die Ferien.",
        ),
        "reasons": (
            "Dem Wohl des Kindes dient eine ruhige Schulwoche am besten.",
            "Die Höhe des Unterhalts richtet sich nach dem Einkommen nach der Trennung.",
            "Das Gericht misst dem Wunsch des allein angehörten Kindes Gewicht bei.",
            "Dass Besuche beim anderen Elternteil schaden, ist nicht dargetan.",
            "Die Übergabe der Kinder vor der Schule hat neuen Streit verhindert.",
        ),
        "orders": (
            "Das Kind lebt bei der Mutter, der Vater hat Umgang an jedem zweiten Wochenende.",
            "Der Vater hat monatlich {amount} Kindesunterhalt zu zahlen.",
            "Die elterliche Sorge bleibt gemeinsam, die Ferien werden geteilt.",
            "Der Antrag, mit dem Kind ins Ausland zu ziehen, wird abgelehnt.",
        ),
    },
    "employment": {
        "titles": ("Urteil zur Kündigung", "Urteil zum Arbeitslohn", "Kündigungsschutzklage"),
        "openings": (
            "{person} arbeitete im Lager und hält die Kündigung für unwirksam.",
            "{person} verlangt von der früheren Arbeitgeberin Lohn für Überstunden.",
            "{person}, Pflegehilfskraft, klagt gegen die Betreiberin des Heims.",
            "Das Arbeitsverhältnis von {person} wurde nach {n} Jahren gekündigt.",
        ),
        "facts": (
            "Das Kündigungsschreiben vom {day} nennt nur einen Vertrauensverlust.",
            "Der Dienstplan weist in zwei Wochen {n} Schichten über elf Stunden aus.",
            "Die Schichtleitung hatte die Arbeit in zwei Zeugnissen gelobt.",
            "Eine Abmahnung ging der Kündigung nicht voraus.",
            "Der Arbeitsvertrag sieht eine Frist von {n} Wochen vor.",
            "Die Stechuhr erfasste Überstunden für {amount}, die nie bezahlt wurden.",
            "Der Betriebsrat wurde vor der Kündigung nicht angehört.",
            "Die Stelle wurde während einer Krankschreibung neu ausgeschrieben.",
        ),
        "reasons": (
            "Wer eine Pflichtverletzung behauptet, muss sie nach Art und Tag benennen.",
            "Stunden, die die Vorgesetzten sehen und dulden, sind Arbeitszeit.",
            "Eine betriebsbedingte Kündigung setzt voraus, dass die Arbeit weggefallen ist.",
            "Die vertragliche Frist kann eine Betriebsordnung nicht verkürzen.",
            "Niemand darf benachteiligt werden, weil er gesetzliche Pausen verlangt.",
        ),
        "orders": (
            "Die Kündigung ist unwirksam; es ist eine Abfindung von {amount} zu zahlen.",
            "Die Arbeitgeberin hat binnen {n} Wochen {amount} Lohn nachzuzahlen.",
            "Die Beklagte hat die Klagepartei zu gleichem Lohn weiterzubeschäftigen.",
            "Die Klage auf Überstundenlohn wird abgewiesen, da Freizeit gewährt wurde.",
        ),
    },
    "housing": {
        "titles": ("Räumungsklage", "Urteil zur Mietminderung", "Urteil zur Mieterhöhung"),
        "openings": (
            "Verlangt wird die Räumung der Wohnung, die {person} seit {month} gemietet hat.",
            "{person} mindert als Mietpartei die Miete wegen Feuchtigkeit und Schimmel.",
            "{person} streitet mit {other} auf Vermieterseite über die Kaution.",
            "{person} wendet sich gegen eine Mieterhöhung von {amount} im Monat.",
        ),
        "facts": (
            "Die Heizung fiel im {month} aus und blieb {n} Wochen kalt.",
            "Bei der Kündigung waren {amount} Miete rückständig.",
            "Der Sachverständige fand hinter dem Schrank beider Zimmer Schimmel.",
            "Der Mietvertrag erlaubt einen kleinen Hund in der Wohnung.",
            "Die Nachbarn beschwerten sich {n} Mal über Lärm im Treppenhaus.",
            "Im Erdgeschoss soll künftig eine Angehörige des Eigentümers wohnen.",
            "Das Übergabeprotokoll erwähnt keine Kratzer im Parkett.",
            "Die Rückstände wurden {n} Tage vor der Verhandlung vollständig bezahlt.",
        ),
        "reasons": (
            "Für Räume, die sich nicht heizen lassen, ist nicht die volle Miete geschuldet.",
            "Die Kaution sichert Schäden, nicht die gewöhnliche Abnutzung.",
            "Eigenbedarf verlangt einen ernsthaften Wunsch, eine Skizze genügt nicht.",
            "Maßstab einer Erhöhung sind die Mieten vergleichbarer Wohnungen der Straße.",
            "Ein beglichener Rückstand trägt die Räumung allein nicht mehr.",
        ),
        "orders": (
            "Die Räumungsklage wird abgewiesen, das Mietverhältnis besteht fort.",
            "Die Wohnung ist binnen {n} Monaten geräumt herauszugeben.",
            "Von der Kaution sind {amount} zurückzuzahlen.",
            "Die Miete ist bis zur Beseitigung der Feuchtigkeit um ein Fünftel gemindert.",
        ),
    },
    "criminal": {
        "titles": ("Strafurteil", "Urteil wegen Diebstahls", "Beschluss zur Untersuchungshaft"),
        "openings": (
            "{person} wird der Diebstahl von {n} Fahrrädern zur Last gelegt.",
            "{person} soll {other} vor einer Gaststätte geschlagen haben.",
            "Nach der Anklage fälschte {person} die Unterschrift von {other} auf einem Scheck.",
            "{person} gestand den nächtlichen Einbruch in eine Gärtnerei.",
        ),
        "facts": (
            "Die Polizei fand die Beute in der Nacht zum {day} in einem Schuppen.",
            "Die Kamera am Parkplatz zeigt die Flucht vom Tatort.",
            "Die Wunde über dem linken Auge wurde mit {n} Stichen genäht.",
            "Auf der Wache wurde ein umfassendes Geständnis abgelegt.",
            "Die Beute war {amount} wert und wurde vollständig sichergestellt.",
            "Im Strafregister stehen {n} Vorstrafen wegen ähnlicher Taten.",
            "Ein Zeuge erkannte die angeklagte Person auf vorgelegten Lichtbildern.",
            "Der Atemtest am Straßenrand lag deutlich über dem Grenzwert.",
        ),
        "reasons": (
            "Die Beweise lassen keinen vernünftigen Zweifel an der Täterschaft.",
            "Das frühe Geständnis wirkt sich erheblich strafmildernd aus.",
            "Die Tat war geplant, denn Werkzeug und Handschuhe waren mitgebracht.",
            "Wo der einzige Zeuge nur einen Rücken sah, ist im Zweifel freizusprechen.",
            "Fluchtgefahr bis zur Hauptverhandlung besteht nicht.",
        ),
        "orders": (
            "Es wird eine Freiheitsstrafe von {n} Monaten auf Bewährung verhängt.",
            "Die angeklagte Person wird vom Vorwurf des Diebstahls freigesprochen.",
            "Es wird eine Geldstrafe von {amount} in Raten verhängt.",
            "Der Haftbefehl wird gegen wöchentliche Meldung bei der Polizei ausgesetzt.",
        ),
    },
    "administrative": {
        "titles": ("Urteil zur Baugenehmigung", "Widerspruchssache", "Urteil zur Erlaubnis"),
        "openings": (
            "{person} wendet sich gegen die Versagung einer Baugenehmigung für eine Scheune.",
            "Die Klage von {person} richtet sich gegen einen Bescheid der Gewerbebehörde.",
            "{person} greift einen Bescheid über die Rückzahlung einer Zuwendung an.",
            "Die Ausländerbehörde widerrief am {day} die Aufenthaltserlaubnis von {person}.",
        ),
        "facts": (
            "Die Behörde entschied ohne vorherige Anhörung.",
            "Laut Akte war das Bauamt zu keiner Zeit vor Ort.",
            "Der Bescheid stützt sich auf einen falschen Paragrafen der Satzung.",
            "Die Zuwendung von {amount} diente der Dämmung eines Gemeindehauses.",
            "Der Widerspruch ging {n} Tage nach Ablauf der Frist ein.",
            "Dem Nachbarn war im {month} eine gleiche Genehmigung erteilt worden.",
            "In der Auslegung gingen {n} Einwendungen gegen das Vorhaben ein.",
            "Die Erlaubnis war mit Auflagen zu den Öffnungszeiten verbunden.",
        ),
        "reasons": (
            "Ein Verwaltungsakt ist so zu begründen, dass er verständlich wird.",
            "Das Gericht prüft das Ermessen der Behörde, es übt es nicht selbst aus.",
            "Gleiche Fälle hat dieselbe Behörde gleich zu behandeln.",
            "Die Widerspruchsfrist dient der Bestandskraft der Bescheide.",
            "Eine Zuwendung darf nur bei Verstoß gegen Auflagen zurückgefordert werden.",
        ),
        "orders": (
            "Der Bescheid wird aufgehoben, die Behörde hat neu zu entscheiden.",
            "Die Anfechtungsklage wird abgewiesen.",
            "Die Gemeinde hat die Genehmigung binnen {n} Wochen zu erteilen.",
            "Das Bußgeld der Behörde wird auf {amount} herabgesetzt.",
        ),
    },
}

CLASSIFICATION: dict[str, dict[str, tuple[str, ...]]] = {
    "tax": {
        "openings": (
            "ich habe eine Frage zu meinem Einkommensteuerbescheid vom letzten Jahr.",
            "der Grundsteuerbescheid von dieser Woche kann nicht stimmen.",
            "mir wurde ein Zuschlag wegen verspäteter Steuererklärung berechnet.",
            "von meinem Lohn wird seit {month} zu viel Steuer einbehalten.",
        ),
        "details": (
            "Im Bescheid stehen {amount} Einkünfte, die ich nie erhalten habe.",
            "Die Erklärung habe ich am {day} online abgegeben und bestätigt bekommen.",
            "Der Freibetrag für meine zwei Kinder fehlt in der Berechnung.",
            "Das Finanzamt hat meine Steuerklasse in {n} Monaten zweimal geändert.",
            "Ich habe schon {amount} vorausgezahlt, das taucht nirgends auf.",
            "Der Wert des Hauses wurde ohne Besichtigung um ein Drittel erhöht.",
        ),
        "asks": (
            "Bitte berichtigen Sie den Bescheid und erstatten Sie die Überzahlung.",
            "Wie kann ich gegen diesen Steuerbescheid Einspruch einlegen?",
            "Ich möchte die Steuer gern in {n} Raten zahlen.",
            "Bitte erlassen Sie den Verspätungszuschlag.",
        ),
    },
    "housing": {
        "openings": (
            "ich schreibe wegen meines Antrags auf eine Sozialwohnung.",
            "unsere Familie mit {n} Köpfen steht seit {month} auf der Warteliste.",
            "in der städtischen Wohnung, die wir gemietet haben, ist das Dach undicht.",
            "ich möchte wissen, ob ich Wohngeld bekommen kann.",
        ),
        "details": (
            "Wir teilen uns zwei Zimmer, das jüngste Kind schläft in der Küche.",
            "Der Aufzug in unserem Block steht seit {n} Wochen still.",
            "Die Miete ist um {amount} gestiegen, das können wir nicht zahlen.",
            "Bei jedem Regen kommt Wasser durch die Decke im Bad.",
            "Der Vermieter hat gekündigt, wir müssen bis zum {day} ausziehen.",
            "Der Hausmeister sah den Schimmel im {month}, seither geschah nichts.",
        ),
        "asks": (
            "Bitte sagen Sie uns, an welcher Stelle der Wohnungsliste wir stehen.",
            "Bitte lassen Sie die Wohnung vor dem Winter reparieren.",
            "Welche Unterlagen brauchen Sie für das Wohngeld?",
            "Können wir gegen eine Wohnung im Erdgeschoss tauschen?",
        ),
    },
    "transport": {
        "openings": (
            "der Frühbus zum Bahnhof ist diesen Monat an {n} Tagen ausgefallen.",
            "ich beschwere mich über den Fußgängerüberweg vor der Grundschule.",
            "meine Monatskarte wird an der Sperre im Bahnhof nicht angenommen.",
            "der Radweg am Fluss ist voller Löcher.",
        ),
        "details": (
            "Wir warten im Regen, weil das Wartehäuschen im {month} abgebaut wurde.",
            "Der Fahrer hielt nicht, obwohl wir zu dritt an der Haltestelle winkten.",
            "Für eine einzige Fahrt wurden mir zweimal {amount} abgebucht.",
            "Lastwagen parken auf dem Streifen, Räder weichen in den Verkehr aus.",
            "Der Fahrplan an der Haltestelle ist {n} Jahre alt.",
            "Die Ampel bleibt für Fußgänger nur {n} Sekunden grün.",
        ),
        "asks": (
            "Bitte lassen Sie den Frühbus werktags wieder fahren.",
            "Kann die Ampel am Überweg länger grün bleiben?",
            "Bitte erstatten Sie den doppelt abgebuchten Fahrpreis.",
            "Wann wird der Belag erneuert?",
        ),
    },
    "health": {
        "openings": (
            "wie melde ich mich bei einer öffentlichen Praxis in der Nähe an?",
            "meine Mutter braucht nach ihrer Operation am {day} häusliche Pflege.",
            "im Gesundheitsportal fehlt der Impfnachweis meines Sohnes.",
            "ich warte seit {n} Monaten auf einen Termin im städtischen Krankenhaus.",
        ),
        "details": (
            "Die Praxis nimmt vor {month} keine neuen Patienten an.",
            "Die Überweisung der Ärztin ist im Krankenhaus nicht auffindbar.",
            "Auf der zugesandten Gesundheitskarte steht ein falsches Geburtsdatum.",
            "Für Medikamente habe ich {amount} bezahlt, das müsste die Kasse tragen.",
            "Der Pflegedienst kam {n} Tage lang, dann blieb er aus.",
            "Die Schule verlangt bis nächste Woche den Nachweis der Masernimpfung.",
        ),
        "asks": (
            "Bitte senden Sie mir eine neue Gesundheitskarte.",
            "Welche Ärztin nimmt im Viertel noch Kranke an?",
            "Bitte erstatten Sie die Kosten der Medikamente.",
            "Lässt sich der Termin im Krankenhaus vorziehen?",
        ),
    },
    "permits": {
        "openings": (
            "vor {n} Monaten habe ich eine Genehmigung für ein Gartenhaus beantragt.",
            "wir wollen für ein Nachbarschaftsfest die Straße sperren und brauchen eine Erlaubnis.",
            "ich eröffne eine kleine Bäckerei und frage, welche Genehmigungen nötig sind.",
            "meine Erlaubnis für den Marktstand läuft am {day} ab.",
        ),
        "details": (
            "Die Pläne liegen seit {month} mit allen {n} Anlagen am Schalter.",
            "Die Gebühr von {amount} habe ich bezahlt, die Quittung liegt vor.",
            "Das Amt wollte eine Zeichnung im anderen Maßstab, die schickte ich nach.",
            "Die Nachbarn haben unterschrieben, dass sie nichts gegen den Bau haben.",
            "Das Formular für die Erlaubnis bricht auf der dritten Seite ab.",
            "Wir erwarten sechzig Gäste, die Musik endet um zehn Uhr.",
        ),
        "asks": (
            "Wann kann ich mit der Baugenehmigung rechnen?",
            "Bitte verlängern Sie die Erlaubnis um {n} Jahre.",
            "Bitte teilen Sie mit, ob das überhaupt genehmigungspflichtig ist.",
            "Können Sie bestätigen, dass der Antrag vollständig ist?",
        ),
    },
}

SALUTATIONS = (
    "Sehr geehrte Damen und Herren,",
    "Guten Tag,",
    "Liebes Bürgerbüro,",
    "Sehr geehrtes Amt,",
)
SIGN_OFFS = (
    "Mit freundlichen Grüßen, {person}",
    "Vielen Dank für Ihre Hilfe. {person}",
    "Hochachtungsvoll, {person}",
    "Besten Dank im Voraus, {person}",
)
REMARKS = (
    "Danke, dass Sie sich darum kümmern.",
    "Ich schreibe nun schon zum zweiten Mal.",
    "Eine Kopie des Schreibens liegt bei.",
    "Weitere Unterlagen reiche ich gern nach.",
)

SPOKEN_CONTACTS = (
    "Sie erreichen mich unter {phone} oder per E-Mail an {email}.",
    "Meine Anschrift lautet {address}.",
    "Schreiben Sie am besten an {email}, ich bin selten zu Hause.",
    "Nach achtzehn Uhr ist {titled} unter {phone} zu sprechen.",
    "Im Frühjahr bin ich umgezogen, die Adresse ist jetzt {address}.",
    "Nebenan wohnt {other}, Telefon {other_phone}.",
)
WRITTEN_CONTACTS = (
    "{titled} wohnt unter der Anschrift {address}.",
    "Die Ladung ging per E-Mail an {email} und wurde telefonisch unter {phone} bestätigt.",
    "Die Vertretung ist unter {phone} zu erreichen.",
    "Ein Brief an die Anschrift {address} kam ungeöffnet zurück.",
    "Eine Nachricht von {email} wurde verlesen.",
    "{titled} sagte aus, ebenso {other}.",
)
SPOKEN_NUMBERS: dict[str, tuple[str, ...]] = {
    "DE_TAX_ID": ("Meine Steuer-ID ist {value}.", "Steueridentifikationsnummer: {value}."),
    "DE_SOCIAL_SECURITY": ("Meine Rentenversicherungsnummer lautet {value}.",),
    "DE_HEALTH_INSURANCE": ("Meine Krankenversichertennummer ist {value}.",),
    "DE_ID_CARD": ("Die Nummer meines Personalausweises ist {value}.",),
    "DE_PASSPORT": ("Mein Reisepass hat die Passnummer {value}.",),
    "DE_KFZ": ("Mein Auto hat das Kennzeichen {value}.",),
    "IBAN_CODE": ("Bitte nehmen Sie mein Konto mit der IBAN {value}.",),
    "CREDIT_CARD": ("Bezahlt habe ich mit der Kreditkarte {value}.",),
    "IP_ADDRESS": ("Angeblich ist meine IP-Adresse {value} gesperrt.",),
}
WRITTEN_NUMBERS: dict[str, tuple[str, ...]] = {
    "DE_TAX_ID": ("In der Akte steht die Steuer-ID {value}.",),
    "DE_SOCIAL_SECURITY": ("Die Lohnabrechnung nennt die Sozialversicherungsnummer {value}.",),
    "DE_HEALTH_INSURANCE": ("Der Arztbericht nennt die Versichertennummer {value}.",),
    "DE_ID_CARD": ("Vorgelegt wurde der Personalausweis mit der Nummer {value}.",),
    "DE_PASSPORT": ("Vorgelegt wurde der Reisepass mit der Passnummer {value}.",),
    "DE_KFZ": ("Vor dem Haus stand ein Fahrzeug mit dem Kennzeichen {value}.",),
    "DE_FUEHRERSCHEIN": ("Der Führerschein mit der Nummer {value} lag vor.",),
    "DE_VAT_ID": ("Der Betrieb führt die USt-IdNr. {value}.",),
    "IBAN_CODE": ("Gezahlt wurde auf das Konto mit der IBAN {value}.",),
    "CREDIT_CARD": ("Belastet wurde die Kreditkarte {value}.",),
    "IP_ADDRESS": ("Die Nachricht kam von der IP-Adresse {value}.",),
}
