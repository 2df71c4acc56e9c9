"""The columns of the answer table as the first schema had them, for the migrations that made it."""

ANSWER_COLUMNS = (
    "study_id trial_id participant_id participant_kind condition protocol assistant assistant_mode provider model "
    "method sample task bank question_id passage_id subject form cell block position "
    "position_in_block passage_exposure "
    "is_practice is_attention_check option_order choice correct_choice correct status confidence confidence_scale "
    "p_a p_b p_c p_d p_source initial_choice initial_confidence initial_p_a initial_p_b initial_p_c initial_p_d reason "
    "stance manipulated first_advice_choice advice_choice advice_correct advice_status advice_source n_messages "
    "n_replies n_replies_failed n_resets time_limit_s response_time_s browser_response_time_s "
    "assistant_wait_s shown_at closed_at"
).split()

_REAL = {
    *"confidence p_a p_b p_c p_d initial_confidence initial_p_a initial_p_b initial_p_c initial_p_d".split(),
    *"time_limit_s response_time_s browser_response_time_s assistant_wait_s".split(),
}
_INTEGER = {
    *"sample block position position_in_block passage_exposure is_practice is_attention_check correct".split(),
    *"manipulated advice_correct n_messages n_replies n_replies_failed n_resets".split(),
}


def type_of(column: str) -> type:
    """The Python type of a column of the answer table."""
    return float if column in _REAL else int if column in _INTEGER else str
