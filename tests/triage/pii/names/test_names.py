"""How tickets are read for names: tokens, what is known of words, and the tagger as released."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bentos.triage.pii.names.lexicon import GIVEN, SURNAME, Entry, Lexicon, folded
from bentos.triage.pii.names.tagger import NameTagger, parts
from bentos.triage.pii.names.tokens import CODE, tokens

_RELEASED = Path(__file__).parents[4] / "release" / "names"


def forms(text: str) -> list[str]:
    return [token.text for token in tokens(text)]


def test_elisions_and_possessives_are_words_of_their_own() -> None:
    assert forms("l'écran d'Amélie") == ["l'", "écran", "d'", "Amélie"]
    assert forms("Hannah's PC") == ["Hannah", "'s", "PC"]
    assert forms("O'Neill N'Guessan Jean-Pierre") == ["O'Neill", "N'Guessan", "Jean-Pierre"]


def test_what_has_a_digit_is_a_code() -> None:
    assert forms("Dell U2723QE, LT-20931") == ["Dell", CODE, ",", CODE]


def test_known_personal_data_are_one_token() -> None:
    text = "mail jo@x.tn now"
    assert [token.text for token in tokens(text, [("EMAIL_ADDRESS", 5, 12)])] == [
        "mail",
        "<EMAIL_ADDRESS>",
        "now",
    ]


def test_tokens_stand_where_they_say() -> None:
    text = "Hi  Sarah,\nthe PC-12 of O'Neill"
    for token in tokens(text):
        if token.text not in (CODE, "\n"):
            assert text[token.start : token.end] == token.text


def test_words_are_known_without_case_accents_or_arabic_spelling() -> None:
    lexicon = Lexicon({"helene": Entry(GIVEN, 3), folded("أحمد"): Entry(GIVEN | SURNAME, 5)})
    assert lexicon.entry("HÉLÈNE").kinds == GIVEN
    assert lexicon.entry("احمد").kinds == GIVEN | SURNAME
    assert lexicon.entry("وأحمد").kinds == GIVEN | SURNAME
    assert lexicon.entry("printer") == Entry()


def test_an_arabic_word_is_known_behind_its_prefix_and_by_what_it_is_a_form_of() -> None:
    lexicon = Lexicon({folded("نواف"): Entry(GIVEN, 3), folded("حاسوب"): Entry(0, 4)})
    assert lexicon.read("لنواف") == ("ل", Entry(GIVEN, 3))
    assert lexicon.read("حاسوبها") == ("", Entry())
    assert lexicon.inflected_zipf("وحاسوبها") == 4
    assert lexicon.inflected_zipf("زيومارا") == 0


def test_a_cue_is_kept_with_its_word(tmp_path: Path) -> None:
    path = tmp_path / "lexicon"
    Lexicon({"mr": Entry(0, 5, "title")}).write(path)
    assert Lexicon.load(path).entry("Mr").cue == "title"


def test_a_lexicon_is_read_as_it_was_written(tmp_path: Path) -> None:
    lexicon = Lexicon({"sarah": Entry(GIVEN, 4), "printer": Entry(0, 5)})
    path, again = tmp_path / "lexicon", tmp_path / "again"
    lexicon.write(path)
    assert list(Lexicon.load(path).lines()) == list(lexicon.lines())
    assert Lexicon.load(path).is_common("printer")
    Lexicon.load(path).write(again)
    assert again.read_bytes() == path.read_bytes()


def test_words_of_which_the_same_is_known_share_an_entry(tmp_path: Path) -> None:
    path = tmp_path / "lexicon"
    Lexicon(
        {"mr": Entry(0, 5, "title"), "mrs": Entry(0, 5, "title"), "printer": Entry(0, 5)}
    ).write(path)
    lexicon = Lexicon.load(path)
    assert lexicon.entry("mr") is lexicon.entry("mrs")
    assert lexicon.entry("printer") == Entry(0, 5)


def test_a_lexicon_cut_short_or_altered_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lexicon"
    Lexicon({"printer": Entry(0, 5)}).write(path)
    whole = path.read_bytes()
    for damaged in (whole[:-12], b"printer" + whole, whole[:12] + b"\xff" * 9 + whole[21:]):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="lexicon can't be decompressed"):
            Lexicon.load(path)


@pytest.fixture(scope="module")
def tagger() -> NameTagger:
    return NameTagger.load(_RELEASED)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hi Rebecca, my laptop is broken", "Rebecca"),
        ("my name is Omar Benali and I have no badge", "Omar Benali"),
        ("Regards,\nJonathan Miller\nFinance", "Jonathan Miller"),
        ("Bonjour Nathalie, mon écran est noir", "Nathalie"),
        ("je m'appelle Karim Jaziri", "Karim Jaziri"),
        ("Cordialement,\nHélène Dupuis", "Hélène Dupuis"),
        ("أنا محمد الطرابلسي من المالية", "محمد الطرابلسي"),
        ("صباح الخير سارة، الطابعة معطلة", "سارة"),
        ("hi its karim from sales, no vpn", "karim"),
    ],
)
def test_finds_names_by_their_places(tagger: NameTagger, text: str, name: str) -> None:
    assert name in {text[start:end] for start, end in tagger.names(text)}


@pytest.mark.parametrize(
    "text",
    [
        "The printer on floor 2 is broken.",
        "Le serveur de Lyon ne répond plus.",
        "الطابعة في المكتب معطلة",
        "password expired",
        "Teams and Outlook are slow in Berlin",
    ],
)
def test_leaves_other_words(tagger: NameTagger, text: str) -> None:
    assert not tagger.names(text)


def test_a_name_found_for_sure_is_found_again(tagger: NameTagger) -> None:
    text = "Hello, my name is Karim Jaziri.\nThe old profile folder was karim and jaziri too."
    found = [text[start:end] for start, end in tagger.names(text)]
    assert {"karim", "jaziri"} <= {word.lower() for name in found[1:] for word in name.split()}


@pytest.mark.parametrize("count", [0, 1, 1_999, 2_000])
def test_a_ticket_that_is_not_long_is_read_at_once(count: int) -> None:
    read = tokens("word " * count)
    assert [list(part) for part in parts(read)] == [read]


@pytest.mark.parametrize(
    ("sentence", "last"),
    [("one two. three\n", "\n"), ("one two. three ", "."), ("one ", "one")],
)
def test_a_long_ticket_is_read_in_parts_that_end_with_a_line_or_a_sentence(
    sentence: str, last: str
) -> None:
    read = tokens(sentence * 3_000)
    found = [list(part) for part in parts(read)]
    assert [token for part in found for token in part] == read
    assert len(found) > 1
    assert all(1_000 <= len(part) <= 2_000 for part in found[:-1])
    assert {part[-1].text for part in found[:-1]} == {last}


def test_names_in_every_part_of_a_long_ticket_are_found_in_their_places(tagger: NameTagger) -> None:
    text = "Hello, my name is Sarah Mejri and my printer is broken.\n" * 900
    assert sum(1 for _ in parts(tokens(text))) > 4
    found = [text[start:end] for start, end in tagger.names(text)]
    assert found == ["Sarah Mejri"] * 900


def test_a_text_without_words_has_no_names(tagger: NameTagger) -> None:
    assert tagger.names("123 !?") == []
    assert tagger.names("") == []


def test_threads_do_not_read_each_others_tickets() -> None:
    tagger = NameTagger.load(_RELEASED)
    tickets = [f"{'please ' * count}hello, my name is Sarah Mejri, thanks" for count in range(200)]
    alone = [tagger.names(ticket) for ticket in tickets]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(tagger.names, tickets)) == alone
