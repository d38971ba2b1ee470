"""Progress is told where somebody looks, and how much there is as soon as it is known."""

from poselift.cli.progress import progress_bar


def test_the_number_of_things_may_be_told_later(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    with progress_bar("read", None) as show:
        show(3, 4)
    assert "3/4" in capsys.readouterr().err
    with progress_bar("predict", 7) as show:
        show(5)
    assert "5/7" in capsys.readouterr().err


def test_nothing_is_written_where_nobody_looks(monkeypatch, capsys):
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    with progress_bar("read", 2) as show:
        show(2)
    assert capsys.readouterr() == ("", "")
