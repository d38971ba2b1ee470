"""What every test runs under: array shapes and types of the lower floors are checked at each call."""

import pytest
from beartype import BeartypeConf, beartype
from hypothesis import settings
from jaxtyping import config, install_import_hook

LOWER_FLOORS = ["poselift.arrays", "poselift.skeleton", "poselift.geometry", "poselift.data", "poselift.metrics"]

# As everywhere in Python's typing, an int will do where a float is asked for.
typechecker = beartype(conf=BeartypeConf(is_pep484_tower=True))

install_import_hook(LOWER_FLOORS, f"{__name__}.typechecker")

# The same examples on every run, and no failure because a shared machine is slow.
settings.register_profile("poselift", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("poselift")


@pytest.fixture
def unchecked_shapes():
    """Calls go through as they do for a user, who meets our own errors and no type checker."""
    config.update("jaxtyping_disable", True)
    yield
    config.update("jaxtyping_disable", False)
