"""Reports become the page's table, and the rest of the page stays."""

from __future__ import annotations

from openmotion4_table import PAGE, row, with_table


def report(model="runs/lcn/best.safetensors", **about):
    errors = {"root_relative": {"mean_mm": 61.04}, "procrustes": {"mean_mm": 45.25}}
    about = {"model": model, "split": "test", "detections": "gt", **about}
    return {"about": about, "results": errors, "n_frames": 21488}


def test_a_row_says_what_was_measured():
    assert row(report()) == "| lcn/best | test | gt | 61.0 | 45.2 | 21,488 |"
    named = row(report("frame.onnx", only="camera:4", detections="detector"))
    assert named == "| frame | test, only camera:4 | detector | 61.0 | 45.2 | 21,488 |"


def test_the_table_stands_between_the_marks_and_is_replaced():
    page = PAGE.read_text(encoding="utf-8")
    once = with_table(page, [report("a.onnx"), report("b.onnx")])
    assert once.count("| test | gt |") == 2
    assert with_table(once, []) == with_table(page, [])
    before, _, _ = page.partition("<!-- results -->")
    assert once.startswith(before)
    assert once.rstrip().endswith("<!-- end of results -->")
