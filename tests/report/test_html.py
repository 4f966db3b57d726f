"""Html carries its plain reading, and a note never lets data become markup."""

from __future__ import annotations

from halfsky.report.html import Html, note


def test_bundle_has_markup_and_plain_text():
    bundle = Html("<p>一</p>", "一")._repr_mimebundle_()
    assert bundle == {"text/html": "<p>一</p>", "text/plain": "一"}


def test_a_note_escapes_what_it_says():
    said = note("<script>x</script>没有数据")
    assert said.html == '<p class="note">&lt;script&gt;x&lt;/script&gt;没有数据</p>'
    assert said.text == "<script>x</script>没有数据"
