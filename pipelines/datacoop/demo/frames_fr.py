"""French sentence frames of the demo; what stands in braces is filled in by `filling`."""

DOCUMENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "family": {
        "titles": ("Ordonnance sur la garde", "Décision sur la pension", "Jugement de divorce"),
        "openings": (
            "La demande porte sur la garde des deux enfants {person:de} et {other:de}.",
            "{person} demande que la résidence de l'enfant soit fixée à son domicile.",
            "Le tribunal est saisi par {person} d'une demande de pension contre {other}.",
            "{person} et {other} vivent séparés depuis {n} ans et ont un fils.",
        ),
        "facts": (
            "Les enfants passent un week-end sur deux chez leur père depuis {month}.",
            "L'école signale que la fillette arrive fatiguée le lundi après le long trajet.",
            "Les deux parents souhaitent que le garçon reste dans la même école.",
            "La mère a renoncé au travail de nuit pour être présente le matin.",
            "Une pension de {amount} par mois a été versée jusqu'en {month}, puis plus rien.",
            "L'enquête sociale a trouvé dans les deux logements une chambre pour l'enfant.",
            "La grand-mère garde le plus jeune {n} après-midi par semaine.",
            "Le divorce a été prononcé le {day}, sans accord sur les vacances scolaires.",
        ),
        "reasons": (
            "L'intérêt de l'enfant commande une semaine d'école stable.",
            "Le montant de la pension dépend des revenus de chaque parent après la séparation.",
            "Le tribunal tient compte du souhait de l'enfant, entendu seul par le juge.",
            "Rien ne montre que les visites de l'autre parent nuiraient à l'enfant.",
            "La remise des enfants devant l'école a évité de nouvelles disputes.",
        ),
        "orders": (
            "La résidence de l'enfant est fixée chez la mère, avec un droit de visite du père.",
            "Le père versera {amount} par mois pour l'entretien de l'enfant.",
            "L'autorité parentale reste commune et les vacances sont partagées par moitié.",
            "La demande de départ de l'enfant à l'étranger est rejetée.",
        ),
    },
    "employment": {
        "titles": ("Jugement de licenciement", "Décision sur les salaires", "Litige du travail"),
        "openings": (
            "{person}, qui travaillait au magasin, conteste son licenciement.",
            "{person} réclame à son ancien employeur le paiement d'heures supplémentaires.",
            "Le litige oppose {person}, aide à domicile, à la société qui l'employait.",
            "L'employeur a rompu le contrat de travail {person:de} après {n} ans de service.",
        ),
        "facts": (
            "La lettre de licenciement du {day} n'invoque qu'une perte de confiance.",
            "Le planning fait état de {n} journées de plus de onze heures en deux semaines.",
            "Le chef d'équipe avait loué ce travail dans deux évaluations écrites.",
            "Aucun avertissement n'a précédé la rupture du contrat.",
            "Le contrat prévoit un préavis de {n} semaines de part et d'autre.",
            "La pointeuse a enregistré des heures pour {amount}, jamais payées.",
            "Les délégués du personnel n'ont pas été consultés sur la liste des départs.",
            "Le poste a été publié pendant un arrêt maladie dûment justifié.",
        ),
        "reasons": (
            "L'employeur qui invoque une faute doit en donner la nature et la date.",
            "Les heures faites au su du supérieur sont du temps de travail.",
            "Le motif économique suppose que le poste ait vraiment disparu.",
            "Le règlement intérieur ne peut réduire le préavis fixé par le contrat.",
            "Nul salarié ne peut être puni pour avoir demandé ses pauses légales.",
        ),
        "orders": (
            "Le licenciement est sans cause réelle; l'employeur paiera {amount} d'indemnité.",
            "L'employeur versera {amount} de salaires dans les {n} semaines.",
            "La réintégration au même poste et au même salaire est ordonnée.",
            "La demande d'heures supplémentaires est rejetée, car elles ont été récupérées.",
        ),
    },
    "housing": {
        "titles": ("Demande d'expulsion", "Jugement sur l'insalubrité", "Décision sur le loyer"),
        "openings": (
            "Le bailleur demande la restitution de l'appartement loué à {person} depuis {month}.",
            "{person}, locataire, demande une baisse du loyer pour cause d'humidité.",
            "{person} et son bailleur {other} se disputent le dépôt de garantie.",
            "{person} conteste une hausse de loyer de {amount} par mois.",
        ),
        "facts": (
            "La chaudière est tombée en panne en {month} et l'est restée {n} semaines.",
            "Les loyers impayés s'élevaient à {amount} au jour du congé.",
            "L'expert a relevé des moisissures derrière l'armoire des deux chambres.",
            "Le bail autorise la présence d'un petit chien dans l'appartement.",
            "Les voisins se sont plaints {n} fois du bruit dans l'escalier.",
            "Le propriétaire veut loger un proche au rez-de-chaussée.",
            "L'état des lieux d'entrée ne mentionne aucune rayure sur le parquet.",
            "Le locataire a réglé toute la dette {n} jours avant l'audience.",
        ),
        "reasons": (
            "Le locataire ne doit pas tout le loyer d'un logement impossible à chauffer.",
            "Le dépôt de garantie couvre les dégradations, non l'usure normale.",
            "Le bailleur doit prouver un besoin réel du logement.",
            "La hausse se mesure aux loyers comparables de la même rue.",
            "Un retard de paiement ne suffit pas à expulser une fois la dette soldée.",
        ),
        "orders": (
            "La demande d'expulsion est rejetée et le bail se poursuit.",
            "Le locataire quittera les lieux dans les {n} mois du jugement.",
            "Le bailleur rendra {amount} du dépôt de garantie.",
            "Le loyer est réduit d'un cinquième jusqu'à la fin des travaux.",
        ),
    },
    "criminal": {
        "titles": ("Jugement correctionnel", "Verdict dans une affaire de vol", "Mise en liberté"),
        "openings": (
            "{person} doit répondre du vol de {n} bicyclettes.",
            "{person} comparaît pour avoir frappé {other} à la sortie d'un café.",
            "Selon l'accusation, {person} a imité la signature {other:de} sur un chèque.",
            "{person} a reconnu le cambriolage nocturne d'une jardinerie.",
        ),
        "facts": (
            "La police a retrouvé les objets volés dans une remise la nuit du {day}.",
            "La caméra du parking montre le prévenu qui s'enfuit en courant.",
            "La victime a eu {n} points de suture au-dessus de l'œil gauche.",
            "Le prévenu a tout avoué lors de sa garde à vue.",
            "Le butin valait {amount} et a été restitué en entier.",
            "Le casier judiciaire porte {n} condamnations pour des faits semblables.",
            "Un témoin a reconnu le prévenu parmi une série de photographies.",
            "Le taux d'alcool relevé au bord de la route dépassait la limite.",
        ),
        "reasons": (
            "Les preuves ne laissent aucun doute sur l'auteur du vol.",
            "Les aveux précoces pèsent nettement en faveur du prévenu.",
            "L'infraction était préparée, puisque des outils avaient été apportés.",
            "Le doute profite au prévenu quand l'unique témoin n'a vu qu'un dos dans le noir.",
            "Rien ne laisse craindre une fuite avant le procès.",
        ),
        "orders": (
            "Le tribunal condamne à {n} mois d'emprisonnement avec sursis.",
            "Le tribunal prononce la relaxe du chef de vol.",
            "Une amende de {amount} est infligée, payable par tranches.",
            "La liberté sous contrôle judiciaire est accordée, avec pointage le vendredi.",
        ),
    },
    "administrative": {
        "titles": ("Recours contre un permis", "Recours contre une amende", "Retrait d'agrément"),
        "openings": (
            "{person} attaque le refus de la commune d'autoriser la construction d'une grange.",
            "Le recours {person:de} vise une décision du service des licences.",
            "{person} demande l'annulation d'un ordre de rembourser une subvention publique.",
            "Le ministère a retiré le titre de séjour {person:de} par décision du {day}.",
        ),
        "facts": (
            "L'administration a décidé sans entendre la personne intéressée.",
            "Le dossier montre que le service d'urbanisme ne s'est jamais rendu sur place.",
            "L'avis cite comme base légale un article erroné du règlement.",
            "Une subvention de {amount} avait été versée pour isoler la salle des fêtes.",
            "La réclamation est parvenue {n} jours après la fin du délai.",
            "Un permis semblable avait été accordé au voisin en {month}.",
            "L'enquête publique a recueilli {n} observations défavorables au projet.",
            "L'autorisation était assortie de conditions sur les heures d'ouverture.",
        ),
        "reasons": (
            "L'administration doit motiver sa décision de façon compréhensible.",
            "Le juge contrôle l'usage du pouvoir d'appréciation sans y substituer le sien.",
            "Les situations égales doivent être traitées de la même manière par l'autorité.",
            "Le délai de recours protège la stabilité des actes administratifs.",
            "Une subvention ne se reprend que si ses conditions ont été violées.",
        ),
        "orders": (
            "La décision est annulée et le dossier renvoyé à l'administration.",
            "Le recours pour excès de pouvoir est rejeté.",
            "La commune délivrera le permis dans les {n} semaines.",
            "L'amende administrative est ramenée à {amount}.",
        ),
    },
}

