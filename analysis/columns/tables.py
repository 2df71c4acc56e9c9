"""The tables of an export, column by column, in the order in which they are written."""

from analysis.columns.column import (
    Column,
    count,
    flag,
    letter,
    moment,
    one_of,
    probabilities,
    probability,
    seconds,
    text,
)
from analysis.columns.page_times import PAGE_TIMES as _PAGE_TIMES
from analysis.columns.questions import FORM as _FORM
from analysis.columns.questions import QUESTION_ID as _QUESTION_ID
from analysis.columns.questions import QUESTIONS as _QUESTIONS
from analysis.columns.questions import TASK as _TASK
from analysis.columns.vocabulary import (
    AdviceSource,
    AdviceStatus,
    Condition,
    ParticipantKind,
    ProbabilitySource,
    Status,
    Table,
    Type,
)

_PARTICIPANT_ID = text("participant_id", "Opaque code of the person or model who answered", required=True)
_PARTICIPANT_KIND = one_of("participant_kind", ParticipantKind, "Who answered", required=True)
_TRIAL_ID = text("trial_id", "One participant, one question, one condition, one sample", required=True)
_CONDITION = one_of("condition", Condition, "With what help the answer was given", required=True)
_CELL = text("cell", "Which form in which condition, in which order")
_PROTOCOL = text("protocol", "How help was given: unaided, chat, ...")
_ASSISTANT_MODE = text("assistant_mode", "as_is, or how the assistant was told what to argue for")
_STANCE = text("stance", "Options the speakers were told to argue for, in speaker order", pattern="[A-D]+")
_MANIPULATED = flag("manipulated", "1 where the assistant was told what to argue for")
_ORDER = text("option_order", "Original letters in the order shown: CADB", pattern="[A-D]{4}")
_TIME_LIMIT = seconds("time_limit_s", "Time allowed; empty without a limit")
_PRACTICE = flag("is_practice", "1 for a practice trial, which no estimate uses")
_ATTENTION = flag("is_attention_check", "1 for an attention check, which no estimate uses")
_WHERE = (
    count("block", "Block of the sitting, from 1", minimum=1),
    count("position", "Place among the study trials of the sitting, from 1", minimum=1),
    count("position_in_block", "Place in the block, from 1", minimum=1),
    count("passage_exposure", "How many questions on this passage so far, this one included", minimum=1),
)
_PROMPT_HASH = text("prompt_hash", "SHA-256 of the prompt as sent")
_PROMPT = text("prompt", "Name of the prompt, a file of the plan that is filled in for the trial")
_MODEL_ANSWERED = text("model_answered", "Model and version as the service names it in its reply")
_TOKENS = (
    count("tokens_in", "Tokens sent, those from and into the service's cache included", unit="tokens"),
    count("tokens_cached", "Tokens sent that the service had cached", unit="tokens"),
    count("tokens_out", "Tokens received, thinking included", unit="tokens"),
    count("tokens_cache_written", "Tokens sent that the service put into its cache", unit="tokens"),
    count("tokens_reasoning", "Tokens received that were thinking", unit="tokens"),
)
_REPLY_TIMES = (
    seconds("first_text_s", "From the request to the first text"),
    seconds("total_s", "From the request to the end of the reply"),
)
_TROUBLE = text(
    "trouble",
    "Why there was no reply, or only half of one, as participants were told: busy, unreachable, late, too_long, "
    "refused, nothing_said, unavailable, cap (the money that the design allows was spent; nobody was asked)",
)
_QUEUED = seconds("queued_s", "The part of these times in which the reply waited for its turn")
_FINISH_REASON = text("finish_reason", "Why the reply ended")

