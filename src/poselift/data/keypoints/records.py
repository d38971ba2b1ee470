"""What JSON holds, looked at before it is believed; and frames by the numbers in names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from poselift.errors import DataFormatError

_KINDS = {dict: "an object", list: "a list", str: "a text", int: "a whole number"}
_NUMBERS = re.compile(r"\d+")
# So many numbers between frames are believed to be frames without people.
_SPARSEST, _FEW = 100, 10_000


def entry(record: Any, key: str, kind: type, where: str) -> Any:
    """What stands under a key of a record, if it is of this kind.

    Raises:
        DataFormatError: the record is no object, lacks the key, or holds something else there.
    """
    record = an_object(record, where)
    value = record.get(key)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        found = _shown(value) if key in record else "none"
        raise DataFormatError(f"{where}: expected {_KINDS[kind]} {key!r}, found {found}")
    return value


def an_object(value: Any, where: str) -> Mapping[str, Any]:
    """The value, if it is an object of JSON.

    Raises:
        DataFormatError: it is something else.
    """
    if not isinstance(value, Mapping):
        raise DataFormatError(f"{where}: expected an object, found {_shown(value)}")
    return value


def listed(value: Any, where: str) -> list[Any]:
    """The value, if it is a list.

    Raises:
        DataFormatError: it is something else.
    """
    if not isinstance(value, list):
        raise DataFormatError(f"{where}: expected a list, found {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def triples(values: Any, where: str) -> Float[np.ndarray, "joints 3"]:
    """x, y and confidence of each joint, of a flat list of them; null is missing.

    Raises:
        DataFormatError: they are no numbers, or not three for each joint.
    """
    numbers = numbers_of(values, where)
    if numbers.ndim == 2 and numbers.shape[1] == 3:
        return numbers
    if numbers.ndim != 1 or numbers.size % 3 or not numbers.size:
        raise DataFormatError(f"{where}: expected x, y and confidence of each joint, found {numbers.size} numbers")
    return numbers.reshape(-1, 3)


def numbers_of(values: Any, where: str) -> np.ndarray:
    """An array of the numbers in nested lists; null becomes NaN.

    Raises:
        DataFormatError: there is something else in them, or lists of different lengths.
    """
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise DataFormatError(f"{where}: expected numbers, found {_shown(values)}") from None


def frames_of(names: Sequence[str | int], where: object) -> list[int]:
    """The frame of each name, from 0: by the last number in it, where all have one; otherwise by their order.

    Numbers that are left out are frames without people. Where numbers are far apart, they are no frames but the names
    of images, and their order counts.

    Raises:
        DataFormatError: a number is there twice under different names.
    """
    numbers = [name if isinstance(name, int) else _last_number(name) for name in names]
    known = [number for number in numbers if number is not None]
    distinct = dict.fromkeys(names)
    if len(known) < len(names) or len(set(known)) < len(distinct):
        if len(known) == len(names):
            of_number = {number: name for name, number in zip(names, numbers, strict=True)}
            twice = next(number for name, number in zip(names, numbers, strict=True) if of_number[number] != name)
            raise DataFormatError(f"{where}: frame {twice} is there twice, under different names")
        order = {name: n for n, name in enumerate(distinct)}
        return [order[name] for name in names]
    first, last = min(known, default=0), max(known, default=0)
    if last - first > max(_FEW, _SPARSEST * len(distinct)):
        rank = {number: n for n, number in enumerate(sorted(set(known)))}
        return [rank[number] for number in known]
    return [number - first for number in known]


def _last_number(name: str) -> int | None:
    found = _NUMBERS.findall(name.removesuffix("_keypoints.json").rpartition("/")[2].rsplit(".", 1)[0])
    return int(found[-1]) if found and len(found[-1]) < 19 else None
