"""English sentence frames of the demo; what stands in braces is filled in by `filling`."""

DOCUMENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "family": {
        "titles": ("Order on parental time", "Decision on child maintenance", "Ruling on custody"),
        "openings": (
            "This application concerns the two children of {person} and {other}.",
            "{person} asks the court to change where the parties' daughter lives during the week.",
            "Before the court is the request of {person} for maintenance from {other}.",
            "The parties, {person} and {other}, separated {n} years ago and share one son.",
        ),
        "facts": (
            "The children have spent alternate weekends with their father since {month}.",
            "The school reported that the girl arrives tired after the long drive on Mondays.",
            "Both parents agree that the boy should keep his place in the village choir.",
            "The mother gave up her night shifts in order to be at home for breakfast.",
            "Maintenance of {amount} a month was paid until {month} and then stopped.",
            "A social worker visited both homes and found a room ready for the child in each.",
            "The grandmother looks after the younger child on {n} afternoons a week.",
            "The divorce became final on {day}, without an agreement about the holidays.",
        ),
        "reasons": (
            "The welfare of the child comes first, and a steady school week serves it best.",
            "A parent's income after the separation decides how much support can be asked.",
            "The court gives weight to the wish of a twelve-year-old who was heard alone.",
            "Neither parent has shown that contact with the other would do the child harm.",
            "Handing over the children at the school gate has kept the peace between the parents.",
        ),
        "orders": (
            "The child shall live with the mother and see the father every second weekend.",
            "The father shall pay {amount} a month for the child from the first of next month.",
            "Parental responsibility stays with both parents, and the holidays are halved.",
            "The application to move the child abroad is refused.",
        ),
    },
    "employment": {
        "titles": ("Judgment on dismissal", "Decision on unpaid wages", "Ruling on notice period"),
        "openings": (
            "{person} worked as a warehouse clerk and claims that the dismissal was unfair.",
            "The claimant, {person}, seeks wages for overtime from a former employer.",
            "This is a claim by {person}, a care assistant, against the operator of the home.",
            "The employer ended the contract of {person} after {n} years of service.",
        ),
        "facts": (
            "The letter of dismissal of {day} gave no reason beyond a loss of trust.",
            "The rota shows {n} shifts of more than eleven hours in the same fortnight.",
            "The line manager had praised the claimant's work in two written appraisals.",
            "No warning was given before the employment was ended.",
            "The contract provides for {n} weeks' notice on either side.",
            "Overtime of {amount} was recorded by the time clock but never paid.",
            "The works council was not asked before the redundancy list was drawn up.",
            "The claimant was on certified sick leave when the post was advertised.",
        ),
        "reasons": (
            "An employer who relies on misconduct must say what it was and when it happened.",
            "Hours that a supervisor sees and lets pass are hours worked.",
            "Redundancy requires that the work itself has ceased, and here it was reassigned.",
            "The notice clause in the contract cannot be shortened by a staff handbook.",
            "A worker may not be put at a disadvantage for having asked for lawful breaks.",
        ),
        "orders": (
            "The dismissal was unfair; the employer shall pay {amount} in compensation.",
            "The employer shall pay the outstanding wages of {amount} within {n} weeks.",
            "The claimant is to be reinstated in the former post on the former salary.",
            "The claim for overtime fails, as the hours were set off with paid leave.",
        ),
    },
    "housing": {
        "titles": ("Possession claim", "Judgment on disrepair", "Decision on rent increase"),
        "openings": (
            "The landlord seeks possession of the flat that {person} has rented since {month}.",
            "{person}, the tenant, asks for a reduction of rent because of damp and mould.",
            "The dispute between {person} and the landlord {other} is about a deposit.",
            "{person} objects to a rent increase of {amount} a month.",
        ),
        "facts": (
            "The boiler failed in {month} and was not repaired for {n} weeks.",
            "Rent arrears of {amount} had built up by the date of the notice.",
            "The surveyor found black mould behind the wardrobe in both bedrooms.",
            "The tenancy agreement allows one small dog to be kept in the flat.",
            "Neighbours complained about noise on the staircase on {n} occasions.",
            "The landlord wishes to move a relative into the ground-floor rooms.",
            "The inventory signed at the start does not mention any scratches on the floor.",
            "The tenant paid the arrears in full {n} days before the hearing.",
        ),
        "reasons": (
            "A tenant need not pay the full rent for rooms that cannot be heated.",
            "A deposit may be kept back for damage, but not for ordinary wear.",
            "The landlord must show a genuine need for the dwelling, and an outline is not enough.",
            "The rent of comparable flats in the same street is the measure of an increase.",
            "Late payment on its own does not justify eviction once the debt has been cleared.",
        ),
        "orders": (
            "The claim for possession is dismissed and the tenancy continues.",
            "The tenant shall give up the flat within {n} months of this judgment.",
            "The landlord shall return {amount} of the deposit to the tenant.",
            "The rent is reduced by a fifth until the damp has been dealt with.",
        ),
    },
    "criminal": {
        "titles": ("Sentencing remarks", "Verdict in a theft case", "Decision on bail"),
        "openings": (
            "The defendant, {person}, is charged with the theft of {n} bicycles.",
            "{person} stands accused of having struck {other} outside a public house.",
            "The prosecution says that {person} forged the signature of {other} on a cheque.",
            "{person} pleaded guilty to burglary of a garden centre at night.",
        ),
        "facts": (
            "A constable found the stolen goods in a shed on the night of {day}.",
            "The camera at the car park shows the defendant running from the scene.",
            "The victim needed {n} stitches above the left eye.",
            "The defendant made a full confession at the police station.",
            "The stolen goods were worth {amount} and have all been recovered.",
            "There are {n} earlier convictions for dishonesty on the record.",
            "A witness picked the defendant out of a row of photographs.",
            "The breath test taken at the roadside was well above the legal limit.",
        ),
        "reasons": (
            "The evidence leaves no reasonable doubt that the defendant took the goods.",
            "An early plea of guilty counts strongly in mitigation of the sentence.",
            "The offence was planned, since tools and gloves had been brought along.",
            "The court cannot be sure of guilt where the only witness saw a back in the dark.",
            "There is no ground to fear that the accused would flee before the trial.",
        ),
        "orders": (
            "The defendant is sentenced to {n} months in prison, suspended for two years.",
            "The defendant is acquitted of the charge.",
            "A fine of {amount} is imposed, to be paid in instalments.",
            "Bail is granted on condition of reporting to the police every Friday.",
        ),
    },
    "administrative": {
        "titles": ("Review of a planning permit", "Appeal against a fine", "Judgment on a licence"),
        "openings": (
            "{person} challenges the council's refusal of a building permit for a barn.",
            "The appeal of {person} is directed against a decision of the licensing authority.",
            "{person} asks the court to set aside the authority's demand to repay a grant.",
            "The ministry withdrew the residence permit of {person} by a decision of {day}.",
        ),
        "facts": (
            "The authority took its decision without hearing the applicant.",
            "The file shows that the council's planning officer never visited the site.",
            "The notice named the wrong section of the by-law as its legal basis.",
            "The grant of {amount} had been paid out for the insulation of a village hall.",
            "The objection was lodged {n} days after the time limit had run out.",
            "The authority had granted a like permit to the neighbour in {month}.",
            "The public inquiry received {n} written objections to the scheme.",
            "The licence was made subject to conditions about opening hours.",
        ),
        "reasons": (
            "A public body must give reasons that let the citizen understand its decision.",
            "The court reviews whether discretion was used, and does not use it in its place.",
            "Equal cases must be treated alike by the same authority.",
            "The time limit for an objection protects the certainty of administrative acts.",
            "A grant may be reclaimed only where its conditions were broken.",
        ),
        "orders": (
            "The decision is quashed and sent back to the authority for a fresh decision.",
            "The application for judicial review is dismissed.",
            "The council shall issue the permit within {n} weeks.",
            "The fine is reduced to {amount}; otherwise the authority's decision stands.",
        ),
    },
}

