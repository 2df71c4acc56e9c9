"""Where a study departs from what was registered for it: found by comparison, with what was said and what was done.

An export of this application carries its registration (`registration` in manifest.json) and when earlier exports were
made. Nothing here judges: a departure may have the best of reasons, and the reader decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.columns import ParticipantKind
from analysis.entries import MODEL, WITH_MODEL
from analysis.export import Export
from analysis.results import Contrast, Departure, Exclusion, Role, Rows
from analysis.tables import DisplayTable
from analysis.words import MISSING, plural

_COMPARED = {
    "family": "Family of confirmatory comparisons",
    "margin": "Margin of equivalence",
    "exclusions": "Exclusions",
    "wmv_panel_size": "Voters in a panel of the weighted majority vote",
    "stopping_rule": "Stopping rule",
}
_KINDS = _COMPARED | {
    "no_registration": "No registration",
    "registered_late": "Registered after data",
    "design": "Another design",
    "primary_model_alone": "Model alone to compare with",
    "target_raised": "Target raised",
    "target_lowered": "Target lowered",
    "stopped_early": "Fewer participants than registered",
    "stopped_late": "More participants than registered",
    "looked_before_end": "Data seen before enrolment closed",
    "accuracy_shown": "Accuracy looked at before enrolment closed",
    "places_raised": "Places raised",
    "model_served": "Another assistant",
    "exclusion_not_applied": "Exclusion that could not be applied",
    "not_computed": "Registered comparison without a result",
}
NONE_FOUND = "None found: what was done agrees with what was registered, as far as the export shows."
UNKNOWN = "This table came without a manifest, so nothing says what was registered."


def departures(
    export: Export,
    answers: pd.DataFrame,
    exclusions: Sequence[Exclusion],
    contrasts: Sequence[Contrast],
    wmv_panel_size: int | None = None,
) -> list[Departure]:
    """Every departure, the weightiest first; empty where there is none, or where no manifest says anything.

    `answers` are the prepared ones. `wmv_panel_size` is the one asked for in place of the declared one.
    """
    manifest = export.manifest
    if not manifest.raw:
        return []
    said = manifest.mapping("registration")
    found = [*_about_looks(export), *_about_enrolment(export)]
    if not said:
        frozen = manifest.text("frozen_at")
        stands = f"the design, frozen at {frozen}" if frozen else "the manifest"
        nothing = Departure(
            kind="no_registration", registered=None, found=f"What was declared stands in {stands} only."
        )
        return [nothing, *found]
    return [
        *_late(said, export),
        *_declared(said, export, wmv_panel_size),
        *found,
        *_about_size(said, export),
        *_about_models(said, answers),
        *_about_results(said, exclusions, contrasts),
    ]


def _late(said: Mapping[str, Any], export: Export) -> Iterable[Departure]:
    at = str(said.get("registered_at") or "")
    own = export.answers[export.answers["condition"] != MODEL]
    times = own["shown_at"].fillna(own["closed_at"]) if "shown_at" in own else pd.Series(dtype="str")
    moments, moment = _moments(times), _moment(at)
    n_before = int((moments < moment).sum()) if moment is not None else 0
    n = max(n_before, int(said.get("n_answers") or 0))
    if n:
        yield Departure(
            kind="registered_late",
            registered=f"at {at}",
            found=f"{plural(n, 'answer')} had begun or were recorded by then",
        )
    elif said.get("n_people"):
        people = plural(int(said["n_people"]), "participant")
        yield Departure(kind="registered_late", registered=f"at {at}", found=f"{people} had begun by then")


def _declared(said: Mapping[str, Any], export: Export, wmv_panel_size: int | None) -> Iterable[Departure]:
    """What the export declares, and what was asked for, beside what was registered."""
    registered, declares = _mapping(said.get("analysis")), export.manifest.mapping("analysis")
    now = dict(declares) | ({"wmv_panel_size": wmv_panel_size} if wmv_panel_size else {})
    for key in _COMPARED:
        if key in registered and _plain(registered[key]) != _plain(now.get(key)):
            yield Departure(kind=key, registered=_words(registered[key]), found=_words(now.get(key)))
    before, after = registered.get("target_n"), now.get("target_n")
    if isinstance(before, int) and isinstance(after, int) and before != after:
        kind = "target_raised" if after > before else "target_lowered"
        yield Departure(kind=kind, registered=str(before), found=str(after))
    primary, own = _mapping(said.get("primary_model_alone")), export.manifest.mapping("primary_model_alone")
    if primary and dict(primary) != dict(own):
        yield Departure(kind="primary_model_alone", registered=_system(primary), found=_system(own))
    design = export.manifest.text("design_hash")
    if said.get("design_hash") and design != said["design_hash"]:
        yield Departure(kind="design", registered=str(said["design_hash"]), found=design or MISSING)


def _about_looks(export: Export) -> Iterable[Departure]:
    """Exports with answers that were made after somebody had begun and before the last one did."""
    looks, people = export.manifest.raw.get("earlier_exports"), _people(export)
    if not isinstance(looks, list) or people is None or "started_at" not in people:
        return
    begun = _moments(people["started_at"]).dropna()
    early = []
    for look in looks:
        at = _moment(str(_mapping(look).get("at") or ""))
        if at is not None and _mapping(look).get("n_answers") and (begun < at).any() and (begun > at).any():
            early.append((at, int((begun > at).sum())))
    if early:
        at, n_after = early[0]
        yield Departure(
            kind="looked_before_end",
            registered="answers are read when enrolment has closed",
            found=f"{plural(len(early), 'export')} with answers before that, the first at "
            f"{at.strftime('%Y-%m-%dT%H:%M:%SZ')}; {plural(n_after, 'participant')} began later",
        )


def _about_enrolment(export: Export) -> Iterable[Departure]:
    """What the researcher did on the console while people took part; the manifest tells it."""
    enrolment = export.manifest.mapping("enrolment")
    looks = [_mapping(look) for look in enrolment.get("accuracy_shown") or ()]
    if looks:
        yield Departure(
            kind="accuracy_shown",
            registered="accuracy is hidden until enrolment has closed",
            found=f"asked for {plural(len(looks), 'time')} before that, first at {looks[0].get('at')}",
        )
    for change in map(_mapping, enrolment.get("changes") or ()):
        if change.get("what") == "target_raised":
            seen = "after" if change.get("accuracy_seen") else "before"
            yield Departure(
                kind="places_raised",
                registered=str(change.get("before")),
                found=f"{change.get('after')}, {seen} accuracy could be seen, at {change.get('at')}",
            )


def _about_size(said: Mapping[str, Any], export: Export) -> Iterable[Departure]:
    target, people = _mapping(said.get("analysis")).get("target_n"), _people(export)
    if not isinstance(target, int) or people is None or "outcome" not in people:
        return
    n = int((people["outcome"] == "completed").sum())
    if n != target:
        yield Departure(
            kind="stopped_early" if n < target else "stopped_late",
            registered=plural(target, "participant"),
            found=f"{n} had completed when this export was made",
        )


def _about_models(said: Mapping[str, Any], answers: pd.DataFrame) -> Iterable[Departure]:
    registered = _mapping(said.get("assistant"))
    if not registered.get("model"):
        return
    own = answers.loc[(answers["condition"] == WITH_MODEL) & answers["model"].notna(), ["provider", "model"]]
    systems = {
        (None if pd.isna(row["provider"]) else str(row["provider"]), str(row["model"]))
        for row in own.drop_duplicates().to_dict("records")
    }
    wanted = registered.get("provider"), registered["model"]
    others = sorted(
        f"{provider or '?'}:{model}"
        for provider, model in systems
        if model != wanted[1] or (provider is not None and wanted[0] and provider != wanted[0])
    )
    if others:
        yield Departure(kind="model_served", registered=_system(registered), found=", ".join(others))


def _about_results(
    said: Mapping[str, Any], exclusions: Sequence[Exclusion], contrasts: Sequence[Contrast]
) -> Iterable[Departure]:
    declared = _mapping(said.get("analysis"))
    rules = [str(rule) for rule in declared.get("exclusions") or ()]
    for rule in exclusions:
        if rule.declared and rule.n_participants is None and rule.rule in rules:
            yield Departure(kind="exclusion_not_applied", registered=rule.rule, found=rule.note)
    family = [str(name) for name in declared.get("family") or ()]
    for row in contrasts:
        if (
            row.contrast in family
            and (row.metric, row.rows, row.role, row.subgroup)
            == ("accuracy", Rows.ALL.value, Role.PRIMARY.value, None)
            and row.p is None
        ):
            yield Departure(kind="not_computed", registered=f"{row.task}: {row.contrast}", found=row.note)


def _people(export: Export) -> pd.DataFrame | None:
    """Everybody but models; real participants only where there are any."""
    people = export.participants
    if people is None or "participant_kind" not in people:
        return None
    people = people[people["participant_kind"] != ParticipantKind.MODEL]
    humans = people[people["participant_kind"] == ParticipantKind.HUMAN]
    return people if humans.empty else humans


def _moments(times: pd.Series) -> pd.Series:
    return pd.to_datetime(times, utc=True, errors="coerce", format="ISO8601")


def _moment(text: str) -> pd.Timestamp | None:
    moment = pd.to_datetime(text, utc=True, errors="coerce") if text else pd.NaT
    return None if pd.isna(moment) else moment


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _plain(value: object) -> object:
    """Lists compare whatever their order: a family and exclusions have none."""
    return sorted(map(str, value)) if isinstance(value, list | tuple) else value


def _words(value: object) -> str:
    if value is None or value == []:
        return "none"
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _system(value: Mapping[str, Any]) -> str:
    name = ":".join(str(value[key]) for key in ("provider", "model") if value.get(key))
    return f"{name}, {value['method']}" if value.get("method") else name or "none"


def departure_table(
    rows: Sequence[Departure], registered_at: str | None, sha256: str | None
) -> DisplayTable | None:
    """The departures for the page, None where there is none."""
    if not rows:
        return None
    when = (
        f"Registered at {registered_at}, SHA-256 {(sha256 or MISSING)[:12]}…"
        if registered_at
        else "Nothing was registered."
    )
    table = DisplayTable(when, ["What", "Registered", "Found"], [], n_heads=3)
    table.rows += [["", _KINDS[row.kind], row.registered or MISSING, row.found] for row in rows]
    return table
