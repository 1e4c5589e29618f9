"""Configurations and states as JSON: numbers, names and arrays, nothing that could be executed.

What JSON lacks stands in an object with one key that begins with ``$``:

| key | value |
|---|---|
| ``$pairs`` | the pairs of a dictionary whose keys aren't all names |
| ``$tuple``, ``$set`` | a list |
| ``$array`` | the dtype and the numbers of an array, nested |
| ``$packed`` | the same of an array that RLlib keeps as a text, which it would unpickle |
| ``$space`` | the name of one of Gymnasium's spaces, and its arguments |
| ``$name`` | ``"module:name"`` of a class or function |
| ``$partial`` | a function with arguments: function, positional and named ones |
| ``$made`` | the name of a dataclass, and its fields |
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import enum
import functools
import importlib
import io
import math
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

import gymnasium as gym
import numpy as np
from ray.rllib.utils.serialization import _serialize_ndarray


def encode(value: Any, what: str) -> Any:
    """Return ``value`` as JSON has it.

    Raises:
        TypeError: Something in it can't be stored; the message says where it is, beginning with
            ``what``.
    """
    if isinstance(value, str) and (packed := _unpack(value)) is not None:
        return {"$packed": encode(packed, what)}
    if value is None or isinstance(value, bool | int | float | str):
        return value.value if isinstance(value, enum.Enum) else value
    # Before mappings and sequences, which some spaces are.
    if isinstance(value, gym.Space):
        return {"$space": [type(value).__name__, encode(_space_arguments(value, what), what)]}
    if isinstance(value, Mapping):
        if all(isinstance(key, str) and not key.startswith("$") for key in value):
            return {key: encode(part, f"{what}.{key}") for key, part in value.items()}
        return {
            "$pairs": [[encode(k, what), encode(v, f"{what}[{k!r}]")] for k, v in value.items()]
        }
    if isinstance(value, list | tuple | set | frozenset):
        parts = [encode(part, f"{what}[{number}]") for number, part in enumerate(value)]
        if isinstance(value, list):
            return parts
        return {"$tuple" if isinstance(value, tuple) else "$set": parts}
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biuf":
        return {"$array": [value.dtype.str, value.tolist()]}
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, functools.partial):
        return {"$partial": encode([value.func, list(value.args), value.keywords], what)}
    if isinstance(value, type | FunctionType):
        return {"$name": name_of(value)}
    if dataclasses.is_dataclass(value):
        fields = {
            field.name: getattr(value, field.name)
            for field in dataclasses.fields(value)
            if field.init
        }
        return {"$made": [name_of(type(value)), encode(fields, what)]}
    raise TypeError(
        f"{what} is {value!r}, which can't be stored as JSON. Numbers, texts, arrays, spaces, "
        "dataclasses, and classes and functions by their names can be."
    )


def decode(value: Any, find: Callable[[str], Any]) -> Any:
    """Return what :func:`encode` was given; ``find`` looks up a class or function by its name.

    Raises:
        ValueError: It is nothing that :func:`encode` returns.
    """
    if isinstance(value, str) and _inflate(value, 1):
        raise ValueError("An array is hidden in a text, which could be a pickle.")
    if isinstance(value, list):
        return [decode(part, find) for part in value]
    if not isinstance(value, dict):
        return value
    if len(value) != 1 or not (key := next(iter(value))).startswith("$"):
        return {key: decode(part, find) for key, part in value.items()}
    content = value[key]
    if key == "$pairs":
        return {decode(k, find): decode(v, find) for k, v in content}
    if key == "$tuple":
        return tuple(decode(content, find))
    if key == "$set":
        return set(decode(content, find))
    if key == "$array":
        return np.array(content[1], dtype=np.dtype(content[0]))[()]
    if key == "$packed":
        return _serialize_ndarray(np.asarray(decode(content, find)))
    if key == "$space":
        if content[0] not in _SPACES:
            raise ValueError(f"{content[0]!r} is none of the spaces {', '.join(_SPACES)}.")
        arguments = decode(content[1], find)
        size = math.prod(np.ravel(arguments.get("shape", arguments.get("n", 1))).tolist())
        if content[0] in ("Box", "MultiBinary") and size > _MOST_NUMBERS:
            raise ValueError(f"A space of {size} numbers is more than any environment's.")
        return getattr(gym.spaces, content[0])(**arguments)
    if key == "$name":
        return find(content)
    if key == "$partial":
        function, arguments, named = decode(content, find)
        return functools.partial(function, *arguments, **named)
    if key == "$made":
        made, fields = find(content[0]), decode(content[1], find)
        if not (isinstance(made, type) and dataclasses.is_dataclass(made)):
            raise ValueError(f"{content[0]} is no dataclass.")
        return made(**fields)
    raise ValueError(f"{key!r} is not known here. Was it written by a later version?")


_MOST_NUMBERS = 10_000_000
"""An observation has fewer. A file could ask for more than there is memory for."""

_SPACES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "Box": lambda space: {
        "low": _shorten(space.low),
        "high": _shorten(space.high),
        "shape": space.shape,
        "dtype": space.dtype.str,
    },
    "Discrete": lambda space: {"n": int(space.n), "start": int(space.start)},
    "MultiDiscrete": lambda space: {
        "nvec": space.nvec,
        "start": space.start,
        "dtype": space.dtype.str,
    },
    "MultiBinary": lambda space: {"n": space.n},
    "Tuple": lambda space: {"spaces": list(space)},
    # Pairs, because Gymnasium sorts a dictionary, and the features of a module follow the order.
    "Dict": lambda space: {"spaces": list(space.items())},
}


def _space_arguments(space: gym.Space, what: str) -> dict[str, Any]:
    if type(space) is not getattr(gym.spaces, type(space).__name__, None) or (
        type(space).__name__ not in _SPACES
    ):
        raise TypeError(f"{what} is {space}; only the spaces {', '.join(_SPACES)} can be stored.")
    return _SPACES[type(space).__name__](space)


def _shorten(bound: np.ndarray) -> Any:
    """Return the one number that all bounds are, as an image's, or else the array."""
    numbers = np.unique(bound)
    return numbers[0] if len(numbers) == 1 else bound


