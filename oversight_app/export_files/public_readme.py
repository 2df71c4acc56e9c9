"""What a public export says of itself: its README for readers, and its manifest without what leads back."""

from collections.abc import Mapping
from typing import Any

from oversight_app.export_files.public import BEGINNING, LEFT_OUT, Public, Publisher
from oversight_app.study.licences import BANKS

PUBLIC_NOTE = (
    "This is a public export: ids are hashes, times count from each person's own beginning, words may be left out. "
    "README.md says what was changed."
)
_LEADS_BACK = ("stream_heads", "seed")
"""The heads name everybody's stream; from the seed the order of arrival could be worked out."""


def public_manifest(manifest: Mapping[str, Any], wish: Public, publisher: Publisher) -> dict[str, Any]:
    """The manifest of a public export: what leads back left out, what was changed said."""
    n, n_texts, n_passages = publisher.n_questions
    return {name: value for name, value in manifest.items() if name not in _LEADS_BACK} | {
        "public": {
            "ids": "keyed hashes; the key was random, for this export, and is stored nowhere",
            "times": f"from each person's own beginning, which is {BEGINNING:%Y-%m-%dT%H:%M:%SZ}",
            "tables_left_out": [table.value for table in LEFT_OUT],
            "words_of_people": "scrubbed" if wish.with_text else "left out",
            "words_left_out": dict(sorted(publisher.n_left_out.items())),
            "banks_vouched_for": list(wish.banks),
            "questions": {"all": n, "without_text": n_texts, "without_passage": n_passages},
        }
    }


def public_readme(manifest: Mapping[str, Any], wish: Public, publisher: Publisher) -> str:
    """README.md of the folder, in Markdown."""
    n, n_texts, n_passages = publisher.n_questions
    words = (
        "Words of people (reasons, answers to open questions, chats) are in the tables, **scrubbed**: e-mail and web "
        "addresses, handles, telephone numbers, IP addresses, ids of recruiting platforms and of this study are "
        "replaced by `[email]`, `[url]`, `[handle]`, `[phone]`, `[ip]` and `[id]`. They are found by their form. "
        "Names, places and what people tell of themselves are not found: somebody has to have read these texts "
        "before they are published."
        if wish.with_text
        else "Words of people (reasons, answers to open questions) and the texts of chats, which may repeat them, are "
        "left out: their cells are empty."
    )
    n_words = sum(publisher.n_left_out.values())
    banks = "; ".join(f"`{bank}`: {named}" for bank, named in BANKS.items())
    vouched = (
        f" Whoever made this export vouches for {', '.join(f'`{bank}`' for bank in wish.banks)}."
        if wish.banks
        else ""
    )
    begins = f"{BEGINNING:%Y-%m-%dT%H:%M:%SZ}"
    left_out = " and ".join(f"`{table.value}.csv`" for table in LEFT_OUT)
    made_with = f"oversight {manifest['versions']['oversight'] or ''}".strip()
    return f"""# {manifest["title"]}: public data

Made with {made_with} from the study's record. `codebook.md` explains every column, `manifest.json` has the
SHA-256 of each file. `oversight report FOLDER`, or `python -m analysis FOLDER --out report`, gives the same
estimates as from the study itself; only the strategies of chats are not coded where their words are left out.

## What was changed

- **Ids.** participant_id, trial_id, message_id and call_id are keyed hashes (HMAC-SHA-256, cut to 16 hex digits).
  The key was drawn at random for this export and stored nowhere: no list of people gives these ids, and no other
  export has the same ones. Ids of recruiting platforms and of links are in no export. Rows stand in the order of
  the hashes.
- **Times.** Every time counts from the beginning of that person's sitting, which is written as
  {begins}. Lengths of time are as measured.
- **Tables.** {left_out} are left out.
- **Words.** {words}
- **Model services.** Names of requests and batches, hashes of prompts and words of errors are left out.
- **Questions.** {n:,} questions are named by id and `content_hash`; {n_texts:,} are without their text and
  {n_passages:,} without their passage, because no licence is known that allows passing them on. Words about
  these are left out too, since they may quote them. Counted as free: {banks};
  and passages whose licence says so (`passage_license`, which has to stay with the text).{vouched}
- Cells of words left empty for these reasons: {n_words:,}.
- **Manifest.** The seed and the heads of the record are left out: they would lead back to the order of arrival.

## What was not changed

Answers, conditions, confidences, lengths of time and counts are those of the study, and so are answers to closed
questions and numbers of the questionnaire: look whether a rare one (an age, say) gives somebody away. Whoever has
another export of the same study can match rows by these values, though not by ids. `consent_hash` says which text
was agreed to, not by whom.
"""
