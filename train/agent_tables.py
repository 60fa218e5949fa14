"""The tables about the agent that stand in docs/, as Markdown."""

from collections.abc import Mapping
from typing import Any, Final

from train.model_tables import table

Report = Mapping[str, Any]

_LANGUAGES: Final = {"en": "English", "fr": "French", "ar": "Arabic"}
_GROUPS: Final = {
    "real": "Real",
    "natural_en": "Natural, English",
    "natural_fr": "Natural, French",
    "natural_ar": "Natural, Arabic",
}


def scrubbing(pii: Report) -> str:
    """A row for each type of personal data: the share removed whole, by language."""
    found = {name: pii["languages"][name]["recall"] for name in _LANGUAGES}
    kinds = [kind for kind in pii["overall"]["recall"] if kind != "patterns"]
    rows = [
        [f"`{kind}`", *(_recall(found[name].get(kind)) for name in _LANGUAGES)] for kind in kinds
    ]
    rows.append(["all but names", *(_recall(found[name]["patterns"]) for name in _LANGUAGES)])
    return table(["Type", *_LANGUAGES.values()], rows)


def scrubbing_summary(pii: Report) -> str:
    """Clean words masked, those of real tickets too, and the time a ticket takes."""
    time = pii["cpu_ms"]
    said = f"CPU a ticket: {time['median']:.1f} ms in the median, {time['p99']:.1f} ms at p99."
    rows = table(["", *_LANGUAGES.values()], [_masked(pii["languages"])])
    return f"{rows}\n{_masked_of_real(pii['cleaned'])}{said}\n"


def _masked_of_real(cleaned: Report) -> str:
    """A line; nothing where the real tickets weren't at hand."""
    if not cleaned["tickets"]:
        return ""
    return (
        f"Of the {cleaned['words']:,} words of {cleaned['tickets']:,} held-out real tickets, whose "
        f"publisher took the names out, {cleaned['masked']:,} are masked "
        f"({cleaned['share_masked']:.2%}).\n"
    )


def scrubbing_blind(pii: Report) -> str:
    """What is removed of the tickets that were written blind: names, all else, clean words."""
    blind = pii["blind"]
    rows = [
        [said, *(_recall(blind[name]["recall"][kind]) for name in _LANGUAGES)]
        for said, kind in (("names", "PERSON"), ("all but names", "patterns"))
    ]
    return table(["Blind", *_LANGUAGES.values()], [*rows, _masked(blind)])


def _masked(found: Report) -> list[str]:
    """A row: how many clean words were masked in each language."""
    clean = (found[name]["clean"] for name in _LANGUAGES)
    return [
        "clean words masked",
        *(
            f"{given['masked']} of {given['words']:,} ({given['share_masked']:.2%})"
            for given in clean
        ),
    ]


def cascade(routing: Report) -> str:
    """A row for each set of held-out tickets: what the cascade does with them."""
    rows = []
    for name, given in routing["cascade"].items():
        low, high = given["accuracy_95"]
        review, sets = given["without_review"], given["prediction_set"]
        rows.append(
            [
                _GROUPS[name],
                f"{given['tickets']:,}",
                f"{given['svm_accuracy']:.3f}",
                f"{given['transformer_accuracy']:.3f}",
                f"{given['accuracy']:.3f} ({low:.3f}–{high:.3f})",
                f"{given['escalated']:.1%}",
                f"{review['share']:.1%} at {review['accuracy']:.1%}",
                f"{given['answered_at']['0.92']:.1%} / {given['answered_at']['0.95']:.1%}",
                f"{given['ece']:.3f}",
                f"{sets['coverage']:.1%} ({sets['mean_size']:.2f})",
            ]
        )
    heads = [
        "Held-out tickets",
        "Tickets",
        "SVM",
        "Transformer",
        "Cascade (95 %)",
        "Transformer asked",
        "Without review",
        "Answered at 92 / 95 % right",
        "ECE",
        "Sets: coverage (size)",
    ]
    return table(heads, rows)


def gain_signals(routing: Report) -> str:
    """A row for each set of signals that the gain was tried with; the one that is used in bold."""
    used = set(routing["policy"]["gain"]["weights"])
    rows = []
    for candidate in routing["signals"]:
        listed = ", ".join(name.replace("_", " ") for name in candidate["signals"])
        is_used = set(candidate["signals"]) == used
        rows.append([f"**{listed}**" if is_used else listed, f"{candidate['accuracy']:.4f}"])
    return table(["The gain is told by", "Validation tickets right"], rows)


def pools(routing: Report) -> str:
    """A row for each style of tickets: what each model's answer weighs where both were asked."""
    policy = routing["policy"]
    styles = {
        "natural, in every language": policy["languages"]["en"],
        "cleaned, English": policy["cleaned"],
    }
    rows = [
        [said, f"{own['pool']['svm']:.2f}", f"{own['pool']['transformer']:.2f}"]
        for said, own in styles.items()
        if own is not None
    ]
    return table(["Tickets", "SVM", "Transformer"], rows)


def escalation(routing: Report) -> str:
    """A row for each way to choose whom to escalate: accuracy by the share escalated."""
    curves = routing["escalation"]
    shares = [point["escalated"] for point in curves["learned"]][:6]
    rows = [
        [name.replace("_", " "), *(f"{point['accuracy']:.4f}" for point in points[: len(shares)])]
        for name, points in curves.items()
    ]
    return table(["Ranking", *(f"{share:.0%}" for share in shares)], rows)


def speed(bench: Report) -> str:
    """The agent beside itself without batches and without routing."""
    names = {
        "agent": "the agent as it is",
        "baseline": "without batching, the transformer for every ticket",
    }
    rows = [
        [
            said,
            f"{bench[name]['tickets_per_second']:.0f}",
            f"{bench[name]['latency_ms']['p50']:.0f}",
            f"{bench[name]['latency_ms']['p99']:.0f}",
            f"{bench[name]['escalated']:.0%}",
            *(f"{spent:.1f}" for spent in _by_service(bench[name])),
        ]
        for name, said in names.items()
    ]
    heads = [
        "32 in flight",
        "tickets/s",
        "median, ms",
        "99th percentile, ms",
        "transformer asked",
        "CPU a ticket, ms: agent",
        "SVM",
        "transformer",
    ]
    return table(heads, rows) + f"\n{bench['ratio']:.1f} times as many.\n"


def _by_service(measured: Report) -> list[float]:
    spent = measured["cpu_ms_per_ticket"]
    return [spent[name] for name in ("AgentService", "SvmService", "TransformerService")]


def _recall(given: Report | None) -> str:
    return "–" if given is None else f"{given['recall']:.1%} of {given['values']}"