def _inflate(text: str, most: int = 0) -> bytes:
    """Return what RLlib packed into a text, or nothing if it is any other text.

    Args:
        text: Any text.
        most: Return at most so many bytes, however much there is; 0 for all.
    """
    try:
        return zlib.decompressobj().decompress(base64.b64decode(text, validate=True), most)
    except (binascii.Error, ValueError, zlib.error):
        return b""


def _unpack(text: str) -> np.ndarray | None:
    """Return the array in a text of RLlib, or None if it is any other text."""
    data = _inflate(text)
    return np.load(io.BytesIO(data), allow_pickle=False) if data else None  # never a pickle


def name_of(thing: type | FunctionType) -> str:
    """Return the name under which a class or function may be found again."""
    return f"{thing.__module__}:{thing.__qualname__}"


_TRUSTED = (
    "memorylab",
    "gymnasium",
    "popgym",
    *(f"ray.rllib.{part}" for part in ("algorithms", "callbacks", "connectors", "core", "env")),
)
"""Where a file may name things. Elsewhere it could name a function that runs a command."""


def find_by_name(name: str) -> type | FunctionType:
    """Import the module that a class or function is in, and return it.

    Raises:
        LookupError: There is nothing of this name, it is neither a class nor a function, or its
            module is not one that a file may name.
    """
    module, _, path = name.partition(":")
    if not any(f"{module}.".startswith(f"{trusted}.") for trusted in _TRUSTED):
        raise LookupError(f"a file can't name things of the module {module}")
    try:
        found: Any = importlib.import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise LookupError(str(error)) from error
    if not isinstance(found, type | FunctionType) or found.__module__ != module:
        raise LookupError(f"{name} is {found!r}, and no class or function of that module")
    return found
