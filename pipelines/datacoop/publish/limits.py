"""What holds for every version and its readers should know before they use it."""

from datacoop.records.policies import KEEP_ONE, ReleasePolicy

LIMITS = (
    "The scrub does not find every personal value. Do not look for people in the data.",
    "Members chose what they submitted: the version is no sample of a country or a domain.",
    "Where labels were decided by few votes, some are wrong; the agreement says how sure.",
    "Equal and nearly equal texts are found with personal values masked; some stay unseen.",
    "Figures of what was held back are rounded, and small ones are left out.",
)


def duplicates_settled(policy: ReleasePolicy) -> str:
    """Say what a release does with equal and nearly equal texts, as its policy has it."""
    if policy.near_duplicates == KEEP_ONE:
        return "of equal and of nearly equal texts one was kept"
    return "of equal texts one was kept; nearly equal ones were kept, together in one split"
