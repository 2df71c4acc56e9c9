"""What happens to a batch of calls at a model service. It is told in the study's own stream.

A batch is on record before it is sent, under a key of ours: should the answer of the service be lost, with the process
that waited for it, then whoever comes next knows what to look for there, and nothing is paid for twice.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BatchCall:
    """One call of a model that answers alone: trial, part (as in AloneAsked), and what is sent."""

    n: int
    part: str
    prompt_hash: str


@dataclass(frozen=True, slots=True)
class BatchPlanned:
    """These calls are about to be sent. `repeat` is how often each question was to be answered at that time."""

    key: str
    participant_id: str
    provider: str
    model: str
    repeat: int
    calls: tuple[BatchCall, ...]


@dataclass(frozen=True, slots=True)
class BatchSent:
    """The service has taken them, and calls the batch so."""

    key: str
    participant_id: str
    batch_id: str


@dataclass(frozen=True, slots=True)
class BatchEnded:
    """Nothing more will come of it.

    `state` is ended, expired, cancelled, failed (the service refused it as a whole), not_sent (the service never had
    it), gone (results that are kept no longer) or forgotten (the researcher said so). `n_failed` requests were tried in
    vain, `n_untried` never had their turn. `message` is what the service says of a batch that it refused.
    """

    key: str
    participant_id: str
    state: str
    n_replies: int = 0
    n_failed: int = 0
    n_untried: int = 0
    message: str = ""