CLASSIFICATION: dict[str, dict[str, tuple[str, ...]]] = {
    "tax": {
        "openings": (
            "J'ai une question sur mon avis d'impôt sur le revenu de l'an dernier.",
            "La taxe foncière reçue cette semaine ne peut pas être exacte.",
            "On m'a infligé une pénalité pour déclaration de revenus tardive.",
            "Trop d'impôt a été retenu sur mon salaire depuis {month}.",
        ),
        "details": (
            "L'avis indique {amount} de revenus que je n'ai jamais touchés.",
            "J'ai envoyé la déclaration en ligne le {day} et j'ai gardé l'accusé.",
            "La déduction pour mes deux enfants a été oubliée dans le calcul.",
            "Le bureau des impôts a changé mon taux deux fois en {n} mois.",
            "J'ai déjà payé {amount} d'avance et cela n'apparaît nulle part.",
            "La valeur de la maison a été relevée d'un tiers sans visite.",
        ),
        "asks": (
            "Veuillez corriger l'avis et me rembourser le trop-perçu.",
            "Comment puis-je contester cet impôt?",
            "Je voudrais payer cet impôt en {n} versements.",
            "Je demande la remise de la pénalité de retard.",
        ),
    },
    "housing": {
        "openings": (
            "Je vous écris au sujet de ma demande de logement social.",
            "Notre famille de {n} personnes attend un logement public depuis {month}.",
            "Le toit de l'appartement que nous loue l'office du logement fuit.",
            "Je voudrais des renseignements sur l'aide au loyer pour petits revenus.",
        ),
        "details": (
            "Nous partageons deux pièces et le plus jeune dort dans la cuisine.",
            "L'ascenseur de notre immeuble est en panne depuis {n} semaines.",
            "Le loyer a augmenté de {amount}, ce que nous ne pouvons pas payer.",
            "L'eau passe par le plafond de la salle de bain dès qu'il pleut.",
            "Mon propriétaire m'a donné congé et il faut partir avant le {day}.",
            "Le gardien a vu les moisissures en {month} et rien n'a été fait depuis.",
        ),
        "asks": (
            "Dites-moi à quel rang nous sommes sur la liste d'attente du logement.",
            "Merci d'envoyer quelqu'un réparer l'appartement avant l'hiver.",
            "Ai-je droit à l'aide au loyer et quels papiers faut-il?",
            "Pouvons-nous échanger l'appartement contre un rez-de-chaussée?",
        ),
    },
    "transport": {
        "openings": (
            "L'autobus du matin vers la gare n'est pas passé {n} fois ce mois-ci.",
            "Je me plains du passage piéton devant l'école primaire.",
            "Mon abonnement mensuel est refusé par les portillons de la gare.",
            "La piste cyclable le long de la rivière est pleine de trous.",
        ),
        "details": (
            "On attend sous la pluie, car l'abri a été enlevé en {month}.",
            "Le conducteur ne s'est pas arrêté alors que nous étions trois à faire signe.",
            "On m'a prélevé {amount} deux fois pour un seul trajet.",
            "Des camions stationnent sur la piste et les vélos passent sur la chaussée.",
            "L'horaire affiché à l'arrêt est celui d'il y a {n} ans.",
            "Le feu des piétons ne reste vert que {n} secondes.",
        ),
        "asks": (
            "Rétablissez l'autobus du matin les jours de semaine.",
            "Pourrait-on allonger le feu vert du passage piéton?",
            "Je demande le remboursement du billet prélevé deux fois.",
            "Quand la chaussée sera-t-elle réparée?",
        ),
    },
    "health": {
        "openings": (
            "Comment s'inscrire dans un centre de santé public près de chez moi?",
            "Ma mère a besoin de soins à domicile après son opération du {day}.",
            "Le carnet de vaccination de mon fils manque sur le portail de santé.",
            "J'attends depuis {n} mois un rendez-vous à l'hôpital public.",
        ),
        "details": (
            "Le centre dit ne prendre aucun nouveau patient avant {month}.",
            "Le médecin a écrit une lettre que personne ne retrouve à l'hôpital.",
            "La carte de santé reçue porte une date de naissance fausse.",
            "J'ai payé {amount} de médicaments qui devraient être remboursés.",
            "L'infirmière est venue {n} jours, puis les visites ont cessé.",
            "L'école demande la preuve du vaccin contre la rougeole.",
        ),
        "asks": (
            "Envoyez-moi s'il vous plaît une nouvelle carte de santé.",
            "Quel médecin accepte encore des patients dans notre quartier?",
            "Merci de rembourser le prix des médicaments.",
            "Peut-on avancer le rendez-vous à l'hôpital?",
        ),
    },
    "permits": {
        "openings": (
            "J'ai demandé il y a {n} mois un permis pour un abri de jardin.",
            "Nous voulons fermer la rue pour une fête et il nous faut une autorisation.",
            "J'ouvre une petite boulangerie et cherche quelles licences sont exigées.",
            "Mon autorisation d'étal sur le marché expire le {day}.",
        ),
        "details": (
            "Les plans ont été déposés au guichet en {month} avec leurs {n} annexes.",
            "J'ai réglé les frais de permis de {amount} et j'ai le reçu.",
            "L'agent a voulu un dessin à une autre échelle, que j'ai envoyé.",
            "Les voisins ont signé qu'ils ne s'opposent pas à la construction.",
            "Le formulaire de licence en ligne s'arrête à la troisième page.",
            "Nous attendons soixante personnes et la musique cessera à dix heures.",
        ),
        "asks": (
            "Quand puis-je compter sur le permis de construire?",
            "Merci de renouveler l'autorisation pour {n} ans.",
            "Dites-moi si un permis est seulement nécessaire.",
            "Pouvez-vous confirmer que la demande de permis est complète?",
        ),
    },
}

