"""What may be asked of a power analysis, for `python -m analysis.power` and `oversight power` alike."""

from pathlib import Path

import click

SDS = ("participant_level", "participant_slope", "item_level", "item_slope", "passage_level", "passage_slope")

_positive = click.FloatRange(0)
_share = click.FloatRange(0, 1, min_open=True, max_open=True)

_OPTIONS = (
    click.option("--participants", metavar="N,N,...", help="Numbers of participants to go through."),
    click.option(
        "--questions", metavar="N,N,...", help="Numbers of questions, all people together.  [default: 40]"
    ),
    click.option("--per-person", type=int, help="Questions that one person answers.  [default: all]"),
    click.option("--passages", type=int, help="Passages that the questions share, where they share any."),
    click.option(
        "--design",
        type=click.Choice(["counterbalanced", "separate", "between"]),
        help="How conditions meet people and questions.",
    ),
    click.option(
        "--against",
        type=click.Choice(["human_alone", "model_alone"]),
        help="What people with the assistant are compared with.  [default: human_alone]",
    ),
    click.option(
        "--difference",
        type=float,
        help="The true difference, as a fraction.  [default: the study's, else 0.169]",
    ),
    click.option("--accuracy", type=_share, help="Of people alone.  [default: 0.471]"),
    click.option("--alpha", type=_share, help="Of one two-sided test.  [default: 0.05]"),
    click.option(
        "--tests", type=click.IntRange(1), help="Confirmatory tests in all, for Holm.  [default: 1]"
    ),
    click.option("--power", "wanted", type=_share, help="Say how many participants reach this power."),
    click.option("--pay", type=_positive, help="Of one person for the whole sitting."),
    click.option("--pay-per-hour", type=_positive, help="Of one person, for the minutes expected."),
    click.option("--bonus", type=_positive, help="Of one person, on average.  [default: 0]"),
    click.option("--fee", type=_positive, help="A platform's share of both: 0.33 for a third.  [default: 0]"),
    click.option("--model-cost", type=_positive, help="The assistant's replies to one person."),
    click.option("--currency", default="USD", show_default=True, help="Of all amounts."),
    click.option(
        "--minutes", type=click.FloatRange(0, min_open=True), help="One person's.  [default: 2 a question]"
    ),
    *(
        click.option(
            f"--{name.replace('_', '-')}",
            type=click.FloatRange(0, 10),
            help=f"Standard deviation in logits: {said}",
        )
        for name, said in zip(
            SDS,
            (
                "people.  [default: 0.6]",
                "people, in the difference.  [default: 0.4]",
                "questions.  [default: 1]",
                "questions, in the difference.  [default: 0.8]",
                "passages.  [default: 0.5]",
                "passages, in the difference.  [default: 0.4]",
            ),
            strict=True,
        )
    ),
    click.option(
        "--runs",
        type=click.IntRange(100, 100_000),
        default=1000,
        show_default=True,
        help="Simulated studies for each number.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(0),
        default=1,
        show_default=True,
        help="The same seed, the same numbers.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read."),
    click.option(
        "--figure",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write the power curve: .svg or .png.",
    ),
)


def power_parameters() -> list[click.Parameter]:
    """All options of a power analysis, in order."""

    def asked() -> None: ...

    for option in reversed(_OPTIONS):
        option(asked)
    return list(reversed(asked.__click_params__))  # type: ignore[attr-defined]
