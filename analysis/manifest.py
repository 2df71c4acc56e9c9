"""What an export says about the study it came from; every key may be missing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.columns import GUARD, SCHEMA
from analysis.errors import ExportError


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model alone that people are compared with; None means that the declaration leaves it open."""

    provider: str | None = None
    model: str | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """`manifest.json`, read once; `raw` is all of it."""

    raw: Mapping[str, Any] = field(default_factory=dict)

    def text(self, key: str) -> str | None:
        """The text under this key, None where there is none."""
        value = self.raw.get(key)
        return str(value) if value not in (None, "") else None

    def flag(self, key: str) -> bool | None:
        """The yes or no under this key, None where it is not said."""
        value = self.raw.get(key)
        return bool(value) if value is not None else None

    def mapping(self, key: str) -> Mapping[str, Any]:
        """The table under this key, empty where there is none."""
        value = self.raw.get(key)
        return value if isinstance(value, Mapping) else {}

    @property
    def name(self) -> str:
        """What to call the study."""
        return self.text("title") or self.text("study_id") or "Untitled study"

    @property
    def files(self) -> Mapping[str, str]:
        """SHA-256 of each exported file as written."""
        return {str(name): str(value) for name, value in self.mapping("files").items()}

    @property
    def is_guarded(self) -> bool:
        """Whether free text has an apostrophe in front where a spreadsheet would run it; exports of old have none."""
        return self.mapping("cells").get("guard") == GUARD

    @property
    def family(self) -> tuple[str, ...] | None:
        """The contrasts declared as confirmatory before data, None where nothing was declared."""
        declared = self.mapping("analysis").get("family")
        return tuple(str(name) for name in declared) if isinstance(declared, list) else None

    @property
    def margin(self) -> float | None:
        """The declared margin of equivalence, as a fraction."""
        value = self.mapping("analysis").get("margin")
        return float(value) if isinstance(value, int | float) else None

    @property
    def wmv_panel_size(self) -> int | None:
        """The declared number of voters in a panel of the weighted majority vote."""
        value = self.mapping("analysis").get("wmv_panel_size")
        return value if isinstance(value, int) and not isinstance(value, bool) and value >= 1 else None

    @property
    def exclusions(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """The declared whole-participant rules as (name, settings): `"withdrew"` or `{rule = "too_fast", ...}`."""
        declared = self.mapping("analysis").get("exclusions")
        rules = []
        for item in declared if isinstance(declared, list) else ():
            if isinstance(item, Mapping):
                settings = dict(item)
                rules.append((str(settings.pop("rule", settings.pop("name", "unnamed"))), settings))
            else:
                rules.append((str(item), {}))
        return tuple(rules)

    @property
    def primary_model_alone(self) -> ModelChoice | None:
        """The model alone that was declared as the comparator."""
        declared = self.mapping("primary_model_alone")
        if not declared:
            return None
        values = {key: declared.get(key) or None for key in ("provider", "model", "method")}
        return ModelChoice(**{key: str(value) if value else None for key, value in values.items()})

    def true_accuracy(self, task: str, condition: str) -> float | None:
        """The accuracy that simulated participants were given, known in rehearsals only."""
        by_task = self.mapping("truth").get("accuracy")
        by_condition = by_task.get(task) if isinstance(by_task, Mapping) else None
        value = by_condition.get(condition) if isinstance(by_condition, Mapping) else None
        return float(value) if isinstance(value, int | float) else None


def read_manifest(path: Path) -> Manifest:
    """Read `manifest.json`; ExportError where it is not a JSON object or comes from a later version."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ExportError(f"{path.name} is not valid JSON ({error}). Export the study again.") from error
    if not isinstance(raw, dict):
        raise ExportError(f"{path.name} holds {type(raw).__name__} where a JSON object belongs.")
    schema = raw.get("schema", SCHEMA)
    if not isinstance(schema, int) or schema > SCHEMA:
        raise ExportError(
            f"{path.name} says schema {schema!r}; this version reads up to {SCHEMA}. Use a newer version of the tool."
        )
    return Manifest(raw)
