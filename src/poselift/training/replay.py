"""A function of tensors on a CUDA device, recorded once and then replayed without Python.

At small batches it takes longer to launch a few hundred kernels one by one than to run them. A CUDA graph launches
them together, on the memory that they were recorded with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor

# Calls before the recording: libraries choose their kernels and allocate in the first ones.
_WARM_UP = 3


class Replayed:
    """Calls `function` as it was recorded in the first call.

    What it returns and what it leaves behind, such as gradients, lies in the same memory after each call. Random
    numbers come from the global generator as it is at the time of the call.

    Args:
        function: of tensors whose shapes never change.
        buffers: what it changes in place; the calls before the recording leave no trace there.
    """

    def __init__(self, function: Callable[..., Tensor], buffers: Iterable[Tensor]) -> None:
        self._function, self._buffers = function, list(buffers)
        self._graph: torch.cuda.CUDAGraph | None = None

    def __call__(self, *inputs: Tensor) -> Tensor:
        if self._graph is None:
            self._graph = self._recorded(inputs)
        for kept, given in zip(self._inputs, inputs, strict=True):
            kept.copy_(given)
        self._graph.replay()
        return self._output

    def _recorded(self, inputs: Sequence[Tensor]) -> torch.cuda.CUDAGraph:
        device = inputs[0].device
        self._inputs = [tensor.clone() for tensor in inputs]
        before = [buffer.clone() for buffer in self._buffers]
        graph = torch.cuda.CUDAGraph()
        with torch.random.fork_rng([device]):
            # On a stream of their own, as CUDA asks of what is about to be recorded.
            current, side = torch.cuda.current_stream(device), torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
            side.wait_stream(current)
            with torch.cuda.stream(side):
                for _ in range(_WARM_UP):
                    self._function(*self._inputs)
            current.wait_stream(side)
            with torch.cuda.graph(graph):
                self._output = self._function(*self._inputs)
        for buffer, value in zip(self._buffers, before, strict=True):
            buffer.copy_(value)
        return graph
