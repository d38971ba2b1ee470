import pytest

from poselift.cli.output import check_output
from poselift.errors import OutputError


def test_a_name_is_checked_before_the_work(tmp_path):
    old = tmp_path / "old.json"
    old.write_text("mine")
    check_output(None, (".json",), overwrite=False)
    check_output(tmp_path / "new.json", (".json",), overwrite=False)
    check_output(old, (".json",), overwrite=True)
    check_output(tmp_path / "new", None, overwrite=False)
    with pytest.raises(OutputError, match=r"old\.json: exists"):
        check_output(old, (".json",), overwrite=False)
    with pytest.raises(OutputError, match=r"expected a name that ends in \.json or \.csv"):
        check_output(tmp_path / "new.txt", (".json", ".csv"), overwrite=False)