_ANSWERS = (
    # -- who and what
    text("study_id", "The study", required=True),
    _TRIAL_ID,
    _PARTICIPANT_ID,
    _PARTICIPANT_KIND,
    _CONDITION,
    _PROTOCOL,
    text("assistant", "The assistant as the participant knew it"),
    _ASSISTANT_MODE,
    text("provider", "Model service behind the assistant or the model alone"),
    text("model", "Model behind the assistant, or the model that answered alone"),
    text("method", "How the model alone was asked: zero_shot, ..., with what was set of it in brackets"),
    count("sample", "Which answer of this participant to this question, from 1", required=True, minimum=1),
    _TASK,
    text("bank", "Where the question comes from"),
    _QUESTION_ID,
    text("passage_id", "The passage the question is about; empty where it stands alone"),
    text("subject", "Subject of the question"),
    _FORM,
    _CELL,
    # -- where
    *_WHERE,
    _PRACTICE,
    _ATTENTION,
    _ORDER,
    # -- answer
    letter("choice", "Option chosen"),
    letter("correct_choice", "Option the bank holds to be right"),
    flag("correct", "1 where choice is correct_choice; empty without a choice"),
    one_of("status", Status, "How the trial ended", required=True),
    probability("confidence", "Probability the participant gave to the choice"),
    text("confidence_scale", "How confidence was asked for"),
    *probabilities("", ""),
    one_of("p_source", ProbabilitySource, "Where p_a .. p_d come from"),
    letter("initial_choice", "Choice committed before help was available"),
    probability("initial_confidence", "Confidence in initial_choice"),
    *probabilities("initial_", " before help was available"),
    text("reason", "The participant's own words"),
    # -- advice
    _STANCE,
    _MANIPULATED,
    letter("first_advice_choice", "Option the assistant stood for first"),
    letter("advice_choice", "Option the assistant stood for last; empty when speakers differ"),
    flag("advice_correct", "1 where advice_choice is correct_choice; empty without advice"),
    one_of("advice_status", AdviceStatus, "Whether the assistant stood for an option"),
    one_of("advice_source", AdviceSource, "Who read the advice out of the conversation"),
    # -- traffic and time
    count("n_messages", "Messages the participant wrote to the assistant"),
    count("n_replies", "Replies received"),
    count("n_replies_failed", "Replies that failed"),
    count("n_resets", "Times the participant made the model forget"),
    _TIME_LIMIT,
    seconds("response_time_s", "From first shown to closed, by the server's clock"),
    seconds(
        "browser_response_time_s",
        "From the question's first paint to the click that handed in, by the participant's browser and over reloads; "
        "empty where the clock closed the trial, and where that browser cannot know: another tab or device had the "
        "question first, or its clock is more than 5 s off the server's measure",
    ),
    seconds("assistant_wait_s", "Time spent waiting for replies"),
    moment("shown_at", "When the question was first shown"),
    moment("closed_at", "When the trial closed: the deadline, however late it was noticed"),
    seconds(
        "initial_response_time_s", "From first shown to the first answer, committed before help was available"
    ),
    seconds(
        "reading_time_s",
        "How long the passage stood alone before the question; empty without a reading phase",
    ),
    seconds("min_time_s", "Time before which no answer was taken; empty without one"),
    letter(
        "advice_choice_by_model",
        "Option the assistant stood for last as a model read it (advice_choice: as the rule did); empty where it read "
        "none, and where advice_reader is empty nobody asked it",
    ),
    text("advice_reader", "The model that read advice_choice_by_model, PROVIDER:NAME"),
)

_PARTICIPANTS = (
    _PARTICIPANT_ID,
    _PARTICIPANT_KIND,
    _CELL,
    moment("assigned_at", "When the cell was assigned"),
    moment("started_at", "When the participant agreed to take part"),
    moment("ended_at", "When the sitting ended"),
    text("outcome", "How the sitting ended"),
    count("n_closed", "Trials closed, practice included"),
    count("comprehension_attempts", "Tries at the comprehension questions"),
    count("n_attention_failed", "Attention checks failed"),
    text("consent_hash", "SHA-256 of the text the participant agreed to"),
    flag("withdrew", "1 where the participant withdrew"),
    flag("external_help_reported", "1 where the participant reported help from elsewhere"),
    flag(
        "keeps_data",
        "Who withdrew: 1 where their data may be used, 0 where not, and then this row is all that is exported of them; "
        "empty where they did not say",
    ),
    text("simulated_by", "The model that played this participant, PROVIDER:NAME; empty for everybody else"),
    text(
        "platform_status",
        "What became of the person at Prolific, in its words, as the latest file from there says",
    ),
)

_PLAN = (
    _PARTICIPANT_ID,
    _PARTICIPANT_KIND,
    _TRIAL_ID,
    count("n", "Number of the trial in the sitting, practice included, from 1", minimum=1),
    *_WHERE,
    _TASK,
    _QUESTION_ID,
    _CONDITION,
    _FORM,
    _PROTOCOL,
    _ASSISTANT_MODE,
    _STANCE,
    _MANIPULATED,
    _ORDER,
    _TIME_LIMIT,
    _PRACTICE,
    _ATTENTION,
)

_MESSAGES = (
    _TRIAL_ID,
    count("seq", "Number of the message in the trial, from 1", required=True),
    moment("at", "When it was sent; a reply: when it was begun"),
    text("speaker", "Who wrote it", required=True),
    letter("speaker_stance", "Option the speaker was told to argue for"),
    count("context", "Part of the chat that the model could see; a reset opens a new one"),
    text("text", "The message as shown"),
    _PROMPT_HASH,
    text("model", "Model that wrote it"),
    *_TOKENS,
    *_REPLY_TIMES,
    _FINISH_REASON,
    text("status", "Whether the message is complete, stopped, interrupted or failed"),
    text("message_id", "The message, as visible names it"),
    text("provider", "Model service of the model that wrote it"),
    _PROMPT,
    _MODEL_ANSWERED,
    count("attempts", "Tries that the reply took, the last one included", minimum=1),
    text("visible", "message_id of each message that the model was sent, in order, with spaces between"),
    text("error", "What went wrong with a reply, as far as the service said"),
    _TROUBLE,
    _QUEUED,
)

_BELIEFS = (
    _TRIAL_ID,
    count("seq", "Number of the belief in the trial, from 1", required=True),
    count("after_message", "seq of the last message seen before it"),
    letter("choice", "Option held to be right at that moment"),
    probability("confidence", "Probability on that option, as stated"),
    *probabilities("", " at that moment"),
    one_of("p_source", ProbabilitySource, "Where these numbers come from; a person's are elicited"),
)

