import copy
import inspect
import pickle

import pytest

from poselift import errors
from poselift.errors import MissingExtraError, NoPersonError, OutputError, PoseliftError, ShapeError

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, PoseliftError)]


def raised(kind):
    if kind is MissingExtraError:
        return MissingExtraError("av", "video")
    return kind("joints: expected 17, got 16", "convert them first")


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_says_one_line_and_what_to_do(kind):
    error = raised(kind)
    assert str(error)
    assert error.hint
    assert "\n" not in str(error) + error.hint


@pytest.mark.parametrize("kind", KINDS)
def test_the_tree_in_the_docstring_is_the_tree(kind):
    builtin = [base.__name__ for base in kind.__bases__ if base.__module__ == "builtins" and base is not Exception]
    line = next(line for line in errors.__doc__.splitlines() if kind.__name__ in line.split())
    assert line.strip("├└─ ").startswith(" ".join([kind.__name__, *(f"({name})" for name in builtin)]))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("travel", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
def test_an_error_survives_the_way_home_from_a_worker(kind, travel):
    error = raised(kind)
    arrived = travel(error)
    assert type(arrived) is kind
    assert (str(arrived), arrived.hint) == (str(error), error.hint)


def test_a_missing_extra_names_the_exact_command():
    error = MissingExtraError("av", "video")
    assert str(error) == "av is not installed"
    assert error.hint == "pip install 'poselift[video]'"


def test_errors_are_caught_as_the_builtin_kinds_too():
    for kind, builtin in ((ShapeError, ValueError), (OutputError, OSError), (MissingExtraError, ImportError)):
        with pytest.raises(builtin):
            raise raised(kind)


def test_exit_codes_tell_a_mistake_from_an_empty_video():
    assert {kind: kind.exit_code for kind in KINDS if kind.exit_code != 2} == {NoPersonError: 3}
