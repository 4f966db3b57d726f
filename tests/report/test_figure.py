"""A figure: its picture, message and source."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib import pyplot as plt
from PIL import Image

from halfsky.report.blocks import Figure
from halfsky.report.charts.canvas import new_figure
from halfsky.report.render.jupyter import bundles


def chart(synthetic: bool = False) -> Figure:
    figure = new_figure(2)
    figure.subplots().plot([2020, 2024], [16.9, 14.3])
    source = "来源：国家统计局"
    return Figure(figure, "孕产妇死亡率", "由16.9降到14.3。", source, is_synthetic=synthetic)


def test_bundle_carries_picture_message_and_source():
    data, metadata = next(iter(bundles([chart()])))
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"] == "由16.9降到14.3。"
    assert metadata["image/png"] == {
        "alt": "由16.9降到14.3。",
        "caption": "来源：国家统计局",
        "title": "孕产妇死亡率",
        "width": 740,
    }


def test_picture_is_finer_than_the_page_and_the_same_bytes_again():
    first, second = chart(), chart()
    picture = Image.open(io.BytesIO(first.png))
    assert picture.size == (1184, 320)
    assert first.png == second.png
    assert b"Software" not in first.png
    assert b"matplotlib" not in first.png.lower()


def test_few_colours_do_not_change_what_is_seen():
    full = io.BytesIO()
    one = chart()
    one.drawing.savefig(full, format="png", dpi=160)
    before = np.asarray(Image.open(full).convert("RGB")).astype(int)
    after = np.asarray(Image.open(io.BytesIO(one.png)).convert("RGB")).astype(int)
    assert np.abs(before - after).mean() < 0.5
    assert np.abs(before - after).max() < 40


@pytest.mark.parametrize("synthetic", [False, True])
def test_only_synthetic_data_wear_the_watermark(synthetic):
    texts = [t.get_text() for t in chart(synthetic).drawing.texts]
    assert ("合成数据" in texts) is synthetic


def test_pyplot_keeps_no_figure():
    plt.close("all")
    figure, axis = plt.subplots()
    axis.plot([1, 2])
    Figure(figure, "题", "话", "源")
    chart()
    assert plt.get_fignums() == []