CLASSIFICATION: dict[str, dict[str, tuple[str, ...]]] = {
    "tax": {
        "openings": (
            "I have a question about my income tax assessment for last year.",
            "The property tax bill that came this week cannot be right.",
            "I was charged a penalty for filing my tax return late.",
            "My employer deducted too much tax from my salary between {month} and now.",
        ),
        "details": (
            "The assessment shows {amount} of income that I never received.",
            "I filed the return online on {day} and have kept the confirmation.",
            "The allowance for my two children was left out of the calculation.",
            "The tax office changed my tax code twice within {n} months.",
            "I already paid {amount} in advance, and it does not appear anywhere.",
            "The assessed value of the house was raised by a third without a visit.",
        ),
        "asks": (
            "Please correct the assessment and refund what I overpaid.",
            "Could you tell me how I can object to this tax bill?",
            "I would like to pay the tax in {n} instalments.",
            "Please waive the penalty for the late return.",
        ),
    },
    "housing": {
        "openings": (
            "I am writing about my application for a council flat.",
            "Our family of {n} has been on the waiting list for public housing since {month}.",
            "The public flat that we rent from the housing office has a leaking roof.",
            "I would like to ask about the rent subsidy for tenants on a low income.",
        ),
        "details": (
            "We share two rooms, and the youngest child sleeps in the kitchen.",
            "The lift in our block has been out of order for {n} weeks.",
            "The rent went up by {amount}, which is more than we can pay.",
            "Water comes through the ceiling of the bathroom whenever it rains.",
            "My landlord has given notice, and we must leave by {day}.",
            "The caretaker looked at the mould in {month}, and nothing has happened since.",
        ),
        "asks": (
            "Please tell me where we are on the housing list now.",
            "Please send somebody to repair the flat before winter.",
            "Do I qualify for the rent subsidy, and which papers do you need?",
            "May we exchange the flat for one on the ground floor?",
        ),
    },
    "transport": {
        "openings": (
            "The early bus to the station has not come on {n} days this month.",
            "I want to complain about the crossing in front of the primary school.",
            "My monthly travel pass is refused by the gates at the station.",
            "The cycle lane along the river road is full of holes.",
        ),
        "details": (
            "Passengers wait in the rain, because the shelter was removed in {month}.",
            "The driver did not stop, though three of us were waving at the bus stop.",
            "I was charged {amount} twice for a single journey.",
            "Lorries use the lane for parking, so cyclists swerve into the traffic.",
            "The timetable on the stop still shows the route from {n} years ago.",
            "The traffic light stays green for pedestrians for only {n} seconds.",
        ),
        "asks": (
            "Please let the early bus run again on weekdays.",
            "Could the crossing get a longer green phase?",
            "I ask for a refund of the fare that was taken twice.",
            "When will the road surface be repaired?",
        ),
    },
    "health": {
        "openings": (
            "I would like to know how to register with a public clinic near my home.",
            "My mother needs a home nurse after her operation on {day}.",
            "The vaccination record of my son is missing from the health portal.",
            "I have waited {n} months for an appointment at the public hospital.",
        ),
        "details": (
            "The clinic said that it takes no new patients before {month}.",
            "Her doctor wrote a referral, but nobody at the hospital could find it.",
            "The health card that you sent me has the wrong date of birth on it.",
            "I paid {amount} for the medicine, although it should be covered.",
            "The nurse came for {n} days and then the visits stopped.",
            "The school asks for proof of the measles vaccination by next week.",
        ),
        "asks": (
            "Please send me a new health card.",
            "Which doctor still accepts patients in our district?",
            "Please reimburse the cost of the medicine.",
            "Can the appointment at the hospital be moved forward?",
        ),
    },
    "permits": {
        "openings": (
            "I applied for a permit to build a garden shed {n} months ago.",
            "We want to close our street for a neighbourhood party and need a permit.",
            "I am opening a small bakery and need to know which licences are required.",
            "My street-stall licence runs out on {day}.",
        ),
        "details": (
            "The plans were handed in at the counter in {month} with all {n} annexes.",
            "I paid the permit fee of {amount} and have the receipt.",
            "The officer asked for a drawing at another scale, which I then sent.",
            "The neighbours have signed that they do not object to the building.",
            "The online form for the licence stops with an error on the third page.",
            "We expect about sixty guests, and the music would end at ten.",
        ),
        "asks": (
            "When can I expect the building permit?",
            "Please renew the licence for another {n} years.",
            "Please tell me whether a permit is needed at all for this.",
            "Could you confirm that the application is complete?",
        ),
    },
}

