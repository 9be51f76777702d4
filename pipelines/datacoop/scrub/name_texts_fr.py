"""French sentences made up for training: how people are named at desks, wards and courts.

In a pattern, `{F}` is a full name, `{S}` a surname, `{G}` a given name, `{I}` an initial and a
surname, `{N}` a number.
"""

PATTERNS = tuple(
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

PLAIN = tuple(
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
