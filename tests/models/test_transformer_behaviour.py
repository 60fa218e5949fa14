"""What the released transformer must bear, in each language (CheckList; Ribeiro et al. 2020).

Invariance: what does not matter changes nothing. Direction: what matters moves the probability.
Minimum functionality: plain tickets are plain to it.
"""

from pathlib import Path

import pytest

from bentos.models.transformer import TransformerModel
from bentos.triage.categories import CATEGORIES, Category
from bentos.triage.normalise import words

RELEASED = Path(__file__).parents[2] / "release" / "transformer"

PLAIN: dict[Category, tuple[str, str, str]] = {
    "Access": (
        "I forgot my password and my account is locked",
        "J'ai oublié mon mot de passe et mon compte est bloqué",
        "نسيت كلمة المرور وحسابي مقفل",
    ),
    "Administrative rights": (
        "I need local administrator rights on my computer to install a program",
        "J'ai besoin des droits administrateur sur mon poste pour installer un logiciel",
        "أحتاج صلاحيات المسؤول على جهازي لتثبيت برنامج",
    ),
    "HR Support": (
        "My holiday balance on the payslip of this month is wrong",
        "Le solde de congés sur mon bulletin de paie de ce mois est faux",
        "رصيد إجازاتي في قسيمة الراتب لهذا الشهر غير صحيح",
    ),
    "Hardware": (
        "The screen of my laptop stays black and the keyboard does not respond",
        "L'écran de mon ordinateur portable reste noir et le clavier ne répond plus",
        "شاشة الحاسوب المحمول سوداء ولوحة المفاتيح لا تستجيب",
    ),
    "Purchase": (
        "Please order two new monitors and send me the quote of the supplier",
        "Merci de commander deux nouveaux écrans et de m'envoyer le devis du fournisseur",
        "يرجى طلب شراء شاشتين جديدتين وإرسال عرض سعر المورد",
    ),
    "Storage": (
        "My mailbox is full, please raise the quota",
        "Ma boîte mail est pleine, merci d'augmenter le quota",
        "صندوق بريدي ممتلئ، أرجو زيادة السعة",
    ),
}
TICKETS = [(category, text) for category, texts in PLAIN.items() for text in texts]
ids = [f"{category}-{language}" for category in PLAIN for language in ("en", "fr", "ar")]


@pytest.fixture(scope="module")
def model() -> TransformerModel:
    return TransformerModel.load(RELEASED)


@pytest.mark.parametrize(
    "text", ["", "?!…", "12 345", "😀", "a@example.org", "x" * 20_000, "ﷺ" * 9_000]
)
def test_any_text_is_answered(model: TransformerModel, text: str) -> None:
    assert model.predict_proba([text]).sum() == pytest.approx(1)
    assert len(model.attribute(text, "Access")) == len(list(words(text)))


def category(model: TransformerModel, text: str) -> Category:
    return CATEGORIES[int(model.predict_proba([text]).argmax())]


def probability(model: TransformerModel, text: str, wanted: Category) -> float:
    return float(model.predict_proba([text])[0][CATEGORIES.index(wanted)])


@pytest.mark.parametrize(("expected", "text"), TICKETS, ids=ids)
def test_plain_tickets_are_sorted_right(
    model: TransformerModel, expected: Category, text: str
) -> None:
    assert category(model, text) == expected


@pytest.mark.parametrize(("expected", "text"), TICKETS, ids=ids)
def test_case_and_punctuation_change_nothing(
    model: TransformerModel, expected: Category, text: str
) -> None:
    disturbed = f"***{text.upper()} !!! #4711"
    assert probability(model, disturbed, expected) == pytest.approx(
        probability(model, text, expected), abs=1e-5
    )


@pytest.mark.parametrize(("expected", "text"), TICKETS, ids=ids)
def test_a_name_a_number_and_an_address_change_no_category(
    model: TransformerModel, expected: Category, text: str
) -> None:
    latin = ". Karim Dubois, ext. 4512, karim.dubois@example.com"
    arabic = ". خالد منصور، تحويلة ٤٥١٢"
    signature = latin if text.isascii() or "é" in text or "'" in text else arabic
    assert category(model, text + signature) == expected


@pytest.mark.parametrize(
    ("greeting", "place"), [("Hello team, ", 0), ("Bonjour, ", 1), ("السلام عليكم، ", 2)]
)
def test_a_greeting_changes_no_category(model: TransformerModel, greeting: str, place: int) -> None:
    for expected, texts in PLAIN.items():
        assert category(model, greeting + texts[place]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("i forgto my pasword and my acount is locked", "Access"),
        ("jai oublie mon mot de pase et mon compte est bloque", "Access"),
        ("نسيت كلمه المرور و حسابى مقفل", "Access"),
        ("the scren of my labtop stays blak", "Hardware"),
        ("lecran de mon ordinateur portable reste noir", "Hardware"),
        ("شاشه الحاسوب المحمول سودا", "Hardware"),
    ],
)
def test_slips_of_the_finger_change_no_category(
    model: TransformerModel, text: str, expected: Category
) -> None:
    assert category(model, text) == expected


@pytest.mark.parametrize(
    ("text", "addition", "wanted"),
    [
        ("Please help me with my computer", " because its disk is broken", "Hardware"),
        ("Merci de m'aider avec mon ordinateur", ", il faut en acheter un neuf", "Purchase"),
        ("أرجو المساعدة في جهازي", "، أحتاج صلاحيات المسؤول عليه", "Administrative rights"),
        ("I have a question about next month", " and my parental leave", "HR Support"),
        ("J'ai un problème depuis ce matin", ", mon mot de passe est refusé", "Access"),
        ("لدي مشكلة منذ الصباح", "، مساحة التخزين ممتلئة", "Storage"),
    ],
)
def test_what_tells_a_category_moves_its_probability_up(
    model: TransformerModel, text: str, addition: str, wanted: Category
) -> None:
    assert probability(model, text + addition, wanted) > probability(model, text, wanted)


@pytest.mark.parametrize("texts", PLAIN.values(), ids=PLAIN)
def test_a_ticket_has_one_category_in_three_languages(
    model: TransformerModel, texts: tuple[str, str, str]
) -> None:
    assert len({category(model, text) for text in texts}) == 1


def test_a_ticket_may_change_its_language_midway(model: TransformerModel) -> None:
    mixed = "Bonjour, my account is locked depuis ce matin, please reset le mot de passe"
    assert category(model, mixed) == "Access"
