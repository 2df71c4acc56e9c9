"""Every error this tool raises on purpose.

OversightError
  BadInput                what a researcher wrote or asked for cannot be used; the message says what, where, what to do
    DesignError           study.toml
    BankError             a bank file, or a bank that cannot satisfy the design
    StudyStateError       a command that does not fit where the study stands (a second plan)
      NoPlan              it needs a frozen plan, and there is none yet
  Refusal                 a participant's action that does not count now; the page shows the present state instead
    Reminder              the participant should read why: they have not chosen an answer yet
  StoreError              the record could not be read or written
    StoreFull             no space left; nothing half-written was kept
  ProviderError           a model service did not give a usable reply
    ProviderConfigError   it never will with these settings: missing key, unknown model, refused credentials
    ProviderUnavailable   it may later: overload, time-out, broken connection; `may_retry` says whether to ask again now

The doors turn BadInput, StoreError and ProviderError into one paragraph on stderr and exit code 1.
"""

import shlex


class OversightError(Exception):
    """Any failure that the tool foresaw."""


class BadInput(OversightError):
    """What the researcher gave cannot be used."""


class DesignError(BadInput):
    """study.toml holds something that is not a design."""


class BankError(BadInput):
    """A bank cannot be read, or cannot satisfy the design."""


class StudyStateError(BadInput):
    """The command does not fit the state of the study."""


class NoPlan(StudyStateError):
    """The command needs a frozen plan."""

    def __init__(self, study: object) -> None:
        """Name the study's folder, and the command that plans it."""
        command = shlex.join(("oversight", "plan", str(study)))
        super().__init__(f"{study} has no plan yet. Run `{command}` first.")


class Refusal(OversightError):
    """A participant's action that does not count at this moment."""


class Reminder(Refusal):
    """A refusal that the participant should read: `reminders.<key>` of the interface's words, with these values."""

    def __init__(self, key: str, **values: object) -> None:
        """Name the sentence; the screens say it in the study's language."""
        super().__init__(
            key.replace("_", " ") + "".join(f", {name} {value}" for name, value in values.items())
        )
        self.key = key
        self.values = values


class StoreError(OversightError):
    """The record could not be read or written."""


class StoreFull(StoreError):
    """There is no space left to write; what was acknowledged before stays."""


class ProviderError(OversightError):
    """A model service did not give a usable reply; `request_id` is its own name for the attempt, where it gave one.

    `trouble` is what participants are told of it, one of `study.trouble.Trouble`; empty: what its kind mostly is.
    """

    request_id = ""
    trouble = ""


class ProviderConfigError(ProviderError):
    """The service cannot work with these settings; a retry will not help."""


class ProviderUnavailable(ProviderError):
    """The service did not answer this time; a retry may help, after `retry_after_s` where the service said so.

    Without `may_retry` the service asked not to be asked again for this reply. With `asks_to_wait` it is well, and
    refuses because it was asked too much.
    """

    asks_to_wait = False

    def __init__(self, message: str, *, retry_after_s: float | None = None, may_retry: bool = True) -> None:
        """Say what happened."""
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.may_retry = may_retry
