"""The columns of questions.csv, and those by which other tables name a question."""

from analysis.columns.column import count, flag, letter, one_of, probability, rating, text
from analysis.columns.vocabulary import LETTERS

TASK = text("task", "Kind of question: mmlu, quality, or a bank's own", required=True)
QUESTION_ID = text("question_id", "The question, as its bank names it", required=True)
FORM = text("form", "Fixed part of the task's question sample that the question belongs to")

QUESTIONS = (
    QUESTION_ID,
    text("content_hash", "Same for two records of one question", required=True),
    TASK,
    text("bank", "Where the question comes from"),
    text("subject", "Subject of the question"),
    text("passage_id", "The passage the question is about; empty where it stands alone"),
    one_of(
        "role", ("study", "practice", "example", "attention"), "What the question was used for", required=True
    ),
    FORM,
    flag("difficult", "1 where the bank marks the question as difficult"),
    text("key_flag", "Why the key is doubtful; empty where it is not"),
    flag("fixed_order", "1 where an option refers to others, so that their order is kept"),
    count("n_words", "Words to read before answering, passage left out", unit="words"),
    probability(
        "selection_prob", "Probability that the draw took this question; its inverse weights back to the bank"
    ),
    letter("correct_choice", "Option the bank holds to be right"),
    text("text", "The question as published"),
    *(text(f"option_{option.lower()}", f"Option {option} as published") for option in LETTERS),
    text("passage_title", "Title of the passage"),
    text("passage_text", "The passage as shown"),
    probability("expert_accuracy", "Share of the bank's own readers with time who answered it right"),
    probability("novice_accuracy", "Share of the bank's own readers without time who answered it right"),
    rating(
        "context_needed",
        "How much of the passage it takes, as these readers say: 1 a sentence or two, 4 most of it; their mean",
        1,
        4,
    ),
    text("passage_author", "Who wrote the passage"),
    text("passage_source", "Where the bank has the passage from"),
    text("passage_url", "Its address"),
    text("passage_license", "What its publisher allows, in the bank's words; it travels with the text"),
)
