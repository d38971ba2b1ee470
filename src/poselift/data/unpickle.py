"""Pickles of arrays and plain values, read without running what they ask for.

A pickle is a program: it may call whatever it can import. Here it can import what rebuilds arrays and a few harmless
types of Python, and nothing else.
"""

from __future__ import annotations

import pickle
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from poselift.errors import DataFormatError

# Taken from numpy's own reductions, because the modules that they live in have moved between its versions.
_RECONSTRUCT: Any = np.zeros(1).__reduce__()[0]
_SCALAR: Any = np.float64(1).__reduce__()[0]
_FROM_BUFFER: Any = np.zeros(1).__reduce_ex__(5)[0]
_TYPES = (bool, bytearray, bytes, complex, dict, float, frozenset, int, list, set, str, tuple)


def _latin1_bytes(text: str, encoding: str) -> bytes:
    """The bytes that pickles of protocol 2 and older hold as text."""
    if encoding not in ("latin1", "latin-1"):
        raise ValueError(f"bytes in the encoding {encoding!r}")
    return text.encode("latin1")


_ADMITTED: dict[tuple[str, str], Callable[..., Any]] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("collections", "OrderedDict"): OrderedDict,
    ("_codecs", "encode"): _latin1_bytes,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _RECONSTRUCT for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): _SCALAR for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _FROM_BUFFER for core in ("core", "_core")},
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
    """The value pickled in a stream.

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
