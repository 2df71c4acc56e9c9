"""Choices of who answers what: tasks, questions, conditions, order, and how long a question may take."""

from oversight_app.study.choices.choice import Answers, Choice, Number, Option, Text


def has_task(answers: Answers, task: str) -> bool:
    """Whether the study has this task."""
    tasks = answers.get("tasks")
    return isinstance(tasks, tuple) and task in tasks


def _mmlu(answers: Answers) -> bool:
    return has_task(answers, "mmlu")


def _quality(answers: Answers) -> bool:
    return has_task(answers, "quality")


def _is_within(answers: Answers) -> bool:
    return answers.get("conditions.allocation") == "within"


PEOPLE = (
    Choice(
        key="title",
        question="What is the study called?",
        meaning="Participants read this line at the top of the page, so it should not give away what you expect.",
        allowed=Text(),
        default="Answering difficult questions, alone and with an assistant",
        why="it says what people do and not what you hope to find",
        comment="What participants read at the top of the page.",
    ),
    Choice(
        key="language",
        question="In which language is the study?",
        meaning="Buttons, instructions and consent text come in it; the questions stay in the language they are in.",
        allowed=(Option("en", "English"), Option("de", "German")),
        default="en",
        why="MMLU and QuALITY are in English",
        comment="Of buttons, instructions and consent text.",
    ),
    Choice(
        key="tasks",
        question="Which kinds of questions do people answer?",
        meaning="Each kind is a task with a bank of questions that you import; the report has one result for each.",
        allowed=(
            Option("mmlu", "exam questions from many subjects, about two minutes each"),
            Option("quality", "questions on a long story, about five minutes each"),
        ),
        default=("mmlu", "quality"),
        why="both are in the experiment that this tool repeats (Bowman et al. 2022)",
        comment="",
        is_many=True,
    ),
    Choice(
        key="tasks.mmlu.questions_per_condition",
        question="How many exam questions (MMLU) does one person answer alone, and as many with the assistant?",
        meaning="More questions make the result more precise and the sitting longer; the bank must hold twice as many.",
        allowed=Number(1, 200),
        default=12,
        why="12 alone and 12 with the assistant take about half an hour and more",
        comment="Questions that one person answers in each condition; the study needs twice as many.",
        is_asked=_mmlu,
    ),
    Choice(
        key="tasks.mmlu.time_limit_s",
        question="How many seconds may an exam question take?",
        meaning="The limit is the same alone and with the assistant; without one, people may look elsewhere for help.",
        allowed=Number(10, 3600, may_be_none=True),
        default=180,
        why="three minutes are enough to read, think and ask the assistant once or twice",
        comment='Seconds for a question of up to 100 words; "none" for no limit.',
        is_asked=_mmlu,
    ),
    Choice(
        key="tasks.mmlu.extra_s_per_100_words",
        question="How many seconds more for each 100 words of a long exam question?",
        meaning="The longest exam questions have ten times the words of the shortest; one limit for all tests reading.",
        allowed=Number(0, 600),
        default=25,
        why="that is a usual reading speed",
        comment="Seconds more for each 100 words above the first 100.",
        is_asked=lambda a: _mmlu(a) and a.get("tasks.mmlu.time_limit_s") is not None,
    ),
    Choice(
        key="tasks.quality.questions_per_condition",
        question="How many story questions (QuALITY) does one person answer alone, and as many with the assistant?",
        meaning="Every story is one more draw of luck: with fewer than 20 in the study the result is a pilot only.",
        allowed=Number(1, 100),
        default=10,
        why="10 and 10 make the 20 stories that an interval needs",
        comment="Questions that one person answers in each condition; the study needs twice as many passages.",
        is_asked=_quality,
    ),
    Choice(
        key="tasks.quality.questions_per_passage",
        question="How many questions on the same story does one person answer?",
        meaning="A second question saves reading time, but adds less to the result than another story would.",
        allowed=Number(1, 5),
        default=1,
        why="one question a story teaches most about people",
        comment="Questions that one person answers on one passage.",
        is_asked=_quality,
    ),
    Choice(
        key="tasks.quality.rotate_over",
        question="Among how many questions of each story do people take turns?",
        meaning="Different people get different questions on the same story, so the result is about more questions.",
        allowed=Number(1, 10),
        default=3,
        why="three a story cost nobody any time",
        comment="So many questions of each passage take turns over participants.",
        is_asked=_quality,
    ),
    Choice(
        key="tasks.quality.time_limit_s",
        question="How many seconds may a story question take?",
        meaning="A story has about 5,000 words; too little time to read it all is what makes help worth having.",
        allowed=Number(10, 7200, may_be_none=True),
        default=300,
        why="five minutes are enough to search in a story and too few to read it",
        comment='Seconds for a question with its passage; "none" for no limit.',
        is_asked=_quality,
    ),
    Choice(
        key="conditions.allocation",
        question="Does each person answer both alone and with the assistant?",
        meaning="If each does both, people are compared with themselves, and far fewer of them are needed.",
        allowed=(
            Option("within", "each person does both, on different questions"),
            Option("between", "each person does only one of the two"),
        ),
        default="within",
        why="it needs far fewer people",
        comment='"within": each person does both conditions; "between": one of them.',
    ),
    Choice(
        key="conditions.order",
        question="What comes first?",
        meaning="People get better, or tired, on the way; if one condition always comes first, "
        "that looks like its effect.",
        allowed=(
            Option("counterbalanced", "half of the people begin alone, half with the assistant"),
            Option("human_alone_first", "everybody begins alone"),
            Option("human_with_model_first", "everybody begins with the assistant"),
        ),
        default="counterbalanced",
        why="practice and tiredness then fall on both alike",
        comment="Which condition comes first.",
        is_asked=_is_within,
    ),
    Choice(
        key="conditions.question_samples",
        question="Are the same questions used alone and with the assistant?",
        meaning="Nobody meets a question twice; shared means that what one person answers alone, "
        "another answers with help.",
        allowed=(
            Option("shared", "the same questions in both, over people"),
            Option("separate", "each condition has questions of its own"),
        ),
        default="shared",
        why="with separate ones, an easier draw looks like an effect of the assistant",
        comment='"shared": both conditions use the same questions, over people.',
        is_asked=_is_within,
    ),
    Choice(
        key="conditions.tasks",
        question="Does each person do both kinds of questions?",
        meaning="One kind each halves the sitting, and doubles the people you need for the same precision.",
        allowed=(
            Option("within", "each person does both kinds"),
            Option("between", "each person does one kind"),
        ),
        default="within",
        why="fewer people have to be found",
        comment='"within": each person does every task; "between": one of them.',
        is_asked=lambda answers: _mmlu(answers) and _quality(answers),
    ),
    Choice(
        key="analysis.target_n",
        question="How many people shall complete the study?",
        meaning="This number is announced before there are data; the summary at the end says how "
        "precise it makes the result.",
        allowed=Number(1, 100_000),
        default=40,
        why="it is a usual size when each person does both conditions",
        comment="How many completed participants are wanted.",
    ),
)
