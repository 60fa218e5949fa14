"""Names of the Latin alphabet in Arabic letters."""

import pytest

from train.transliteration import in_arabic_letters


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Patrick", "باتريك"),
        ("Charlotte", "شارلوت"),
        ("Stephanie", "ستيفاني"),
        ("Thomas", "توماس"),
        ("Philippe", "فيليب"),
        ("Wolfgang", "وولفغانغ"),
    ],
)
def test_a_name_is_spelled_as_newspapers_do(name: str, spelled: str) -> None:
    assert spelled in in_arabic_letters(name)


@pytest.mark.parametrize("name", ["Al", "سارة", "O'Neill"])
def test_what_is_short_or_no_latin_word_has_no_spelling(name: str) -> None:
    assert not in_arabic_letters(name)
