"""Pickles of arrays and plain values, read without running what they ask for.

A pickle is a program: it may call whatever it can import. Here it can import what rebuilds arrays and a few harmless
types of Python, and nothing else. Arrays are rebuilt by functions of ours, because numpy takes the sizes and flags in
a pickle on trust: a damaged one makes it read and write memory that is not its own.
"""

from __future__ import annotations

import math
import operator
import pickle
import re
import zipfile
import zlib
from collections import OrderedDict
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from poselift.errors import DataFormatError

_TYPES = (bool, bytearray, bytes, complex, dict, float, frozenset, int, list, set, str, tuple)


class _Dtype:
    """A dtype on its way out of a pickle; one of fields or of fixed sub-arrays is refused."""

    def __init__(self, text: str, align: Any = False, copy: Any = True) -> None:
        if not re.fullmatch(r"[<>|=]?[biufcSUO]\d{0,6}", text):
            raise ValueError(f"dtype {text!r}")
        self.dtype = np.dtype(text)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, order, *composed = state[:5]
        if composed != [None, None, None]:
            raise ValueError("a dtype of several fields")
        self.dtype = self.dtype.newbyteorder(order)


class _Array(np.ndarray):
    """An array on its way out of a pickle."""

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        shape, kind, fortran, data = state[-4:]
        count = math.prod(operator.index(n) for n in shape)
        data = data.encode("latin1") if isinstance(data, str) else data
        known = list if kind.dtype.hasobject else bytes
        expected = count if kind.dtype.hasobject else count * kind.dtype.itemsize
        if type(data) is not known or min(shape, default=0) < 0 or len(data) != expected:
            raise ValueError(f"an array of shape {shape} and {kind.dtype} with other contents")
        super().__setstate__((1, shape, kind.dtype, bool(fortran), data))  # type: ignore[arg-type]


def _new_array(*_: Any) -> np.ndarray:
    """An array that its state is still to fill."""
    return np.ndarray.__new__(_Array, (0,), np.int8)


def _scalar(kind: _Dtype, data: Any) -> Any:
    if kind.dtype.hasobject:
        raise ValueError("a scalar of objects")
    (scalar,) = np.frombuffer(data.encode("latin1") if isinstance(data, str) else data, kind.dtype)
    return scalar


def _from_buffer(data: Any, kind: _Dtype, shape: tuple[int, ...], order: Any, *axes: Any) -> np.ndarray:
    array = np.frombuffer(bytes(data), kind.dtype).copy()
    if any(axes):  # of an array that is contiguous in another order of its axes
        return array.reshape(shape).transpose(*axes)
    return array.reshape(shape, order=order)


def _latin1_bytes(text: str, encoding: str) -> bytes:
    """The bytes that pickles of protocol 2 and older hold as text."""
    if encoding not in ("latin1", "latin-1"):
        raise ValueError(f"bytes in the encoding {encoding!r}")
    return text.encode("latin1")


# Functions here have no defaults: a pickle may set attributes of what it is given, and defaults are all that counts.
_ADMITTED: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): "ndarray",  # named only
    ("numpy", "dtype"): _Dtype,
    ("collections", "OrderedDict"): OrderedDict,
    ("_codecs", "encode"): _latin1_bytes,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _new_array for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): _scalar for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _from_buffer for core in ("core", "_core")},
    # Python 2 called the module __builtin__.
    **{(module, kind.__name__): kind for module in ("builtins", "__builtin__") for kind in _TYPES},
}


class _Unpickler(pickle.Unpickler):
    def __init__(self, stream: BufferedIOBase, where: str) -> None:
        super().__init__(stream, encoding="latin1")  # arrays that Python 2 wrote
        self._where = where

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ADMITTED[module, name]
        except KeyError:
            raise DataFormatError(
                f"{self._where}: expected a pickle of arrays and plain values, it asks for {module}.{name}",
                "nothing of it was run; get the file from where you trust it",
            ) from None


def unpickled(stream: BufferedIOBase, where: str) -> Any:
    """The value pickled in a stream; its arrays are instances of a subclass, which `np.asarray` takes off.

    Args:
        where: what to call the stream in messages.

    Raises:
        DataFormatError: it is no whole pickle, or holds anything but arrays and plain values; nothing is run.
    """
    try:
        return _Unpickler(stream, where).load()
    except DataFormatError:
        raise
    # A damaged pickle calls the admitted functions with anything, so that they raise anything.
    except Exception as error:
        raise DataFormatError(
            f"{where}: not a pickle, or cut short ({type(error).__name__}: {error})", "get the file anew"
        ) from None


def read_pickle(path: Path | str) -> Any:
    """The value in a pickle file, which may come from Python 2.

    Raises:
        DataFormatError: it cannot be read; otherwise as for `unpickled`.
    """
    try:
        with open(path, "rb") as stream:
            return unpickled(stream, str(path))
    except OSError as error:
        raise DataFormatError(f"{path}: cannot be read ({error.strerror})") from None


def load_npz_objects(path: Path | str, key: str) -> Any:
    """A member of an .npz file, which may be an array of objects; one value alone comes without its array.

    Raises:
        DataFormatError: the file is damaged or lacks the member; otherwise as for `unpickled`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            content = archive.read(f"{key}.npy")
    except OSError as error:
        raise DataFormatError(f"{path}: cannot be read ({error.strerror or error})") from None
    except KeyError:
        raise DataFormatError(f"{path}: found no {key}, only {', '.join(_members(Path(path)))}") from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise DataFormatError(f"{path}: not an .npz file, or damaged ({error})", "get the file anew") from None
    array = _read_npy(BytesIO(content), f"{path}: {key}")
    return array.item() if array.shape == () else array


def _read_npy(stream: BufferedIOBase, where: str) -> np.ndarray:
    try:
        version = np.lib.format.read_magic(stream)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, fortran, dtype = read_header(stream)
    except (ValueError, KeyError) as error:
        raise DataFormatError(f"{where}: not an .npy array ({error})", "get the file anew") from None
    if not dtype.hasobject:
        data = np.frombuffer(stream.read(), dtype)
        if data.size != np.prod(shape, dtype=np.int64):
            raise DataFormatError(f"{where}: expected {shape} numbers, found {data.size}", "get the file anew")
        return data.reshape(shape, order="F" if fortran else "C")
    array = unpickled(stream, where)
    if not isinstance(array, np.ndarray):
        raise DataFormatError(f"{where}: expected an array of objects, found {type(array).__name__}")
    return array


def _members(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [name.removesuffix(".npy") for name in archive.namelist()]