SALUTATIONS = ("Madame, Monsieur,", "Bonjour,", "Au service du public:", "Mesdames, Messieurs,")
SIGN_OFFS = (
    "Cordialement, {person}",
    "Merci de votre aide. {person}",
    "Veuillez agréer mes salutations, {person}",
    "En vous remerciant d'avance, {person}",
)
REMARKS = (
    "Merci d'examiner cette affaire.",
    "C'est la deuxième fois que j'écris.",
    "Une copie de la lettre est jointe.",
    "Je peux envoyer d'autres pièces.",
)

SPOKEN_CONTACTS = (
    "On peut me joindre au {phone} ou à l'adresse {email}.",
    "J'habite au {address}.",
    "Écrivez plutôt à {email}, je suis rarement à la maison.",
    "Appelez le {phone} après dix-huit heures et demandez {titled}.",
    "J'ai déménagé au {address} au printemps.",
    "À côté habite {other}, téléphone {other_phone}.",
)
WRITTEN_CONTACTS = (
    "{titled} demeure au {address}.",
    "La convocation a été envoyée à {email} et confirmée par téléphone au {phone}.",
    "Le conseil {titled:de} est joignable au {phone}.",
    "La lettre adressée au {address} est revenue sans avoir été ouverte.",
    "Un message envoyé depuis {email} a été versé au dossier.",
    "Le tribunal a entendu {titled} et {other}.",
)
SPOKEN_NUMBERS: dict[str, tuple[str, ...]] = {
    "FR_NIR": (
        "Mon numéro de sécurité sociale est le {value}.",
        "Sur ma carte Vitale figure le numéro {value}.",
    ),
    "CA_SIN": (
        "Mon numéro d'assurance sociale est le {value}.",
        "Voici mon NAS: {value}.",
    ),
    "IBAN_CODE": ("Voici l'IBAN de mon compte: {value}.",),
    "CREDIT_CARD": ("J'ai payé avec ma carte bancaire, numéro {value}.",),
    "IP_ADDRESS": ("Le site annonce que mon adresse IP {value} est bloquée.",),
}
WRITTEN_NUMBERS: dict[str, tuple[str, ...]] = {
    "FR_NIR": ("Le dossier indique le numéro de sécurité sociale {value}.",),
    "FR_SIREN": ("L'entreprise est inscrite sous le numéro SIREN {value}.",),
    "FR_SIRET": ("L'établissement porte le numéro SIRET {value}.",),
    "CA_SIN": ("Les bulletins de paie portent le numéro d'assurance sociale {value}.",),
    "IBAN_CODE": ("Les virements sont allés au compte dont l'IBAN est {value}.",),
    "CREDIT_CARD": ("La somme a été débitée de la carte bancaire {value}.",),
    "IP_ADDRESS": ("Le message est parti de l'adresse IP {value}.",),
}

