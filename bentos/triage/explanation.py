"""The last room: why a ticket was answered as it was, in its own language."""

from collections.abc import Mapping, Sequence
from typing import Final

from bentos.triage.decision import Decision
from bentos.triage.language import Language
from bentos.triage.routing import Route

_Templates = Mapping[str, str]
_MOST_WORDS: Final = 5

_ENGLISH: Final[_Templates] = {
    "svm_sure": "The quick model is {svm:.0%} sure; asking the second one would gain {gain:.1%}, "
    "less than the {least:.1%} it has to.",
    "transformer_pays": "The quick model is only {svm:.0%} sure; asking the second one gains "
    "{gain:.1%}, at least the {least:.1%} it has to, so both answer.",
    "language": "The ticket is in {language}: both models answer.",
    "requested": "The caller asked for this model.",
    "svm_unavailable": "The quick model can't be reached, so the second one answers.",
    "degraded": "The other model could not be had in time.",
    "low_confidence": "A human should look: {category} is {confidence:.0%} sure, and "
    "{threshold:.0%} is needed.",
    "unknown_language": "A human should look: the language is none that the models know.",
    "nothing_left": "A human should look: no word is left once personal data are taken out.",
    "words": "Words that spoke for {category}: {words}.",
}
_FRENCH: Final[_Templates] = {
    "svm_sure": "Le modèle rapide est sûr à {svm:.0%} ; interroger le second gagnerait {gain:.1%}, "
    "moins que les {least:.1%} requis.",
    "transformer_pays": "Le modèle rapide n'est sûr qu'à {svm:.0%} ; interroger le second gagne "
    "{gain:.1%}, au moins les {least:.1%} requis : les deux répondent.",
    "language": "Le ticket est en {language} : les deux modèles répondent.",
    "requested": "L'appelant a demandé ce modèle.",
    "svm_unavailable": "Le modèle rapide est injoignable : le second répond.",
    "degraded": "L'autre modèle n'a pas pu répondre à temps.",
    "low_confidence": "À vérifier par un humain : {category} est sûr à {confidence:.0%}, il faut "
    "{threshold:.0%}.",
    "unknown_language": "À vérifier par un humain : les modèles ne connaissent pas cette langue.",
    "nothing_left": "À vérifier par un humain : sans les données personnelles, il ne reste rien.",
    "words": "Mots qui ont plaidé pour {category} : {words}.",
}
_ARABIC: Final[_Templates] = {
    "svm_sure": "النموذج السريع متأكد بنسبة {svm:.0%}؛ سؤال النموذج الثاني يضيف {gain:.1%} فقط، "
    "أي أقل من {least:.1%} المطلوبة.",
    "transformer_pays": "النموذج السريع متأكد بنسبة {svm:.0%} فقط؛ سؤال النموذج الثاني يضيف "
    "{gain:.1%}، والمطلوب {least:.1%}، فأجاب الاثنان.",
    "language": "التذكرة باللغة {language}: أجاب النموذجان.",
    "requested": "طلب المتصل هذا النموذج.",
    "svm_unavailable": "تعذر الوصول إلى النموذج السريع فأجاب الثاني.",
    "degraded": "لم يتمكن النموذج الآخر من الإجابة في الوقت المحدد.",
    "low_confidence": "يجب أن يراجعها إنسان: الثقة في {category} هي {confidence:.0%} والمطلوب "
    "{threshold:.0%}.",
    "unknown_language": "يجب أن يراجعها إنسان: لغة التذكرة غير معروفة لدى النماذج.",
    "nothing_left": "يجب أن يراجعها إنسان: لا تبقى أي كلمة بعد حذف البيانات الشخصية.",
    "words": "الكلمات التي رجحت {category}: {words}.",
}
_TEMPLATES: Final[Mapping[Language, _Templates]] = {
    "en": _ENGLISH,
    "fr": _FRENCH,
    "ar": _ARABIC,
    "other": _ENGLISH,
}
_NAMES: Final[Mapping[Language, Mapping[Language, str]]] = {
    "en": {"en": "English", "fr": "French", "ar": "Arabic", "other": "another language"},
    "fr": {"en": "anglais", "fr": "français", "ar": "arabe", "other": "une autre langue"},
    "ar": {"en": "الإنجليزية", "fr": "الفرنسية", "ar": "العربية", "other": "أخرى"},
    "other": {"en": "English", "fr": "French", "ar": "Arabic", "other": "another language"},
}


def reason(language: Language, route: Route, decision: Decision, degraded: bool) -> str:
    """Why this model answered, and why a human should look: short sentences in `language`."""
    templates = _TEMPLATES[language]
    values = {
        "svm": route.signals.svm_confidence if route.signals else 0.0,
        # An expected loss is nothing to gain.
        "gain": max(route.expected_gain or 0.0, 0.0),
        "least": route.least_gain or 0.0,
        "language": _NAMES[language][language],
        "category": decision.category,
        "confidence": decision.confidence,
        "threshold": decision.threshold,
    }
    said: list[str] = [route.rule]
    said += ["degraded"] if degraded else []
    if decision.review_reason and decision.review_reason != route.rule:
        said.append(decision.review_reason)
    return " ".join(templates[name].format(**values) for name in said)


def words_sentence(language: Language, decision: Decision, words: Sequence[str]) -> str:
    """Which of `words`, the most telling first, spoke for the category."""
    listed = ("، " if language == "ar" else ", ").join(words[:_MOST_WORDS])
    return _TEMPLATES[language]["words"].format(category=decision.category, words=listed)