SALUTATIONS = ("Dear Sir or Madam,", "Hello,", "To the service desk:", "Good morning,")
SIGN_OFFS = (
    "Kind regards, {person}",
    "Thank you for your help. {person}",
    "Yours faithfully, {person}",
    "Many thanks in advance, {person}",
)
REMARKS = (
    "Thank you for looking into this matter.",
    "This is the second time that I am writing.",
    "A copy of the letter is enclosed.",
    "I can send further papers if needed.",
)

SPOKEN_CONTACTS = (
    "You can reach me on {phone} or by e-mail at {email}.",
    "My address is {address}.",
    "Please write to {email}, as I am seldom at home.",
    "Call {phone} after six; ask for {titled}.",
    "I moved to {address} last spring.",
    "My partner {other} can be reached on {other_phone}.",
)
WRITTEN_CONTACTS = (
    "{titled} lives at {address}.",
    "Service was effected by e-mail to {email} and confirmed by telephone on {phone}.",
    "Counsel for {titled} can be reached on {phone}.",
    "A letter sent to {address} came back unopened.",
    "A message sent from {email} was put before the court.",
    "{titled} gave evidence, and so did {other}.",
)
SPOKEN_NUMBERS: dict[str, tuple[str, ...]] = {
    "UK_NHS": ("My NHS number is {value}.", "It is NHS number {value}."),
    "UK_NINO": ("My National Insurance number is {value}.",),
    "UK_PASSPORT": ("I only have my passport here, number {value}.",),
    "UK_VEHICLE_REGISTRATION": ("I parked outside, vehicle registration {value}.",),
    "CA_SIN": ("My social insurance number is {value}.", "My SIN is {value}."),
    "SG_NRIC_FIN": ("My NRIC is {value}.", "NRIC number {value}, if you need it."),
    "SG_UEN": ("The UEN of my small business is {value}.",),
    "IBAN_CODE": ("Please use my bank account, IBAN {value}.",),
    "CREDIT_CARD": ("I paid the fee with my credit card, number {value}.",),
    "IP_ADDRESS": ("Your online form says that my IP address {value} is blocked.",),
}
WRITTEN_NUMBERS: dict[str, tuple[str, ...]] = {
    "UK_NINO": ("The file gives the National Insurance number {value}.",),
    "UK_PASSPORT": ("Identity was shown by the passport with the number {value}.",),
    "UK_DRIVING_LICENCE": ("The driving licence number {value} was read into the record.",),
    "UK_VEHICLE_REGISTRATION": ("The vehicle with the registration {value} was parked outside.",),
    "UK_NHS": ("A medical report under NHS number {value} was handed in.",),
    "CA_SIN": ("The pay slips bear the social insurance number {value}.",),
    "IBAN_CODE": ("Payments went to the bank account with the IBAN {value}.",),
    "CREDIT_CARD": ("The sum was charged to credit card {value}.",),
    "IP_ADDRESS": ("The message was sent from the IP address {value}.",),
}

