"""The table of attacks, as Markdown."""

from typing import Any

from train.reliability_tables import attacks, run


def _attack(**given: Any) -> dict[str, Any]:
    after = {"tried": 1_200, "lost": 0, "figures": {}}
    return {
        "row": 3,
        "name": "a | b",
        "promise": "it holds",
        "before": None,
        "after": after,
    } | given


def _cells(*given: dict[str, Any]) -> list[list[str]]:
    table = attacks({"attacks": given})
    return [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]


def test_a_row_says_what_was_tried_how_often_and_what_was_lost() -> None:
    before = {"tried": 1_000, "lost": 33, "figures": {}}
    [cells] = _cells(_attack(before=before))
    assert cells[:6] == ["3", r"a \| b", "it holds", "1,200", "33 of 1,000", "0"]


def test_an_attack_that_was_not_made_before_says_so() -> None:
    [cells] = _cells(_attack())
    assert cells[4] == "–"


def test_what_was_tried_as_often_is_counted_once() -> None:
    before = {"tried": 1_200, "lost": 33, "figures": {}}
    [cells] = _cells(_attack(before=before))
    assert cells[4] == "33"


def test_figures_stand_with_their_units_before_and_now() -> None:
    before = {"tried": 1, "lost": 1, "figures": {"slowest_seconds": 26.0, "said": "no"}}
    after = {"tried": 1, "lost": 0, "figures": {"slowest_seconds": 0.125, "bytes": 1_024}}
    [cells] = _cells(_attack(before=before, after=after))
    assert cells[6] == "slowest seconds: 26 → 0.12<br>said: no → –<br>bytes: – → 1,024"


def test_a_figure_that_stayed_stands_once() -> None:
    figures = {"limit_seconds": 2.5}
    outcome = {"tried": 1, "lost": 0, "figures": figures}
    [cells] = _cells(_attack(before=outcome, after=outcome))
    assert cells[6] == "limit seconds: 2.5"


def test_what_is_of_no_single_kind_says_all() -> None:
    [cells] = _cells(_attack(row=0))
    assert cells[0] == "all"


def test_the_run_says_the_commits_the_machine_and_the_sum() -> None:
    after = {"tried": 300, "lost": 2, "figures": {}}
    said = run(
        {
            "commits": {"before": "27fcc12", "after": "abc"},
            "machine": {"cores": 2, "processor": "A", "flags": ["avx2", "amx_int8"]},
            "attacks": [_attack(), _attack(after=after)],
        }
    )
    assert said == (
        "Before: commit `27fcc12`; now: `abc`. On 2 cores of A (avx2, amx_int8). Tried 1,500 times "
        "in 2 attacks, lost 2.\n"
    )
