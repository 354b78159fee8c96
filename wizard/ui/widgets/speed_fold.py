"""Speculative decoding and LoRA adapters: what makes a model faster, or many models of one."""

from __future__ import annotations

from wizard.catalog.records import Model
from wizard.i18n import mark
from wizard.needs.needs import Needs
from wizard.ui.context import Context
from wizard.ui.pages.base import Page
from wizard.ui.widgets.basic import row
from wizard.ui.widgets.cards import ChipField
from wizard.ui.widgets.fields import TextField
from wizard.ui.widgets.fold import Fold
from wizard.ui.widgets.numbers import NumberField

METHODS = (
    ("none", mark("None")),
    ("mtp", mark("The model's own layers (MTP)")),
    ("eagle", mark("EAGLE head")),
    ("draft", mark("A smaller model")),
)


class _Method(ChipField):
    """The method; one that needs a smaller model brings a fitting one along."""

    def _put(self, value: object) -> None:
        session = self.ctx.session
        changes: dict[str, object] = {self.key: value}
        if value == "draft" and not session.needs.speculation.draft_model:
            model = session.catalog.models.get(session.resolve(session.needs.model) or "")
            changes["speculation.draft_model"] = smaller(model, list(session.catalog.models.values()))
        session.put(changes)


class SpeedFold(Fold):
    """The fold."""

    def __init__(self, page: Page, ctx: Context) -> None:
        super().__init__(ctx, ctx.t("Speculation and adapters"), name="fold-speed")
        self.add(page.field(_Method(ctx, "speculation.method", ctx.t("Guess tokens ahead with"), [
            (code, ctx.t(words)) for code, words in METHODS])))
        self.model = page.field(TextField(ctx, "speculation.draft_model", ctx.t("Smaller model")))
        self.add(self.model)
        ahead = NumberField(ctx, "speculation.draft_tokens", ctx.t("Tokens ahead"), kind=int, optional=False)
        taken = NumberField(
            ctx, "speculation.acceptance", ctx.t("Taken"), unit="%", factor=100, blank=ctx.t("typical")
        )
        self.guesses = (page.field(ahead), page.field(taken))
        self.add(row(*self.guesses, gap=20))
        count = NumberField(ctx, "adapters.count", ctx.t("LoRA adapters"), kind=int, optional=False)
        rank = NumberField(ctx, "adapters.rank", ctx.t("Their rank"), kind=int, optional=False)
        self.add(row(page.field(count), page.field(rank), gap=20))

    def show_needs(self, needs: Needs) -> None:
        """Say what the answers mean."""
        t, method = self.ctx.t, needs.speculation.method
        self.model.setVisible(method == "draft")
        for made in self.guesses:
            made.setVisible(method != "none")
        words = [t(words) for code, words in METHODS if code == method]
        if needs.adapters.count:
            words.append(t("{n} adapters", n=needs.adapters.count))
        self.say(" · ".join(words))


def smaller(model: Model | None, models: list[Model]) -> str:
    """Return a model that may guess for another: the largest of the same words that is at most a fifteenth of it."""
    if model is not None:
        fitting = [
            m
            for m in models
            if m.vocab_size == model.vocab_size
            and m.family == model.family
            and m.kind in ("decoder", "vl")
            and m.total_params <= model.total_params / 15
        ]
        if fitting:
            return max(fitting, key=lambda m: (m.total_params, m.id)).id
    return "Qwen/Qwen2.5-0.5B-Instruct"
