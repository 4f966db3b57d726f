"""Blocks as a notebook's outputs: text, HTML and data of texts; picture, message, source."""

from __future__ import annotations

from halfsky.report.blocks import MIME, Blocks, Figure, Note, Paragraph, from_json
from halfsky.report.charts.canvas import new_figure
from halfsky.report.render.jupyter import bundles


def test_a_run_of_texts_is_one_output_and_a_chart_another():
    figure = Figure(new_figure(2), "题", "话。", "来源：某局")
    made = list(bundles([Paragraph("一"), Note("二"), figure, Paragraph("三")]))
    assert [sorted(data) for data, _ in made] == [
        [MIME, "text/html", "text/plain"],
        ["image/png", "text/plain"],
        ["text/html", "text/plain"],
        [MIME, "text/html", "text/plain"],
    ]
    assert made[0][0]["text/plain"] == "一\n二"
    assert tuple(from_json(made[0][0][MIME])) == (Paragraph("一"), Note("二"))
    assert made[1][1]["image/png"]["alt"] == "话。"
    assert made[2] == (
        {"text/html": '<p class="note">来源：某局</p>\n', "text/plain": "来源：某局"},
        {"halfsky": {"is_caption": True}},
    )


def test_nothing_is_displayed_of_nothing():
    assert list(bundles(Blocks())) == []