SPEAKERS = ("nurse", "patient")
SETTINGS = ("telephone triage", "walk-in clinic", "out-of-hours line", "practice reception")
GREETINGS = (
    "Clinic line, good morning. What can I do for you today?",
    "Hello, you are speaking with the triage nurse. How can I help?",
    "Good afternoon, this is the surgery. What is the matter?",
    "Thank you for waiting. Tell me what has brought you to us.",
    "Welcome to the walk-in clinic. What seems to be the trouble?",
)
QUESTIONS = (
    "How long has this been going on, and is there anything else I should know?",
    "Has it changed since it started? Tell me a little more.",
    "I see. Have you noticed anything else with it?",
    "Did you take anything for it, and did that help?",
    "Can you describe it a bit more closely for me?",
)
IDENTITY_ASKS = (
    "May I have your full name for the record?",
    "Who am I speaking with, please?",
    "Let me open your file. What is your name?",
    "Before we go on, please give me your name and how we can reach you.",
)
IDENTITY_GIVES = (
    "I am {person}.",
    "My name is {person}.",
    "{person} is the name.",
    "The file is under {person}.",
)
ADDRESSED = ("{titled}, one moment, please.", "Listen, {titled}.", "Right, {titled}.")
CLOSINGS = (
    "All right, I will do that. Thank you very much.",
    "That helps a lot. Goodbye for now.",
    "Understood. I have written it down.",
    "Thank you, nurse. I will tell my family as well.",
)
DECISIONS: dict[str, tuple[str, ...]] = {
    "routine": (
        "That can wait for an ordinary appointment; I have one for you in {n} weeks.",
        "There is no hurry. I will put it on the list and we will post it to you.",
        "Nothing about this is pressing; please come at your next regular visit.",
        "I will book you in for next month, as this is a routine matter.",
    ),
    "soon": (
        "A doctor should look at that within a day or two; come tomorrow at nine.",
        "It is not an emergency, but please do not leave it until next week: come tomorrow.",
        "I will fit you in tomorrow afternoon, so that it can be treated in time.",
        "You should be seen soon. I have a free place tomorrow morning.",
    ),
    "urgent": (
        "This is an emergency. I am sending an ambulance to you right now; stay on the line.",
        "Please hang up and call the emergency number at once. Do not drive yourself.",
        "You need to be in hospital immediately. The ambulance is on its way.",
        "Do not wait: this cannot be left for a minute. Help is being sent now.",
    ),
}
DIALOGUES: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {
    "routine": {
        "complaints": (
            (
                "I need a new prescription for the blood pressure tablets I have taken for years.",
                "My blood pressure tablets will run out in {n} weeks and I would like some more.",
            ),
            (
                "I would like to book the yearly check-up that the letter talks about.",
                "The letter of {day} invites me to a health check, and I would like a date.",
            ),
            (
                "I need a certificate for the swimming club of my daughter.",
                "My son's school wants a form about his hay fever filled in.",
            ),
            (
                "I am going abroad in {month} and wonder which vaccinations I need.",
                "I would like a booster before a trip that is still {n} months away.",
            ),
            (
                "I have had a small wart on my thumb for about a year.",
                "There is a dry patch on my elbow that has looked the same for months.",
            ),
        ),
        "details": (
            (
                "My readings at home have been fine, and I feel well.",
                "I take one tablet in the morning and have no complaints at all.",
                "The last blood test in {month} was normal.",
            ),
            (
                "Nothing hurts; I just do not want to miss it this year.",
                "Any morning would suit me, there is no rush.",
                "The last one was {n} years ago and all was well then.",
            ),
            (
                "It is only a form, she is perfectly healthy.",
                "The club wants it by the end of the season.",
                "There is nothing new, only the signature is missing.",
            ),
            (
                "I had all the childhood ones and a booster some years ago.",
                "I am healthy and only want to plan ahead.",
                "We will stay in hotels for {n} days.",
            ),
            (
                "It does not hurt, itch or grow.",
                "A cream from the chemist made no difference, but it does not bother me.",
                "I only mention it because I was going to call anyway.",
            ),
        ),
    },
    "soon": {
        "complaints": (
            (
                "I have had a burning feeling when passing water since the day before yesterday.",
                "It stings when I go to the toilet, and I have to go every half hour.",
            ),
            (
                "My daughter has had an earache since last night.",
                "My little boy keeps pulling at his ear and did not sleep.",
            ),
            (
                "My cough has been going on for {n} weeks, and now the phlegm is yellow.",
                "I cannot shake off this cough, and it has got worse since Sunday.",
            ),
            (
                "I twisted my knee on the stairs, and it has swollen up.",
                "My ankle is thick and blue after a football match, though I can walk on it.",
            ),
            (
                "The cut on my hand has gone red around the edges.",
                "The insect bite on my calf is getting warmer and redder by the day.",
            ),
        ),
        "details": (
            (
                "I have no fever and no pain in the back.",
                "I had the same thing {n} years ago and got antibiotics.",
                "Drinking a lot has not made it go away.",
            ),
            (
                "The temperature was a little above 38 this morning.",
                "The drops from the chemist help for an hour or {n}.",
                "She drinks well and plays in between.",
            ),
            (
                "I am not short of breath, only tired from coughing at night.",
                "I had a slight temperature for {n} evenings.",
                "It hurts a little behind the ribs when I cough.",
            ),
            (
                "I can put weight on it, but stairs are hard.",
                "Ice took the swelling down a bit.",
                "It has been {n} days and the bruise is spreading.",
            ),
            (
                "I feel well otherwise and have no fever.",
                "There is a little pus when I press on it.",
                "My last tetanus shot was {n} years ago.",
            ),
        ),
    },
    "urgent": {
        "complaints": (
            (
                "My chest feels as if somebody were standing on it, and it goes into my arm.",
                "My husband has a crushing pain in his chest and is grey in the face.",
            ),
            (
                "My wife suddenly cannot lift her left arm, and her speech is slurred.",
                "One side of my father's face is hanging down since breakfast.",
            ),
            (
                "My son ate a nut, and now his lips are swelling and he is wheezing.",
                "I was stung by a wasp and my throat is getting tight.",
            ),
            (
                "My baby is {n} weeks old, burning hot, and will not wake up properly.",
                "The little one has a fever, a stiff neck and spots that do not fade.",
            ),
            (
                "I cut my forearm on glass, and the blood keeps pumping through the towel.",
                "My brother fell from a ladder and does not answer when I speak to him.",
            ),
        ),
        "details": (
            (
                "It started {n} minutes ago, and the sweat is running down.",
                "Sitting down makes no difference, and it is hard to breathe.",
                "There was a heart attack in the family before.",
            ),
            (
                "It came on {n} minutes ago, out of nowhere.",
                "The words come out wrong, and walking is not possible.",
                "There is blood pressure treatment, nothing else.",
            ),
            (
                "The rash is spreading over the whole body.",
                "The breath is whistling, and it is getting worse by the minute.",
                "It happened {n} minutes ago, and we have no injector.",
            ),
            (
                "There has been no wet nappy since last night.",
                "The skin is blotchy and the breathing very fast.",
                "The thermometer says 40, and the medicine came straight back up.",
            ),
            (
                "I press as hard as I can, and it does not stop.",
                "It happened {n} minutes ago in the kitchen.",
                "Everything is going dim and cold.",
            ),
        ),
    },
}
