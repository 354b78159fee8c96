"""Settings: what holds beyond one plan, live and remembered; logos that are safe; who quotes, on paper."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pypdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests import samples
from tests.ui.conftest import at, find, press, typed
from wizard.catalog.overrides import Overrides
from wizard.errors import InputError
from wizard.i18n import Translator
from wizard.needs.logo import MOST_BYTES, logo_bytes, picture_size
from wizard.needs.needs import Document, Needs, Seller
from wizard.quote.pdf import pdf_bytes
from wizard.ui.logo import read_logo
from wizard.ui.shell import Shell
from wizard.ui.signing import Signer
from wizard.ui.store import Settings, Store

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="50"><rect width="90" height="50"/>{}</svg>'


def picture(path: Path, wide: int = 300, high: int = 100) -> Path:
    image = QImage(wide, high, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkRed)
    assert image.save(str(path))
    return path


@pytest.mark.parametrize("name", ["logo.png", "logo.jpg", "logo.jpeg"])
def test_a_picture_becomes_a_small_png(qapp: object, tmp_path: Path, name: str) -> None:
    data = logo_bytes(read_logo(picture(tmp_path / name, 3000, 1000)))
    assert picture_size(data) == (576, 192)
    assert picture_size((tmp_path / name).read_bytes()) == (3000, 1000)


def test_a_drawing_is_drawn_and_never_travels(qapp: object, tmp_path: Path) -> None:
    path = tmp_path / "logo.svg"
    path.write_text(SVG.format(""), encoding="utf-8")
    data = logo_bytes(read_logo(path))
    assert data.startswith(b"\x89PNG")
    assert picture_size(data) == (720, 180)


@pytest.mark.parametrize(
    "inside", ["<script>1</script>", '<image href="file:///etc/passwd"/>', '<use href="http://x/y.svg#a"/>',
               "<foreignObject/>"],
)
def test_a_drawing_that_loads_or_runs_something_is_refused(qapp: object, tmp_path: Path, inside: str) -> None:
    path = tmp_path / "logo.svg"
    path.write_text(SVG.format(inside), encoding="utf-8")
    with pytest.raises(InputError, match="no picture"):
        read_logo(path)


@pytest.mark.parametrize("content", [b"", b"no picture", b"<svg", b"\x89PNG\r\n\x1a\nbroken", b"%PDF-1.7"])
def test_what_is_no_picture_is_refused(qapp: object, tmp_path: Path, content: bytes) -> None:
    for name in ("logo.png", "logo.svg"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError):
            read_logo(tmp_path / name)
    with pytest.raises(InputError):
        read_logo(tmp_path / "missing.png")


@pytest.mark.parametrize(
    "text", ["%%%", base64.b64encode(b"hello").decode(), base64.b64encode(bytes(MOST_BYTES + 1)).decode(),
             base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\1\0\0\0\1\0\0" + bytes(20)).decode()],
)
def test_needs_take_only_small_pictures(text: str) -> None:
    with pytest.raises(ValueError, match="logo"):
        Seller(logo=text)


def seller(logo: str = "") -> Seller:
    return Seller(name="Example Systems <Ltd>", address="1 Main Street\n10115 Berlin", tax_id="DE 1", logo=logo)


def test_who_quotes_stands_on_the_first_page_with_the_logo(qapp: object, tmp_path: Path) -> None:
    logo = read_logo(picture(tmp_path / "logo.png"))
    plan = Signer().signed(samples.plan(), seller(logo))
    pages = {}
    for lang in ("en", "zh_CN"):
        path = tmp_path / f"{lang}.pdf"
        path.write_bytes(pdf_bytes(plan, Translator(lang), attachments={}, issued=date(2026, 11, 1)))
        pages[lang] = pypdf.PdfReader(path).pages[0]
        assert len(pages[lang].images) == 1
        assert "Example Systems <Ltd>" in pages[lang].extract_text()
        assert "10115 Berlin" in pages[lang].extract_text()
    assert "卖方" in pages["zh_CN"].extract_text()


def test_a_damaged_logo_is_said_and_not_left_out(qapp: object, tmp_path: Path) -> None:
    data = logo_bytes(read_logo(picture(tmp_path / "logo.png")))
    broken = base64.b64encode(data[:40] + bytes(60)).decode()
    plan = Signer().signed(samples.plan(), seller(broken))
    with pytest.raises(InputError, match="logo"):
        pdf_bytes(plan, Translator("en"), attachments={}, issued=date(2026, 11, 1))


def test_a_project_that_names_its_seller_keeps_it() -> None:
    plan, signer = samples.plan(), Signer()
    signed = signer.signed(plan, seller())
    assert signed.needs.document.seller == seller()
    assert signed.needs.document.project == plan.needs.document.project
    assert signer.signed(plan, seller()) is signed
    assert signer.signed(signed, Seller(name="Other")) is signed
    assert signer.signed(plan, Seller()) is plan


def test_settings_come_back_and_damage_is_left_out(tmp_path: Path) -> None:
    store = Store(tmp_path)
    settings = Settings(currency="CNY", country="CN", price_books=("/a.csv",), seller=seller())
    store.keep_settings(settings)
    assert Store(tmp_path).settings() == settings
    data = json.loads((tmp_path / "settings.json").read_text(encoding="utf-8"))
    data |= {"country": "china", "price_books": 3, "seller": {"logo": "x"}}
    (tmp_path / "settings.json").write_text(json.dumps(data), encoding="utf-8")
    assert Store(tmp_path).settings() == Settings(currency="CNY")


def test_they_open_and_close_by_key_and_stay_open_in_another_language(shell: Shell) -> None:
    shell.session.go("budget")
    press(shell, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert shell.stack.currentWidget() is shell.settings_page
    assert not shell.next_button.isVisible()
    find(shell, "settings-language=zh_CN").click()
    assert shell.settings_page is not None
    assert shell.stack.currentWidget() is shell.settings_page
    assert shell.settings_page.title.text() == "您希望它怎样工作？"
    find(shell, "settings-theme=dark").click()
    assert shell.commands.settings.theme == "dark"
    find(shell, "settings-done").click()
    assert at(shell) == "budget"
    assert shell.stack.currentWidget() is shell.page("budget")
    assert shell.next_button.isVisible()


def test_every_kind_of_own_figures_is_counted_and_can_be_taken_off(shell: Shell) -> None:
    kinds: dict[str, dict[str, Any]] = {
        "prices": {"part": "l40s", "usd": 5, "as_of": "2026-11-20"},
        "rates": {"currency": "CNY", "per_usd": 7, "as_of": "2026-11-20"},
        "discounts": {"item": "l40s", "share": "0.1"}, "accelerators": {"id": "l40s", "tdp_w": 340},
        "models": {"id": "a/b", "like": "meta-llama/Llama-3.3-70B-Instruct"},
        "systems": {"id": "x", "like": "dgx_h100"}, "components": {"id": "y", "like": "rack_42u"},
        "instances": {"id": "z", "like": "aws/g6e.12xlarge/us-east-1"},
        "measurements": {"model": "a", "gpu": "b", "metric": "tpot_ms", "value": 5},
        "architectures": {"id": "c/d", "facts": {"layers": 3}},
    }
    assert set(kinds) == set(Overrides.model_fields)
    for kind, row in kinds.items():
        own = Overrides.model_validate({kind: [row]})
        shell.session.replace(shell.session.needs.model_copy(update={"overrides": own}))
        shell.show_settings()
        assert shell.settings_page is not None
        assert shell.settings_page.in_project.text().endswith(": 1"), kind
        shell.settings_page.take_off.click()
        assert shell.session.needs.overrides == Overrides()
        assert "no own figures" in shell.settings_page.in_project.text()


def test_new_plans_begin_as_set(shell: Shell, store: Store) -> None:
    shell.show_settings()
    find(shell, "settings-currency=EUR").click()
    country = find(shell, "settings-country")
    country.setCurrentIndex(country.findData("DE"))
    country.activated.emit(country.currentIndex())
    shell.commands.new()
    assert shell.session.needs.budget.currency == "EUR"
    assert shell.session.needs.economics.country == "DE"
    assert store.settings().country == "DE"


def test_a_price_book_lies_under_every_new_plan(open_shell: Callable[..., Shell], tmp_path: Path) -> None:
    shell = open_shell()
    part = next(iter(shell.session.shipped.accelerators))
    book = tmp_path / "ours.csv"
    book.write_text(f"id,price_usd,price_as_of\n{part},1234,2026-10-01\n", encoding="utf-8")
    shell.commands.add_book(book)
    shell.show_settings()
    assert "1" in find(shell, "own-figures").text()
    find(shell, "figures-off").click()
    assert not shell.session.needs.overrides
    shell.commands.new()
    assert [p.part for p in shell.session.needs.overrides.prices] == [part]
    book.write_text("id,price_usd,price_as_of\nno-such,1,2026-10-01\n", encoding="utf-8")
    shell.commands.new()
    assert not shell.session.needs.overrides
    assert "no-such" in find(shell, "notice-text").text()
    shell.show_settings()
    find(shell, "book-remove").click()
    assert shell.commands.settings.price_books == ()


def test_who_quotes_reaches_the_paper_and_not_the_project(shell: Shell, qtbot: QtBot, tmp_path: Path) -> None:
    shell.show_settings()
    typed(find(shell, "seller-name"), "Example Systems")
    find(shell, "seller-name").editingFinished.emit()
    page = shell.settings_page
    assert page is not None
    page.take_logo(picture(tmp_path / "logo.png"))
    (tmp_path / "bad.png").write_bytes(b"no picture")
    page.take_logo(tmp_path / "bad.png")
    assert "bad.png" in find(shell, "logo-fault").text()
    assert shell.commands.settings.seller.logo
    shown: list[Document] = []
    make = shell.drafter.make
    assert make is not None
    shell.drafter.make = lambda plan, *more: make(shown.append(plan.needs.document) or plan, *more)  # type: ignore[func-returns-value]
    shell.session.go("export")
    qtbot.waitUntil(lambda: not shell.drafter.busy)
    assert shown[-1].seller.name == "Example Systems"
    assert shell.session.needs.document.seller == Seller()
    assert Needs.model_validate(shell.session.needs.model_dump(by_alias=True)) == shell.session.needs
