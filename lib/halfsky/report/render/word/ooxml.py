"""The pieces of a Word file that python-docx has no function for: runs, fields, marks, rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph as WordParagraph


def add_text(line: WordParagraph, text: str) -> Any:
    """A run in the paragraph's face; quotation marks and dashes are Chinese ones."""
    run = line.add_run(text)
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:hint"), "eastAsia")
    return run


def set_face(run: Any, face: str) -> None:
    """The face of a run's Chinese characters."""
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def add_run(parent: Any, text: str | None) -> Any:
    """A run below any element, with its text if there is one; returns the run's element."""
    run = OxmlElement("w:r")
    properties = OxmlElement("w:rPr")
    fonts = OxmlElement("w:rFonts")
    fonts.set(qn("w:hint"), "eastAsia")
    properties.append(fonts)
    run.append(properties)
    if text is not None:
        run.append(_text(text))
    parent.append(run)
    return run


def _text(text: str, tag: str = "w:t") -> Any:
    found = OxmlElement(tag)
    found.text = text
    found.set(qn("xml:space"), "preserve")
    return found


def field_mark(kind: str) -> Any:
    """A run that begins, separates or ends a field (kind: begin, separate, end)."""
    run = OxmlElement("w:r")
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    run.append(mark)
    return run


def start_field(line: WordParagraph, code: str) -> None:
    """Begin a field in a paragraph: its code, and the mark before its result."""
    line._p.append(field_mark("begin"))
    run = OxmlElement("w:r")
    run.append(_text(f" {code} ", "w:instrText"))
    line._p.append(run)
    line._p.append(field_mark("separate"))


def field(code: str, shown: str) -> Iterator[Any]:
    """A field with the result it shows until it is renewed, if one is known."""
    yield field_mark("begin")
    run = OxmlElement("w:r")
    run.append(_text(f" {code} ", "w:instrText"))
    yield run
    yield field_mark("separate")
    if shown:
        result = OxmlElement("w:r")
        result.append(_text(shown))
        yield result
    yield field_mark("end")


def bookmark(kind: str, number: int, name: str = "") -> Any:
    """The start or end of a bookmark (kind: Start, End); both bear its number."""
    mark = OxmlElement(f"w:bookmark{kind}")
    mark.set(qn("w:id"), str(number))
    if name:
        mark.set(qn("w:name"), name)
    return mark


def rule_below() -> Any:
    """A thin line below a paragraph."""
    return parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="4" w:space="2" '
        'w:color="7F7F7F"/></w:pBdr>'
    )


def watermark(text: str) -> Any:
    """Word's own kind of watermark: a grey text across the page, anchored in the header."""
    return parse_xml(
        f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:o="urn:schemas-microsoft-com:office:office"><w:pict>'
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/>'
        "</v:shapetype>"
        '<v:shape id="PowerPlusWaterMarkObject1" o:spid="_x0000_s2049" type="#_x0000_t136" '
        'style="position:absolute;margin-left:0;margin-top:0;width:400pt;height:100pt;'
        "rotation:315;z-index:-251658752;mso-position-horizontal:center;"
        "mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        'mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#e9c4be" '
        'stroked="f"><v:fill opacity=".4"/>'
        f'<v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" string="{text}"/>'
        "</v:shape></w:pict></w:r>"
    )
