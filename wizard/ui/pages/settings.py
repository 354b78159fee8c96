"""What holds beyond one plan: language, appearance, what new plans begin with, own figures, who quotes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QLineEdit, QVBoxLayout, QWidget

from wizard.errors import InputError
from wizard.money import CURRENCIES
from wizard.needs.logo import logo_bytes
from wizard.ui.context import Context
from wizard.ui.menu import THEMES, TONGUES
from wizard.ui.own_words import counted
from wizard.ui.pages.base import Page
from wizard.ui.pages.budget import countries
from wizard.ui.widgets.basic import Panel, button, clear, column, row, text
from wizard.ui.widgets.cards import Choice
from wizard.ui.widgets.fields import Notes
from wizard.ui.widgets.flow_layout import FlowLayout

if TYPE_CHECKING:
    from wizard.ui.commands import Commands

LOGO_HEIGHT = 48


class SettingsPage(Page):
    """Settings. ``done`` leads back to the step that was shown."""

    def __init__(self, ctx: Context, commands: Commands, done: Callable[[], object]) -> None:
        super().__init__(
            ctx,
            ctx.t("How should it work for you?"),
            ctx.t("These hold for every plan; everything takes effect at once."),
        )
        self.commands = commands
        self.add(self._look())
        self.add(self._units())
        self.add(self._begin())
        self.add(self._books())
        self.add(self._seller())
        self.body.addStretch(1)
        self.tail = QWidget()
        self.tail.setLayout(row(button(ctx.t("Done"), done, role="primary", name="settings-done")))

    def _look(self) -> Panel:
        t, settings = self.ctx.t, self.commands.settings
        panel = Panel(t("Language and appearance"))
        themes = [(code, t(words)) for code, words in THEMES]
        panel.add(self._chips("language", t("Language"), TONGUES, self.ctx.tr.lang, self.commands.set_language))
        panel.add(self._chips("theme", t("Appearance"), themes, settings.theme, self.commands.set_theme))
        return panel

    def _units(self) -> Panel:
        t, units, put = self.ctx.t, self.commands.settings.units, self.commands.set_units
        panel = Panel(t("Units"), t("on the screen; quotes and files keep theirs"))
        memory = [("usual", t("GB for weights, GiB for devices")), ("GiB", "GiB"), ("GB", "GB")]
        pace = [("ms", t("ms per token")), ("tok/s", t("tokens per second"))]
        heat = [("kW", t("W and kW")), ("BTU/h", t("also as heat in BTU/h"))]
        panel.add(self._chips("memory", t("Memory"), memory, units.memory, lambda code: put(memory=code)))
        panel.add(self._chips("pace", t("Pace of an answer"), pace, units.pace, lambda code: put(pace=code)))
        panel.add(self._chips("heat", t("Power"), heat, units.heat, lambda code: put(heat=code)))
        return panel

    def _begin(self) -> Panel:
        ctx, settings = self.ctx, self.commands.settings
        panel = Panel(ctx.t("What new plans begin with"))
        money = [(code, code) for code in CURRENCIES]
        panel.add(self._chips("currency", ctx.t("Currency"), money, settings.currency, self.commands.set_currency))
        combo = QComboBox()
        combo.setObjectName("settings-country")
        combo.setAccessibleName(ctx.t("Country"))
        for code, words in countries(ctx):
            combo.addItem(words, code)
        combo.setCurrentIndex(max(0, combo.findData(settings.country)))
        combo.activated.connect(lambda _n: self.commands.change(country=combo.currentData()))
        label = text(ctx.t("Country"), wrap=False)
        label.setBuddy(combo)
        panel.add(column(label, row(combo, -1), gap=4))
        return panel

    def _chips(
        self, key: str, title: str, choices: Sequence[tuple[str, str]], chosen: str, act: Callable[[str], object]
    ) -> QVBoxLayout:
        holder = QWidget()
        made = Choice(holder, lambda code: act(str(code)))
        line = FlowLayout(holder, gap=6)
        for code, words in choices:
            chip = button(words, role="chip", name=f"settings-{key}={code}")
            chip.setAccessibleName(f"{title}: {words}")
            made.add(code, chip)
            line.addWidget(chip)
        made.show(chosen)
        return column(text(title, wrap=False), holder, gap=4)

    # --- own figures

    def _books(self) -> Panel:
        t = self.ctx.t
        panel = Panel(t("Price books"), t("own prices, discounts, hardware and models: CSV, XLSX or YAML"))
        self.in_project = text("")
        self.in_project.setObjectName("own-figures")
        self.take_off = button(t("Take them off this plan"), self._take_off, role="link", name="figures-off")
        self.add_now = button(t("Add to this plan..."), self._add_now, name="figures-add")
        self.books = QVBoxLayout()
        self.books.setSpacing(4)
        self.add_always = button(t("Add to every new plan..."), self._add_always, name="book-add")
        panel.add(row(self.in_project, self.take_off, gap=12))
        panel.add(self.books)
        panel.add(row(self.add_now, self.add_always, -1))
        return panel

    def _add_now(self) -> None:
        name = self._ask(self.ctx.t("Price book"), "*.csv *.xlsx *.yaml *.yml")
        if name:
            self.commands.open_path(Path(name))

    def _add_always(self) -> None:
        name = self._ask(self.ctx.t("Price book"), "*.csv *.xlsx *.yaml *.yml")
        if name:
            self.commands.add_book(Path(name))
            self.refresh()

    def _ask(self, title: str, patterns: str) -> str:
        return QFileDialog.getOpenFileName(self, title, "", f"{title} ({patterns})")[0]

    def _take_off(self) -> None:
        needs = self.ctx.session.needs
        self.ctx.session.replace(needs.model_copy(update={"overrides": type(needs.overrides)()}))

    def _show_books(self) -> None:
        t, own = self.ctx.t, self.ctx.session.needs.overrides
        words = counted(self.ctx.tr, own)
        self.in_project.setText(t("In this plan: {what}", what=words) if words else t("This plan has no own figures."))
        self.take_off.setVisible(bool(words))
        clear(self.books)
        for name in self.commands.settings.price_books:
            off = button(t("Remove"), partial(self._drop, name), role="link", name="book-remove")
            off.setAccessibleName(t("Remove {name}", name=Path(name).name))
            line = row(text(t("In every new plan: {name}", name=name)), off, gap=12)
            line.setStretch(0, 1)
            self.books.addLayout(line)

    def _drop(self, name: str) -> None:
        books = tuple(book for book in self.commands.settings.price_books if book != name)
        self.commands.change(price_books=books)
        self.refresh()

    # --- who quotes

    def _seller(self) -> Panel:
        t, seller = self.ctx.t, self.commands.settings.seller
        panel = Panel(t("Who quotes"), t("on the first page of every quote"))
        name, contact, tax = (
            self._line(code, words, getattr(seller, code))
            for code, words in (("name", t("Company")), ("contact", t("Contact")), ("tax_id", t("Tax no.")))
        )
        panel.add(row(name, contact, tax, gap=20))
        self.address = Notes(self._keep_address)
        self.address.setPlainText(seller.address)
        self.address.setObjectName("seller-address")
        self.address.setAccessibleName(t("Address"))
        self.address.setTabChangesFocus(True)
        self.address.setFixedHeight(64)
        panel.add(column(text(t("Address"), wrap=False), self.address, gap=4))
        self.picture = QLabel()
        self.picture.setProperty("role", "paper")
        self.picture.setAccessibleName(t("Logo"))
        self.no_logo = button(t("Remove"), lambda: self._sell(logo=""), role="link", name="logo-remove")
        self.no_logo.setAccessibleName(t("Remove {name}", name=t("Logo")))
        choose = button(t("Choose a logo..."), self._choose_logo, name="logo-choose")
        self.logo_fault = text("", "fault")
        self.logo_fault.setObjectName("logo-fault")
        panel.add(row(self.picture, choose, self.no_logo, -1, gap=12))
        panel.add(self.logo_fault)
        return panel

    def _line(self, code: str, title: str, value: str) -> QWidget:
        line = QLineEdit(value)
        line.setObjectName(f"seller-{code}")
        line.setAccessibleName(title)
        line.setMaxLength(200)
        line.editingFinished.connect(lambda: self._sell(**{code: line.text()}))
        label = text(title, wrap=False)
        label.setBuddy(line)
        holder = QWidget()
        holder.setLayout(column(label, line, gap=4))
        return holder

    def _keep_address(self) -> None:
        self._sell(address=self.address.toPlainText()[:400])

    def _choose_logo(self) -> None:
        name = self._ask(self.ctx.t("Logo"), "*.png *.jpg *.jpeg *.svg")
        if name:
            self.take_logo(Path(name))

    def take_logo(self, path: Path) -> None:
        """Take a picture as the logo, or say why not."""
        from wizard.ui.logo import read_logo

        try:
            self._sell(logo=read_logo(path))
        except InputError as error:
            self.logo_fault.setText("⚠ " + self.ctx.tr.error(error))
            self.logo_fault.show()

    def _sell(self, **values: str) -> None:
        self.commands.change(seller=self.commands.settings.seller.model_copy(update=values))
        self.refresh()

    def refresh(self) -> None:
        super().refresh()
        self._show_books()
        logo = self.commands.settings.seller.logo
        self.logo_fault.hide()
        self.picture.setVisible(bool(logo))
        self.no_logo.setVisible(bool(logo))
        if logo:
            picture = QPixmap()
            picture.loadFromData(logo_bytes(logo))
            self.picture.setPixmap(picture.scaledToHeight(LOGO_HEIGHT, Qt.TransformationMode.SmoothTransformation))
