"""English sentences made up for training: how people are named at desks, wards and courts.

In a pattern, `{F}` is a full name, `{S}` a surname, `{G}` a given name, `{I}` an initial and a
surname, `{N}` a number.
"""

PATTERNS = tuple(
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

PLAIN = tuple(
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
