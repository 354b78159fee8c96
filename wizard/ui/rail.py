"""The step rail: where am I, what was answered, where may I go."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QBoxLayout, QFrame, QSizePolicy, QVBoxLayout

from wizard.i18n import mark
from wizard.needs import flow
from wizard.needs.flow import Step
from wizard.ui.answers import describe
from wizard.ui.context import Context
from wizard.ui.theme import CAPTION, CORNER, HEAD
from wizard.ui.widgets.basic import button, row, text
from wizard.ui.widgets.option_cards import machines

NAMES: dict[Step, str] = {
    "use_case": mark("Use case"),
    "model": mark("Model"),
    "workload": mark("Workload"),
    "targets": mark("Targets"),
    "training": mark("Training"),
    "budget": mark("Budget"),
    "hardware": mark("Hardware"),
    "plan": mark("Plan"),
    "bill": mark("Bill and cost"),
    "export": mark("Export"),
}
WIDTH, NARROW = 196, 64
ROOMY = QSize(1120, 620)
"""Below it, as on a small screen at 200 %, only the marks of the steps are shown."""
_TEXT_LEFT = 40


class StepButton(QAbstractButton):
    """One step: a mark with its number or a tick, its name, and its answer in a second line."""

    def __init__(self, ctx: Context, step: Step) -> None:
        super().__init__()
        self.ctx, self.step = ctx, step
        self.state = "open"
        self.number = 0
        self.answer = ""
        self.narrow = False
        self.setObjectName(f"step-{step}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setText(ctx.t(NAMES[step]))

    def show_state(self, number: int, state: str, answer: str) -> None:
        """Show the step as ``current``, ``done``, ``open``, ``faulty`` or ``locked``, with its answer."""
        self.number, self.state, self.answer = number, state, answer
        self.setEnabled(state != "locked")
        self.setCursor(Qt.CursorShape.ArrowCursor if state == "locked" else Qt.CursorShape.PointingHandCursor)
        words = {
            "current": self.ctx.t("current step"),
            "done": self.ctx.t("answered"),
            "open": "",
            "faulty": self.ctx.t("needs your attention"),
            "locked": self.ctx.t("answer the earlier steps first"),
        }[state]
        self.setAccessibleName(f"{number}. {self.text()}" + (f", {words}" if words else ""))
        self.setAccessibleDescription(answer)
        note = words if state in ("locked", "faulty") else answer
        self.setToolTip("\n".join(line for line in (self.text(), note) if line) if self.narrow else note)
        self.updateGeometry()
        self.update()

    def _fonts(self) -> tuple[QFont, QFont]:
        head, caption = QFont(self.font()), QFont(self.font())
        head.setPixelSize(HEAD)
        head.setBold(True)
        caption.setPixelSize(CAPTION)
        return head, caption

    def _answer_lines(self) -> list[str]:
        """Break the answer into at most two lines."""
        metrics, width = QFontMetrics(self._fonts()[1]), WIDTH - 24 - _TEXT_LEFT - 8
        if not self.answer:
            return []
        if metrics.horizontalAdvance(self.answer) <= width:
            return [self.answer]
        cut = len(self.answer)
        while cut > 1 and metrics.horizontalAdvance(self.answer[:cut]) > width:
            cut -= 1
        space = max(self.answer.rfind(" ", 0, cut + 1), self.answer.rfind("-", 0, cut) + 1)
        cut = space if space > cut // 2 else cut
        rest = metrics.elidedText(self.answer[cut:].strip(), Qt.TextElideMode.ElideRight, width)
        return [self.answer[:cut].strip(), rest]

    def sizeHint(self) -> QSize:
        if self.narrow:
            return QSize(NARROW - 16, 36)
        return QSize(WIDTH - 24, 38 + 17 * len(self._answer_lines()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        t = self.ctx.tokens
        p = QPainter(self)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.state == "current" or self.underMouse() or self.hasFocus():
            p.setPen(QPen(t.colour("accent"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            p.setBrush(t.colour("accent_soft" if self.state == "current" else "track"))
            p.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), CORNER - 2, CORNER - 2)
        self._mark(p)
        if self.narrow:
            p.end()
            return
        head, caption = self._fonts()
        lines = self._answer_lines()
        top = (self.height() - 19 - 17 * len(lines)) / 2
        p.setFont(head)
        p.setPen(t.colour("secondary" if self.state == "locked" else "text"))
        p.drawText(QRectF(_TEXT_LEFT, top, self.width() - _TEXT_LEFT, 19), Qt.AlignmentFlag.AlignVCenter, self.text())
        p.setFont(caption)
        p.setPen(t.colour("bad" if self.state == "faulty" else "secondary"))
        for n, line in enumerate(lines):
            box = QRectF(_TEXT_LEFT, top + 19 + 17 * n, self.width() - _TEXT_LEFT, 17)
            p.drawText(box, Qt.AlignmentFlag.AlignVCenter, line)
        p.end()

    def _mark(self, p: QPainter) -> None:
        t = self.ctx.tokens
        circle = QRectF(14 if self.narrow else 10, self.height() / 2 - 10, 20, 20)
        fill, edge, pen, sign = {
            "current": ("accent", "accent", "on_accent", str(self.number)),
            "done": ("good_soft", "good", "good", "✓"),
            "faulty": ("bad_soft", "bad", "bad", "!"),
        }.get(self.state, ("background", "hairline", "secondary", str(self.number)))
        p.setPen(QPen(t.colour(edge), 1))
        p.setBrush(t.colour(fill))
        p.drawEllipse(circle.adjusted(0.5, 0.5, -0.5, -0.5))
        if sign == "✓":
            p.setPen(QPen(t.colour(pen), 1.6))
            c = circle.center()
            p.drawPolyline(QPolygonF([c + o for o in _TICK]))
            return
        font = QFont(self.font())
        font.setPixelSize(CAPTION)
        font.setBold(self.state in ("current", "faulty"))
        p.setFont(font)
        p.setPen(t.colour(pen))
        p.drawText(circle, Qt.AlignmentFlag.AlignCenter, sign)


_TICK = (QPointF(-4, 0.5), QPointF(-1, 3.5), QPointF(4.5, -3.5))


class Rail(QFrame):
    """The list of steps. ``chosen`` names the step that was asked for; Up and Down move between them."""

    chosen = Signal(str)

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.setObjectName("rail")
        self.setAccessibleName(ctx.t("Steps"))
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(12, 20, 12, 12)
        self.box.setSpacing(2)
        self.brand = text("Rackwright", "brand", wrap=False)
        self.brand.setContentsMargins(10, 0, 0, 14)
        self.box.addWidget(self.brand)
        self.buttons: dict[Step, StepButton] = {}
        for step in NAMES:
            made = StepButton(ctx, step)
            made.clicked.connect(lambda _checked=False, s=step: self.chosen.emit(s))
            self.buttons[step] = made
            self.box.addWidget(made)
        self.box.addStretch(1)
        self.menu_button = button(ctx.t("Menu"), role="quiet", name="menu")
        self.menu_button.setAccessibleName(ctx.t("Menu"))
        self.language_button = button("", role="quiet", name="language")
        self.feet = row(self.menu_button, self.language_button, gap=4)
        self.feet.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.box.addLayout(self.feet)
        self._show(narrow=False)

    def fit(self, window: QSize) -> None:
        """Show names and answers, or in a small window the marks alone."""
        narrow = window.width() < ROOMY.width() or window.height() < ROOMY.height()
        if narrow != self.narrow:
            self._show(narrow=narrow)
            self.refresh()

    def _show(self, *, narrow: bool) -> None:
        self.narrow = narrow
        self.setFixedWidth(NARROW if narrow else WIDTH)
        self.box.setContentsMargins(*((8, 12, 8, 8) if narrow else (12, 20, 12, 12)))
        self.brand.setVisible(not narrow)
        for made in self.buttons.values():
            made.narrow = narrow
        chinese = self.ctx.tr.lang == "zh_CN"
        self.menu_button.setText("☰" if narrow else self.ctx.t("Menu"))
        self.language_button.setText(("EN" if narrow else "English") if chinese else "中文")
        self.feet.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def refresh(self) -> None:
        """Show the steps of the current answers."""
        session = self.ctx.session
        order, faulty = flow.steps(session.needs), session.faulty
        for step, made in self.buttons.items():
            made.setVisible(step in order)
            if step in order:
                made.show_state(order.index(step) + 1, self._state(step, order, faulty), self._answer(step))

    def _state(self, step: Step, order: tuple[Step, ...], faulty: frozenset[Step]) -> str:
        session = self.ctx.session
        if step == session.step:
            return "current"
        if step in faulty:
            return "faulty"
        if not flow.reachable(session.needs, step, faulty):
            return "locked"
        return "done" if order.index(step) < order.index(flow.nearest(session.needs, session.step)) else "open"

    def _answer(self, step: Step) -> str:
        session = self.ctx.session
        if step == "plan" and session.plan is not None:
            if session.plan.status != "feasible":
                return self.ctx.t("nothing fits yet")
            n = len(machines(session.plan.options))
            return self.ctx.t("{n} options", n=n) if n > 1 else self.ctx.t("1 option")
        return describe(self.ctx.tr, step, session.needs, session.accelerator_name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shown = [b for b in self.buttons.values() if b.isVisible() and b.isEnabled()]
        at = next((n for n, b in enumerate(shown) if b.hasFocus()), None)
        if at is not None and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            shown[(at + (1 if event.key() == Qt.Key.Key_Down else -1)) % len(shown)].setFocus()
            return
        super().keyPressEvent(event)
