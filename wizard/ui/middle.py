"""The page of the step, or the settings in its place; above it what there is to tell."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout

from wizard.needs.flow import Step
from wizard.ui.commands import Commands
from wizard.ui.context import Context
from wizard.ui.footer import Footer
from wizard.ui.pages.base import Page
from wizard.ui.widgets.basic import button, row, text

if TYPE_CHECKING:
    from wizard.ui.pages.settings import SettingsPage

PAGES: dict[Step, tuple[str, str]] = {
    "use_case": ("use_case", "UseCasePage"),
    "model": ("model", "ModelPage"),
    "workload": ("workload", "WorkloadPage"),
    "targets": ("targets", "TargetsPage"),
    "training": ("training", "TrainingPage"),
    "budget": ("budget", "BudgetPage"),
    "hardware": ("hardware", "HardwarePage"),
    "plan": ("result", "ResultPage"),
    "bill": ("bill", "BillPage"),
    "export": ("export", "ExportPage"),
}


class Middle(QVBoxLayout):
    """Pages, made when first asked for.

    Args:
        footer: shows the buttons of the page in front.

    Attributes:
        settings: the page of the settings, while it is shown.
    """

    def __init__(self, ctx: Context, footer: Footer) -> None:
        super().__init__()
        self.ctx, self.footer = ctx, footer
        self.pages: dict[Step, Page] = {}
        self.settings: SettingsPage | None = None
        self.stack = QStackedWidget()
        self.stack.setObjectName("middle")
        self.setSpacing(0)
        self.addWidget(self._notice())
        self.addWidget(self.stack, 1)

    def _notice(self) -> QFrame:
        self.notice = QFrame()
        self.notice.setObjectName("notice")
        self.notice_text = text("")
        self.notice_text.setObjectName("notice-text")
        self.close_notice = button(self.ctx.t("Close"), role="quiet", name="notice-close")
        line = row(self.notice_text, self.close_notice, margins=(16, 8, 8, 8))
        line.setStretch(0, 1)
        self.notice.setLayout(line)
        return self.notice

    def tell(self, words: str) -> None:
        """Say something above the page; no box to click away."""
        self.notice_text.setText(words)
        self.notice.setVisible(bool(words))

    def page(self, step: Step) -> Page:
        """Return the page of a step."""
        if step not in self.pages:
            module, name = PAGES[step]
            made: Page = getattr(import_module(f"wizard.ui.pages.{module}"), name)(self.ctx)
            self.pages[step] = made
            self._adopt(made)
        return self.pages[step]

    def open_settings(self, commands: Commands, done: Callable[[], object]) -> Page:
        """Return the page of the settings; ``done`` leads back from it."""
        if self.settings is None:
            from wizard.ui.pages.settings import SettingsPage

            self.settings = SettingsPage(self.ctx, commands, done)
            self._adopt(self.settings)
        self.settings.refresh()
        return self.settings

    def close_settings(self) -> None:
        """Forget the page of the settings."""
        if self.settings is not None:
            for gone in (self.settings, self.settings.tail):
                if gone is not None:
                    gone.deleteLater()
            self.settings = None

    def show_page(self, page: Page) -> None:
        """Bring a page to the front, with its own buttons in the footer."""
        page.settle(self.stack.size())
        self.stack.setCurrentWidget(page)
        for made in (*self.pages.values(), self.settings):
            if made is not None and made.tail is not None:
                made.tail.setVisible(made is page)

    def _adopt(self, page: Page) -> None:
        self.stack.addWidget(page)
        self.footer.adopt(page.tail)
