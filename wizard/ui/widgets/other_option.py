"""Says that another option is looked at than the one that is quoted, and offers to quote it."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame

from wizard.planner.plan import Option
from wizard.ui.context import Context
from wizard.ui.say import hardware
from wizard.ui.widgets.basic import button, row, text
from wizard.ui.widgets.lines import put


class OtherOption(QFrame):
    """A line that is there only while the two differ."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.words = text("", "caption")
        self.words.setObjectName("other-option")
        self.take = button(ctx.t("Quote this one"), self._take, role="chip", name="quote-this")
        line = row(self.words, self.take, gap=12)
        line.setStretch(0, 1)
        self.setLayout(line)

    def refresh(self) -> None:
        """Show or hide it."""
        plan, option = self.ctx.session.plan, self.ctx.session.option
        chosen = plan.chosen if plan is not None and plan.status == "feasible" else None
        self.setVisible(chosen is not None and option is not None and option is not chosen)
        if chosen is not None and option is not None:
            put(self.words, self.ctx.t("You are looking at {this}; the quote and the files are for {chosen}.",
                                       this=hardware(option), chosen=hardware(chosen)))

    def _take(self) -> None:
        session = self.ctx.session
        option = session.option
        if option is not None:
            session.option_id = None
            session.put(answers_of(option))


def answers_of(option: Option) -> dict[str, object]:
    """Return the answers that ask for the hardware of an option."""
    return {
        "constraints.accelerators": (option.accelerator,),
        "constraints.exclude_accelerators": (),
        "constraints.accelerator_count": option.accelerators,
        "constraints.acquisition": "cloud" if option.cloud_sku else "own",
        "constraints.mig": bool(option.mig_profile),
    }