_MODEL_CALLS = (
    text("call_id", "One request to a model service", required=True),
    text("trial_id", "The trial it was made for"),
    text("participant_id", "The person or model it was made for"),
    one_of(
        "purpose",
        (
            *("reply", "answer", "reasoning", "score", "sample", "belief"),
            *("judge_message", "judge_answer", "judge_belief", "read_advice"),
        ),
        "A reply to a person; of the model alone an answer, a reasoning before it, the score of one, an answer sampled "
        "for probabilities, or whether its answer is true; a message, an answer or a belief after a reply of a "
        "simulated judge; or a reading of the assistant's advice",
    ),
    text("provider", "Model service"),
    text("model", "Model asked for"),
    text("method", "How the model alone was asked"),
    count("attempt", "Number of the try that ended the call, from 1", minimum=1),
    moment("started_at", "When the request was made"),
    *_REPLY_TIMES,
    *_TOKENS,
    _FINISH_REASON,
    text("request_id", "The service's own name for the request"),
    text("status", "Whether the call was complete, stopped, interrupted or failed"),
    text("error", "What went wrong"),
    _PROMPT_HASH,
    _PROMPT,
    _MODEL_ANSWERED,
    text("text", "What came back, where it stands in no other table"),
    _TROUBLE,
    _QUEUED,
    text(
        "batch_id",
        "The batch that the call was part of, as its service calls it; empty for a call of its own",
    ),
)

_EVENTS = (
    text("stream", "participant_id, or study", required=True),
    count("seq", "Number of the event in its stream, from 1", required=True),
    text("kind", "What happened", required=True),
    count("version", "Version of this kind of event", required=True),
    moment("at", "When it happened", required=True),
    Column("body", Type.JSON, "The event in canonical JSON, exactly as hashed", required=True),
    text("prev_hash", "hash of the event before; 64 zeros for the first"),
    text("hash", "SHA-256 over the event and prev_hash", required=True),
)

_OBSERVATIONS = (
    text("participant_id", "The person observed", required=True),
    text("trial_id", "The trial whose question, or passage, was on the page"),
    moment("at", "When it was received; a page sends every ten seconds", required=True),
    one_of(
        "kind",
        ("focus", "clipboard", "scroll", "search", "choices", "typing"),
        "What was observed: the page lost or regained the focus or the view; something was copied, cut or pasted; "
        "the passage was scrolled; something was looked for in it; a mark was set; something was typed",
        required=True,
    ),
    Column(
        "body",
        Type.JSON,
        "ms: since the question (phase question) or the passage alone (phase reading) appeared, by its clock. "
        "focus: what. clipboard: what, length in characters, parts of the page (outside: none of them). scroll: the "
        "lower edge of the view (at), and the furthest so far since the page was loaded, as shares of the passage. "
        "search: term and hits, or the status of a quotation whose place was asked for. choices: mark, and choice (an "
        "original letter) or confidence or both. typing: field, until_ms, keys, deletions, pastes, and length at the "
        "end in characters. Never what was typed, copied or pasted",
    ),
)

_SURVEY = (
    text("participant_id", "Who answered", required=True),
    text("item", "The item of the questionnaire", required=True),
    text("answer", "What was answered: a point from 1, a number, words; empty where nothing was"),
)

COLUMNS: dict[Table, tuple[Column, ...]] = {
    Table.ANSWERS: _ANSWERS,
    Table.PARTICIPANTS: _PARTICIPANTS,
    Table.QUESTIONS: _QUESTIONS,
    Table.PLAN: _PLAN,
    Table.MESSAGES: _MESSAGES,
    Table.BELIEFS: _BELIEFS,
    Table.MODEL_CALLS: _MODEL_CALLS,
    Table.EVENTS: _EVENTS,
    Table.OBSERVATIONS: _OBSERVATIONS,
    Table.SURVEY: _SURVEY,
    Table.PAGE_TIMES: _PAGE_TIMES,
}

KEYS: dict[Table, tuple[str, ...]] = {
    Table.ANSWERS: ("study_id", "participant_id", "condition", "question_id", "sample"),
    Table.PARTICIPANTS: ("participant_id",),
    Table.QUESTIONS: ("question_id",),
    Table.PLAN: ("trial_id",),
    Table.MESSAGES: ("trial_id", "seq"),
    Table.BELIEFS: ("trial_id", "seq"),
    Table.MODEL_CALLS: ("call_id",),
    Table.EVENTS: ("stream", "seq"),
    Table.SURVEY: ("participant_id", "item"),
    Table.PAGE_TIMES: ("participant_id", "page_index"),
}

SITE = text("site", "Which of the joined records the row is from", required=True)
"""The last column of every table but the questions, in an export that joins the records of several sites."""


def ordered(table: str) -> tuple[str, ...]:
    """The header of a table: its column names in the order in which they are written."""
    return tuple(column.name for column in COLUMNS[Table(table)])