SPEAKERS = ("infirmière", "patient")
SETTINGS = ("tri téléphonique", "consultation sans rendez-vous", "garde de nuit", "accueil")
GREETINGS = (
    "Centre médical, bonjour. Que puis-je faire pour vous?",
    "Bonjour, vous parlez à l'infirmière de tri. Je vous écoute.",
    "Bonsoir, ici le cabinet. Que se passe-t-il?",
    "Merci d'avoir patienté. Dites-moi ce qui vous amène.",
    "Bienvenue à la consultation. Qu'est-ce qui ne va pas?",
)
QUESTIONS = (
    "Depuis quand cela dure-t-il, et y a-t-il autre chose à savoir?",
    "Est-ce que cela a changé depuis le début? Racontez-moi.",
    "Je vois. Avez-vous remarqué autre chose avec cela?",
    "Avez-vous pris quelque chose, et cela a-t-il aidé?",
    "Pouvez-vous me le décrire d'un peu plus près?",
)
IDENTITY_ASKS = (
    "Quel est votre nom complet, pour le dossier?",
    "À qui ai-je l'honneur, s'il vous plaît?",
    "J'ouvre votre dossier. Comment vous appelez-vous?",
    "Avant de continuer, donnez-moi votre nom et un moyen de vous joindre.",
)
IDENTITY_GIVES = (
    "Je m'appelle {person}.",
    "Mon nom est {person}.",
    "C'est {person} à l'appareil.",
    "Le dossier est au nom {person:de}.",
)
ADDRESSED = ("{titled}, un instant, je vous prie.", "Écoutez, {titled}.", "Bien, {titled}.")
CLOSINGS = (
    "Très bien, je fais comme cela. Merci beaucoup.",
    "Cela m'aide bien. Au revoir.",
    "C'est compris, j'ai tout noté.",
    "Merci, je vais prévenir ma famille aussi.",
)
DECISIONS: dict[str, tuple[str, ...]] = {
    "routine": (
        "Cela peut attendre un rendez-vous ordinaire, j'en ai un dans {n} semaines.",
        "Rien ne presse. Je le note et nous vous l'enverrons par la poste.",
        "Il n'y a aucune urgence, venez à votre prochaine visite habituelle.",
        "Je vous inscris pour le mois prochain, c'est une affaire courante.",
    ),
    "soon": (
        "Un médecin doit voir cela d'ici un jour ou deux; venez demain à neuf heures.",
        "Ce n'est pas une urgence, mais n'attendez pas la semaine prochaine: venez demain.",
        "Je vous trouve une place demain après-midi, pour soigner cela à temps.",
        "Il faut consulter bientôt. J'ai une place libre demain matin.",
    ),
    "urgent": (
        "C'est une urgence. J'envoie une ambulance tout de suite, restez en ligne.",
        "Raccrochez et appelez immédiatement le numéro d'urgence. Ne conduisez pas.",
        "Il faut aller à l'hôpital immédiatement, l'ambulance est en route.",
        "N'attendez pas une minute: les secours partent maintenant.",
    ),
}
DIALOGUES: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {
    "routine": {
        "complaints": (
            (
                "Il me faut une nouvelle ordonnance pour la tension, le même comprimé depuis des"
                " années.",
                "Mes comprimés pour la tension seront finis dans {n} semaines et j'en voudrais.",
            ),
            (
                "Je voudrais prendre date pour le bilan annuel dont parle le courrier.",
                "La lettre du {day} m'invite à un bilan de santé, je voudrais une date.",
            ),
            (
                "Il me faut un certificat pour le club de natation de ma fille.",
                "L'école de mon fils veut un papier sur son rhume des foins.",
            ),
            (
                "Je pars à l'étranger en {month} et voudrais savoir quels vaccins il faut.",
                "Je voudrais un rappel avant un voyage prévu dans {n} mois.",
            ),
            (
                "J'ai une petite verrue au pouce depuis un an.",
                "J'ai au coude une plaque sèche qui ne change pas depuis des mois.",
            ),
        ),
        "details": (
            (
                "Mes mesures à la maison sont bonnes et je me sens bien.",
                "Je prends un comprimé le matin et n'ai aucune gêne.",
                "La dernière prise de sang, en {month}, était normale.",
            ),
            (
                "Rien ne me fait mal, je veux juste ne pas l'oublier cette année.",
                "N'importe quel matin me convient, cela ne presse pas.",
                "Le dernier date d'il y a {n} ans et tout allait bien.",
            ),
            (
                "C'est seulement un papier, elle est en pleine santé.",
                "Le club le veut avant la fin de la saison.",
                "Il n'y a rien de neuf, il manque juste la signature.",
            ),
            (
                "J'ai eu tous ceux de l'enfance et un rappel il y a quelques années.",
                "Je suis en bonne santé et veux seulement prévoir.",
                "Nous logerons {n} jours à l'hôtel.",
            ),
            (
                "Cela ne fait pas mal, ne démange pas et ne grandit pas.",
                "Une crème de la pharmacie n'a rien changé, mais cela ne me gêne pas.",
                "J'en parle seulement parce que je devais appeler de toute façon.",
            ),
        ),
    },
    "soon": {
        "complaints": (
            (
                "Cela me brûle quand j'urine depuis avant-hier.",
                "Cela pique aux toilettes et j'y vais toutes les demi-heures.",
            ),
            (
                "Ma fille a mal à l'oreille depuis cette nuit.",
                "Mon petit garçon se tire l'oreille et n'a pas dormi.",
            ),
            (
                "Je tousse depuis {n} semaines et maintenant les crachats sont jaunes.",
                "Cette toux ne part pas et elle s'aggrave depuis dimanche.",
            ),
            (
                "Je me suis tordu le genou dans l'escalier et il a gonflé.",
                "Ma cheville est bleue et gonflée après un match, mais je marche.",
            ),
            (
                "La coupure de ma main est devenue rouge tout autour.",
                "La piqûre d'insecte au mollet est chaque jour plus chaude et plus rouge.",
            ),
        ),
        "details": (
            (
                "Je n'ai ni fièvre ni douleur dans le dos.",
                "J'ai eu la même chose il y a {n} ans et on m'a donné des antibiotiques.",
                "Boire beaucoup n'a pas suffi.",
            ),
            (
                "La température dépassait à peine 38 ce matin.",
                "Les gouttes de la pharmacie aident une heure ou {n}.",
                "L'enfant boit bien et joue entre-temps.",
            ),
            (
                "Je respire sans gêne, je suis juste las de tousser la nuit.",
                "J'ai eu un peu de température pendant {n} soirs.",
                "Cela tire un peu sous les côtes quand je tousse.",
            ),
            (
                "Je peux poser le pied, mais les marches sont pénibles.",
                "La glace a un peu réduit le gonflement.",
                "Cela fait {n} jours et le bleu s'étend.",
            ),
            (
                "À part cela je vais bien et n'ai pas de fièvre.",
                "Un peu de pus sort quand j'appuie.",
                "Mon dernier vaccin contre le tétanos date d'il y a {n} ans.",
            ),
        ),
    },
    "urgent": {
        "complaints": (
            (
                "Un poids m'écrase la poitrine et la douleur descend dans le bras.",
                "Mon mari a une douleur atroce dans la poitrine et le visage gris.",
            ),
            (
                "Ma femme ne peut soudain plus lever le bras et parle comme empâtée.",
                "Un côté du visage de mon père pend depuis le petit déjeuner.",
            ),
            (
                "Mon fils a mangé une noix, ses lèvres gonflent et sa respiration siffle.",
                "Une guêpe m'a piqué et ma gorge se serre.",
            ),
            (
                "Mon bébé de {n} semaines est brûlant et ne se réveille pas bien.",
                "La petite a de la fièvre, la nuque raide et des taches qui restent.",
            ),
            (
                "Je me suis ouvert le bras sur du verre et le sang traverse la serviette.",
                "Mon frère est tombé d'une échelle et ne répond plus.",
            ),
        ),
        "details": (
            (
                "Cela a commencé il y a {n} minutes, avec des sueurs froides.",
                "S'asseoir n'y change rien et on respire mal.",
                "Il y a déjà eu un infarctus dans la famille.",
            ),
            (
                "C'est venu d'un coup il y a {n} minutes.",
                "Les mots sortent de travers et marcher est impossible.",
                "Il y a un traitement pour la tension, rien d'autre.",
            ),
            (
                "Les plaques gagnent tout le corps.",
                "Le souffle siffle et cela empire de minute en minute.",
                "C'est arrivé il y a {n} minutes et nous n'avons pas de stylo.",
            ),
            (
                "Aucune couche mouillée depuis hier soir.",
                "La peau est marbrée et la respiration très rapide.",
                "Le thermomètre marque 40 et le sirop a été vomi.",
            ),
            (
                "J'appuie de toutes mes forces et cela ne s'arrête pas.",
                "C'est arrivé il y a {n} minutes dans la cuisine.",
                "Tout devient sombre et froid.",
            ),
        ),
    },
}
