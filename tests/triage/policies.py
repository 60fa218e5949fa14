"""A policy that is easy to reason about."""

from bentos.triage.categories import CATEGORIES
from bentos.triage.policy import Gain, LanguagePolicy, Policy, Pool


def even_policy() -> Policy:
    """Asks the transformer from 10 % doubt in English, always elsewhere; trusts both alike."""
    pool = Pool(svm=0.5, transformer=0.5)
    alone = Pool(svm=1.0, transformer=1.0)
    languages = {
        name: LanguagePolicy(
            least_gain=0.1 if name == "en" else None, pool=pool, alone=alone, degraded=alone
        )
        for name in ("en", "fr", "ar", "other")
    }
    return Policy(
        gain=Gain(intercept=1.0, weights={"margin": -1.0}),
        languages=languages,
        set_probability=0.2,
        review_below=dict.fromkeys(CATEGORIES, 0.7),
    )
