"""Make the two shipped fonts from the full Noto Sans SC: GB2312, Latin and the signs that our texts use.

    python packaging/subset_fonts.py NotoSansSC_400Regular.ttf NotoSansSC_700Bold.ttf

The sources are the static TrueType files of the npm package ``@expo-google-fonts/noto-sans-sc`` 0.4.3 (fonts under
the OFL-1.1, reserved name "Source"). The outcome is committed; nothing rebuilds it.
"""

from __future__ import annotations

import sys
from copy import deepcopy
from pathlib import Path

from fontTools.misc.timeTools import epoch_diff
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent.parent / "resources" / "fonts"
RANGES = (
    (0x0020, 0x007E), (0x00A0, 0x017F), (0x0192, 0x0192), (0x01CD, 0x01DC), (0x0218, 0x021B), (0x02C6, 0x02DD),
    (0x0391, 0x03C9), (0x0401, 0x0451), (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20BF),
    (0x2100, 0x214F), (0x2150, 0x218F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2300, 0x23FF), (0x2460, 0x24FF),
    (0x2500, 0x257F), (0x2580, 0x259F), (0x25A0, 0x25FF), (0x2600, 0x27BF), (0x3000, 0x303F), (0xFF01, 0xFFEE),
)
BEYOND_GB2312 = (
    "昇喆堃玥祎珺璟翀赟旻珮瑄翊煊彧垚甯燚頔龑婳沄湜洺澔濛烜焱燊玚珅珒瑀璠祺禛竑翯芃菡蓁镕淏熠啰囧晟昉昱昶晗暐曌桢梽棪"
    "槿樾歆毓沅泓浛涵淇渼湉滢漪潆澍濬灏炅炜炘烨焓煜熙燏爔玘玭珂珈珏珣珩琇琎琤琬琮琰琳瑭璇璘璞璨瓅甦畅皛眸睿矞碹祉祾"
    "禔稷穎筱箬粲綦缦羿翎翾聿肜芊苡茉荃莀萦葳蒽蕤薏蘅虓袆裎訚谡賾赪踽軼轶邈郗酩鈊鋆錡鍀鎏钊钰铄铖锜镝闫雯霏霂靖韪頎颉"
    "颢飏馨骁骐骞鲲鹍麒麟黛鼐龢"
)
"""Signs of product names (昇腾) and of people's names that the 1980 standard lacks."""
ALIASES = {0x202F: 0x00A0, 0x2009: 0x0020, 0x2717: 0x00D7}
"""Code points the source lacks, shown by a sign of the same meaning: narrow spaces and the cross."""
NARROW = {0x00B7: 120, 0x00D7: 60, 0x2022: 120, 0x00B1: 50, 0x2264: 50, 0x2265: 50, 0x2248: 50}
"""Signs that are a full CJK square wide in the source, with the side bearing that suits figures and Latin words."""


def code_points() -> set[int]:
    """Return every code point that is kept."""
    wanted = {code for first, last in RANGES for code in range(first, last + 1)} | {ord(c) for c in BEYOND_GB2312}
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            wanted.update(ord(c) for c in bytes((high, low)).decode("gb2312", errors="ignore"))
    return wanted


def narrow(font: TTFont) -> None:
    """Give the signs of ``NARROW`` an outline of their own, as wide as its ink plus a bearing on either side."""
    cmap = font.getBestCmap()
    for code, bearing in NARROW.items():
        glyph = deepcopy(font["glyf"][cmap[code]])
        glyph.coordinates.translate((bearing - glyph.xMin, 0))
        glyph.recalcBounds(font["glyf"])
        name = f"narrow{code:04X}"
        font["glyf"][name] = glyph
        font["hmtx"][name] = (glyph.xMax + bearing, glyph.xMin)
        for table in font["cmap"].tables:
            if table.isUnicode() and code in table.cmap:
                table.cmap[code] = name


def alias(font: TTFont) -> None:
    """Map the code points of ``ALIASES``."""
    for table in font["cmap"].tables:
        if table.isUnicode():
            for code, source in ALIASES.items():
                table.cmap.setdefault(code, table.cmap[source])


def subset(source: Path, target: Path) -> None:
    """Write the subset of ``source``; the same source gives the same bytes."""
    font = TTFont(source, recalcTimestamp=False)
    options = Options(
        layout_features=["kern", "ccmp", "mark"], hinting=False, notdef_outline=True, glyph_names=False,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17], drop_tables=["vhea", "vmtx", "STAT", "BASE", "DSIG"],
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=code_points())
    subsetter.subset(font)
    narrow(font)
    alias(font)
    font["head"].modified = font["head"].created = -epoch_diff
    font.save(target)
    print(f"{target.name}: {target.stat().st_size:,} bytes, {len(font.getBestCmap()):,} code points")


def main(regular: str, bold: str) -> None:
    """Write both weights beside each other."""
    FONTS.mkdir(parents=True, exist_ok=True)
    subset(Path(regular), FONTS / "NotoSansSC-Regular.ttf")
    subset(Path(bold), FONTS / "NotoSansSC-Bold.ttf")


if __name__ == "__main__":
    main(*sys.argv[1:])
