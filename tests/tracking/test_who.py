import pytest

from poselift.errors import RecipeError
from poselift.tracking.who import EVERYBODY, Who


def test_as_the_command_line_says_it():
    assert Who.said() == Who.said("all") == EVERYBODY
    assert Who.said("3") == Who(people=3)
    assert Who.said(person="12") == Who(person=12)
    assert Who.said(person="leftmost") == Who(person="leftmost")


@pytest.mark.parametrize(
    ("people", "person", "complaint"),
    [
        ("some", None, "--people: expected a number or all, got 'some'"),
        ("-1", None, "--people: expected a number or all, got '-1'"),
        ("0", None, "--people: expected 1 or more, got 0"),
        ("all", "0", "--person: expected 1 or more, got 0"),
        ("all", "largst", "unknown --person 'largst'"),
        ("2", "largest", "expected --people or --person, got both"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(people, person, complaint):
    with pytest.raises(RecipeError, match=complaint) as error:
        Who.said(people, person)
    assert error.value.hint
    assert "\n" not in str(error.value) + error.value.hint
