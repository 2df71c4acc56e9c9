"""Choices of the assistant: how help is given, by which model, what it is told, and what it may cost."""

from oversight_app.study.choices.choice import YES_NO, Answers, Choice, Number, Option, Text
from oversight_app.study.design.assistant import check_model


def is_model(text: str) -> bool:
    """Whether a text is a well-formed model name."""
    try:
        check_model(text)
    except ValueError:
        return False
    return True


def is_scripted(answers: Answers) -> bool:
    """Whether the assistant is the scripted one, which needs no key and has no opinion."""
    return str(answers.get("assistant.model")).startswith("scripted:")


MODEL = (
    "PROVIDER:NAME, for example openai:NAME, anthropic:NAME, "
    "compatible:NAME@http://127.0.0.1:8080/v1 or scripted:demo"
)

ASSISTANT = (
    Choice(
        key="assistant.protocol",
        question="How is help given?",
        meaning="This is the kind of oversight that the study is about; all other help stays the "
        "same in every question.",
        allowed=(
            Option("chat", "people ask the assistant what they like"),
            Option("advice", "it speaks once and cannot be asked"),
            Option("consultancy", "it opens with its case and is then asked"),
            Option("debate", "two assistants argue for two answers, one of them right"),
            Option("critique", "it answers, and a second one says what may be wrong"),
            Option(
                "cross_examination", "a question goes to several fresh copies, whose answers stand together"
            ),
        ),
        default="chat",
        why="it is the help of Bowman et al. 2022",
        comment="How help is given.",
    ),
    Choice(
        key="assistant.model",
        question="Which model is the assistant?",
        meaning="scripted:demo is free and only for trying; keys come from the environment only.",
        allowed=Text(MODEL, is_model),
        default="scripted:demo",
        why="you can try the study before you have a key; put your model in before you recruit",
        comment="PROVIDER:NAME; scripted:demo is for trying only.",
    ),
    Choice(
        key="assistant.mode",
        question="What is the assistant told to do?",
        meaning="If the study decides when it argues for a wrong answer, you know exactly where people were misled.",
        allowed=(
            Option("assigned", "the study says for each question which answer it argues for"),
            Option("as_is", "it says what it thinks"),
            Option("sandbagged", "it helps less well in some questions (chat only)"),
            Option("sycophantic", "it gives way to the participant (chat only)"),
        ),
        default="assigned",
        why="how often it errs is then known and the same for everybody",
        comment='"assigned": the plan decides which option it argues for; "as_is": it says what it thinks.',
        # Two sides of a debate are assigned by their nature.
        is_asked=lambda answers: answers.get("assistant.protocol") != "debate",
    ),
    Choice(
        key="assistant.error_share",
        question="In which share of the questions does it argue for a wrong answer?",
        meaning="At 0.3, whoever believes everything gets 70 % right; that is what people have to beat.",
        allowed=Number(0, 1, is_whole=False),
        default=0.3,
        why="wrong often enough to be caught, right often enough to be asked",
        comment="The share of questions on which it argues for a wrong option.",
        is_asked=lambda a: a.get("assistant.protocol") != "debate" and a.get("assistant.mode") == "assigned",
    ),
    Choice(
        key="assistant.weak_share",
        question="In which share of the questions does it help less well?",
        meaning="In these questions it is told to be careless; people are not told in which.",
        allowed=Number(0, 1, is_whole=False),
        default=0.3,
        why="often enough to be noticed by who checks",
        comment="The share of questions in which it helps less well.",
        is_asked=lambda a: (
            a.get("assistant.mode") == "sandbagged" and a.get("assistant.protocol") != "debate"
        ),
    ),
    Choice(
        key="assistant.pass_question",
        question="Does the assistant see the question and its four answers?",
        meaning="If not, it knows only what people type, and much of the time goes into copying.",
        allowed=YES_NO,
        default=True,
        why="people then spend their time on judging",
        comment="Whether the model is given the question and its options.",
        # In every other protocol the assistant speaks first, so it must know the question.
        is_asked=lambda answers: answers.get("assistant.protocol") == "chat",
    ),
    Choice(
        key="told_reliability",
        question="What are people told about how reliable the assistant is?",
        meaning="They read this sentence in the instructions, and rely on the assistant more or less because of it.",
        allowed=Text(),
        default="The assistant is sometimes wrong, and it sounds just as sure when it is.",
        why="it is true and favours neither trust nor mistrust",
        comment="What participants are told about the assistant; the report repeats it.",
    ),
    Choice(
        key="assistant.spending.per_study",
        question="How many US dollars may the assistant's replies cost at most, in the whole study?",
        meaning="At the cap the assistant says that it cannot answer any more, and people go on without it.",
        allowed=Number(0.01, 1_000_000, is_whole=False, may_be_none=True),
        default=50.0,
        why="most studies cost less, and a mistake cannot cost more",
        comment="What all replies to people may cost, in US dollars.",
        is_asked=lambda answers: not is_scripted(answers),
    ),
    Choice(
        key="assistant.spending.per_participant",
        question="And how many US dollars for one person?",
        meaning="It keeps one person who asks all day from using up what is meant for all.",
        allowed=Number(0.01, 100_000, is_whole=False, may_be_none=True),
        default=2.0,
        why="hundreds of replies of most models cost less",
        comment="What the replies to one person may cost, in US dollars.",
        is_asked=lambda answers: not is_scripted(answers),
    ),
)
