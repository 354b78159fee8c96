"""What the workload, a draft and adapters add to the engine's inputs, as columns of one element."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wizard.catalog.adapters import served_adapter_bytes
from wizard.catalog.catalog import Catalog
from wizard.catalog.model_names import resolve_surely
from wizard.catalog.records import Model
from wizard.errors import InputError
from wizard.i18n import mark
from wizard.needs.needs import Needs
from wizard.sizing.speculation import TYPICAL_ACCEPTANCE, Draft, eagle_draft, model_draft, mtp_draft


@dataclass(frozen=True, slots=True)
class Beside:
    """What lies in memory beside the model: draft and adapters, in bytes per replica."""

    draft: Draft | None
    draft_bytes: float
    adapter_bytes: float
    acceptance: float
    draft_tokens: int

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of :class:`~wizard.sizing.traffic.ServingInputs`; none where nothing lies beside the model."""
        found = {} if self.draft is None else self.draft.columns(self.draft_tokens, self.acceptance)
        extra = self.draft_bytes + self.adapter_bytes
        return found | ({"extra_bytes": np.array([extra])} if extra else {})


def beside(needs: Needs, model: Model, catalog: Catalog) -> Beside:
    """Return draft and adapters of the needs.

    Raises:
        InputError: the model has no layers of its own that guess, or the draft model is not known.
    """
    asked = needs.speculation
    draft = _draft(needs, model, catalog)
    acceptance = asked.acceptance if asked.acceptance is not None else TYPICAL_ACCEPTANCE.get(asked.method, 0.0)
    adapters = needs.adapters.count * served_adapter_bytes(model, needs.adapters.rank) if needs.adapters.count else 0.0
    return Beside(draft, 0.0 if draft is None else draft.stored_bytes, adapters, acceptance, asked.draft_tokens)


def _draft(needs: Needs, model: Model, catalog: Catalog) -> Draft | None:
    method = needs.speculation.method
    if method == "none":
        return None
    if method == "eagle":
        return eagle_draft(model)
    if method == "draft":
        return model_draft(resolve_surely(catalog, needs.speculation.draft_model))
    found = mtp_draft(model)
    if found is None:
        raise InputError(mark("{model} has no layers that predict several tokens"), where="speculation.method",
                         mend=mark("Choose eagle or draft, or no speculation."), model=model.id)
    return found


def lengths(needs: Needs) -> dict[str, Any]:
    """Return the columns of the lengths' variation."""
    load = needs.workload
    return {"prompt_cv": np.array([load.prompt_variation]), "output_cv": np.array([load.output_variation])}
