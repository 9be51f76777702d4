"""What holds for every version and its readers should know before they use it."""

LIMITS = (
    "The scrub does not find every personal value. Do not look for people in the data.",
    "Members chose what they submitted: the version is no sample of a country or a domain.",
    "Where labels were decided by few votes, some are wrong; the agreement says how sure.",
    "Duplicates are found by their text with personal values masked; some stay unseen.",
    "Figures of what was held back are rounded, and small ones are left out.",
)
