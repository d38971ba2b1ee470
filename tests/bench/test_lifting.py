"""The folded network that lifting is measured beside computes what the reference model does."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from poselift.bench.lifting import folded_forward  # noqa: E402
from poselift.models import create_model  # noqa: E402


@pytest.mark.parametrize("changed", [{}, {"residual": False}, {"add_input": False}], ids=str)
def test_the_folded_network_is_the_reference_network(changed):
    torch.manual_seed(0)
    model = create_model("lcn", channels=4, layers=2, **changed).eval()
    x = torch.randn(5, 17, 2)
    torch.testing.assert_close(folded_forward(model.folded())(x), model(x), rtol=1e-5, atol=1e-5)
