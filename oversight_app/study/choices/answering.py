"""Choices of what an answer is, what it pays, and which analysis is declared before there are data."""

from oversight_app.study.choices.assistant import MODEL, is_model
from oversight_app.study.choices.choice import YES_NO, Answers, Choice, Number, Option, Text, Value
from oversight_app.study.design import CONTRASTS


def _family(answers: Answers) -> Value:
    # As a design without the key has it: two sides of a debate give no one piece of advice.
    is_told = answers.get("assistant.mode") != "as_is" and answers.get("assistant.protocol") != "debate"
    return CONTRASTS if is_told else CONTRASTS[:2]


PROBABILITIES = ("percent", "distribution")


def _pays_probability(answers: Answers) -> bool:
    return answers.get("answer.confidence") in PROBABILITIES


def has_rule(answers: Answers) -> bool:
    """Whether a stated probability is paid."""
    return _pays_probability(answers) and answers.get("answer.scoring_rule") != "none"


ANSWERING = (
    Choice(
        key="answer.sequence",
        question="Do people answer once with the assistant, or first on their own?",
        meaning="An answer of their own first shows whom the advice changed, but people then hear advice differently.",
        allowed=(
            Option("direct", "the assistant is there from the start"),
            Option("answer_first", "they answer, then the assistant opens, then they answer again"),
        ),
        default="direct",
        why="it is how assistants are used, and how the paper did it",
        comment='"direct", or "answer_first": an answer of their own, then the assistant, then a second one.',
    ),
    Choice(
        key="answer.confidence",
        question="How do people say how sure they are?",
        meaning="Without it nothing can be said about over-confidence; finer scales take more time and explaining.",
        allowed=(
            Option("five_points", "five steps: 25, 42, 60, 80, 100 %"),
            Option("percent", "a slider"),
            Option("distribution", "a probability for each of the four answers"),
            Option("none", "they are not asked"),
        ),
        default="five_points",
        why="it is quick and can be compared with the paper",
        comment="How confidence is asked for.",
    ),
    Choice(
        key="answer.scoring_rule",
        question="Is it paid how well their stated probabilities fit?",
        meaning="Each rule pays best for honesty, but has to be explained before it works.",
        allowed=(
            Option("none", "no"),
            Option("quadratic", "by the squared distance; never less than nothing"),
            Option("log", "harshest on those who were sure and wrong"),
            Option("spherical", "between the two"),
        ),
        default="none",
        why="a plain reward is easier to explain and to get through an ethics board",
        comment="How a stated probability is paid.",
        is_asked=_pays_probability,
    ),
    Choice(
        key="answer.prize",
        question="What is the most that one question pays by that rule?",
        meaning="In the currency that you name next; times the number of questions it is the "
        "most that a person can earn.",
        allowed=Number(0, 1000, is_whole=False),
        default=0.1,
        why="noticeable over the whole study and small for one question",
        comment="The most that one question pays.",
        is_asked=has_rule,
    ),
    Choice(
        key="bonus.per_correct",
        question="What is paid for each right answer, beside the reward for taking part?",
        meaning="Some pay for right answers keeps people trying; 0 pays none.",
        allowed=Number(0, 1000, is_whole=False, decimals=2),
        default=0.0,
        why="it is the simplest; decide it with your budget",
        comment="Paid for each right answer, in answer.currency.",
    ),
    Choice(
        key="answer.currency",
        question="In which currency is that paid?",
        meaning="Participants read it beside the amounts.",
        allowed=Text("up to 12 characters, for example USD, EUR or points", lambda text: len(text) <= 12),
        default="USD",
        why="platforms pay in it",
        comment="Of scoring rule and bonus.",
        is_asked=lambda answers: has_rule(answers) or bool(answers.get("bonus.per_correct")),
    ),
    Choice(
        key="answer.feedback",
        question="When do people learn the right answer?",
        meaning="Feedback after each question trains people to see through this one assistant.",
        allowed=(
            Option("practice_only", "in practice questions only"),
            Option("after_each", "after each question"),
            Option("none", "never"),
        ),
        default="practice_only",
        why="in real oversight nobody has the answer",
        comment="When the right answer is shown.",
    ),
    Choice(
        key="answer.skip",
        question="May people skip a question?",
        meaning="Skipping is easier than guessing, so accuracy then also measures who bothers.",
        allowed=YES_NO,
        default=False,
        why="every person then answers every question",
        comment="Whether a question may be skipped.",
    ),
    Choice(
        key="analysis.family",
        question="Which comparisons does the study stand or fall with?",
        meaning="Each one more makes the tests of all stricter (Holm); everything else is reported as exploratory.",
        allowed=(
            Option(
                "alone", "people with the assistant against people alone", "human_with_model - human_alone"
            ),
            Option(
                "model", "people with the assistant against the model alone", "human_with_model - model_alone"
            ),
            Option(
                "advice",
                "people with the assistant against believing all it says",
                "human_with_model - advice",
            ),
        ),
        default=CONTRASTS[:2],
        why="help should beat people, model, and (where it is told what to argue for) blind belief",
        depends=_family,
        comment="The contrasts that count, for each task, with Holm's correction.",
        is_many=True,
    ),
    Choice(
        key="analysis.margin",
        question="Which difference in accuracy is too small to matter?",
        meaning="With it (0.05 is 5 percentage points) the report can also say that there is no "
        "difference worth the name.",
        allowed=Number(0.001, 0.999, is_whole=False, may_be_none=True),
        default=None,
        why="only you can say what matters",
        comment="A difference too small to matter, for the test of equivalence.",
    ),
    Choice(
        key="analysis.stopping_rule",
        question="When does recruitment stop?",
        meaning="Stopping when the result looks good finds effects that are not there; "
        "target_n is the number you gave.",
        allowed=Text(),
        default="recruitment stops when target_n participants have completed",
        why="it cannot depend on the result",
        comment="When recruitment stops; the report repeats it.",
    ),
    Choice(
        key="analysis.exclusions",
        question="Which people are left out of a second set of results?",
        meaning="The report prints both sets; no rule looks at how many answers were right.",
        allowed=(
            Option("external_help", "who says that they had other help"),
            Option("withdrew", "who withdrew"),
            Option("failed_attention", "who failed an attention check"),
            Option("failed_comprehension", "who failed the comprehension check"),
            Option("too_fast", "who answered faster than one can read"),
        ),
        default=("external_help",),
        why="other help is what the study must not measure",
        comment="Whole participants who are left out of a second set of estimates.",
        is_many=True,
        may_be_empty=True,
    ),
    Choice(
        key="analysis.primary_model_alone.model",
        question="Which model on its own are people with the assistant compared with?",
        meaning="It answers the same questions without anybody; none takes the assistant's own model.",
        allowed=Text(MODEL, is_model, may_be_empty=True),
        default=None,
        why="the model that helps is the fair opponent",
        comment="The model alone that people with the assistant are compared with.",
    ),
)
