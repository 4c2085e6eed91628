"""PyTorch's ``state_dict`` (``.pt``), read without torch and without unpickling: its list of tensors is read as data.

The file is a zip archive: ``data.pkl`` says which tensor lies in which stored member. :mod:`pickletools` lists the
instructions; the few that a dictionary of tensors needs are followed here, all others are refused, and none calls anything.
"""

from __future__ import annotations

import io
import pickletools
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from lstm_core.registry import Text
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.table.formats.base import FORMATS, Picked, Progress, check_shape, refuse, usable
from lstm_core.table.formats.labels import read_labels
from lstm_core.table.formats.tensors import from_bfloat16, pick

_MAX_PICKLE = 16 << 20
_TYPES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "BFloat16Storage": "bfloat16"}
_MARK = object()
_BROKEN = (ValueError, IndexError, KeyError, TypeError, AttributeError, zipfile.BadZipFile, NotImplementedError, RuntimeError)


class TorchState:
    """Reads ``.pt`` files of PyTorch 1.6 and later; which tensor, and where its words are, is asked."""

    key = "torch"
    label = Text("PyTorch state_dict (.pt)", "PyTorch state_dict (.pt)")
    suffixes: tuple[str, ...] = ()
    also: tuple[str, ...] = (".pt", ".pth", ".ckpt", ".bin")
    complete = False
    folder = False
    Options = Picked

    def recognises(self, head: bytes) -> bool:
        """Tell whether ``head`` begins as a zip archive does."""
        return head.startswith(b"PK\x03\x04")

    def read(self, path: Path, options: Picked, progress: Progress | None = None) -> EmbeddingTable:
        """Return the table in ``path``. Raises :class:`InvalidTable`, :class:`UnknownChoice` for the tensor."""
        found = tensors_in(path)
        name = pick(path, {name: tensor.shape for name, tensor in found.items()}, options.tensor)
        tensor = found[name]
        if not options.labels:
            refuse(path, "it holds tensors but no labels: give the file of its words", cause="no_words")
        labels = read_labels(Path(options.labels))
        check_shape(path, tensor.shape, labels=len(labels.words))
        return usable(path, labels.words, _load(path, tensor), counts=labels.counts, columns=labels.columns)

    def write(self, table: EmbeddingTable, path: Path) -> NoReturn:
        """Refuse: safetensors says the same without a pickle."""
        refuse(path, "write .safetensors instead, which PyTorch reads too", cause="unwritable")


@dataclass(frozen=True)
class Tensor:
    """Where a tensor lies: the member of the archive, the type of its numbers, offset, shape and strides in numbers."""

    member: str
    kind: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def tensors_in(path: Path) -> dict[str, Tensor]:
    """Return the tensors of ``path`` by name, those of nested dictionaries as ``outer.inner``. Raises :class:`InvalidTable`."""
    try:
        with zipfile.ZipFile(path) as archive:
            name = next((each for each in archive.namelist() if each.endswith("/data.pkl")), None)
            if name is None:
                refuse(path, "it is not a file of PyTorch 1.6 or later; load it there and save it again")
            if archive.getinfo(name).file_size > _MAX_PICKLE:
                refuse(path, f"its list of tensors is larger than {_MAX_PICKLE} bytes")
            with archive.open(name) as member:
                text = member.read(_MAX_PICKLE + 1)
        return _flat(_Reader(name.removesuffix("data.pkl")).run(text))
    except _BROKEN as error:
        refuse(path, f"it is not a PyTorch file, it is damaged, or it holds more than tensors ({error})")


def _flat(root: Any) -> dict[str, Tensor]:
    """Return the tensors of nested dictionaries; each dictionary is visited once, so none can hold itself for ever."""
    found: dict[str, Tensor] = {}
    seen: set[int] = set()
    open_ones = [("", root)]
    while open_ones:
        prefix, value = open_ones.pop()
        if isinstance(value, Tensor):
            found[prefix.removesuffix(".")] = value
        elif isinstance(value, dict) and id(value) not in seen:
            seen.add(id(value))
            open_ones += [(f"{prefix}{key}.", each) for key, each in reversed(value.items())]
    return found


def _load(path: Path, tensor: Tensor) -> NDArray[Any]:
    """Return the numbers of ``tensor`` ``(V, D)``: at most as many bytes as lie in the file are taken. Raises as reading."""
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(tensor.member)
            if info.compress_type != zipfile.ZIP_STORED or info.file_size > path.stat().st_size:
                refuse(path, "its numbers are packed, which PyTorch never does")
            kind = np.dtype("<u2" if tensor.kind == "bfloat16" else tensor.kind)
            numbers = np.frombuffer(archive.read(info), kind)
    except _BROKEN as error:
        refuse(path, f"it is damaged ({error})")
    (rows, width), (down, across) = tensor.shape, tensor.strides
    last = tensor.offset + (rows - 1) * down + (width - 1) * across
    if min(tensor.offset, down, across) < 0 or last >= len(numbers) or rows * width > len(numbers):
        refuse(path, f"its tensor of shape {tensor.shape} is larger than what is stored")
    steps = (down * kind.itemsize, across * kind.itemsize)
    view = np.lib.stride_tricks.as_strided(numbers[tensor.offset :], tensor.shape, steps, writeable=False)
    return from_bfloat16(view) if tensor.kind == "bfloat16" else np.ascontiguousarray(view)


@dataclass
class _Reader:
    """Follows the instructions of a pickled dictionary of tensors on a stack of plain values."""

    folder: str
    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def run(self, text: bytes) -> Any:
        """Return the value that ``text`` describes. Raises ``ValueError`` for an instruction it does not know."""
        for instruction, argument, _ in pickletools.genops(io.BytesIO(text)):
            if instruction.name == "STOP":
                return self.stack.pop()
            step = _STEPS.get(instruction.name)
            if step is None:
                raise ValueError(f"the instruction {instruction.name} is not followed")
            step(self, argument)
        raise ValueError("it breaks off")

    def since_mark(self) -> list[Any]:
        """Take from the stack what was put there since the last mark."""
        at = max(place for place, value in enumerate(self.stack) if value is _MARK)
        taken = self.stack[at + 1 :]
        del self.stack[at:]
        return taken

    def put(self, place: int) -> None:
        """Remember the top of the stack."""
        self.memo[place] = self.stack[-1]

    def tuple_of(self, count: int) -> None:
        """Make a tuple of the last ``count`` values."""
        values = tuple(self.stack[-count:])
        del self.stack[-count:]
        self.stack.append(values)

    def name(self, argument: str) -> None:
        """Note a name; nothing is imported."""
        self.stack.append(_Name(argument.replace(" ", ".")))

    def names(self) -> None:
        """Note a name from two texts."""
        name, module = self.stack.pop(), self.stack.pop()
        if type(name) is not str or type(module) is not str:
            raise ValueError("a name is no text")
        self.stack.append(_Name(f"{module}.{name}"))

    def storage(self) -> None:
        """Note where numbers lie: ("storage", type, key, place, count)."""
        _, kind, key, _, _ = self.stack.pop()
        if type(kind) is not _Name or type(key) is not str:
            raise ValueError("a tensor does not say where it lies")
        self.stack.append((f"{self.folder}data/{key}", _TYPES.get(kind.rpartition(".")[2], "")))

    def reduce(self) -> None:
        """Note a tensor or an ordered dictionary; any other call is refused."""
        values, name = self.stack.pop(), self.stack.pop()
        if type(name) is not _Name:
            raise ValueError("something is called that has no name")
        if name == "collections.OrderedDict":
            self.stack.append({})
        elif name == "torch._utils._rebuild_parameter":
            self.stack.append(values[0])
        elif name == "torch._utils._rebuild_tensor_v2":
            (member, kind), offset, shape, strides = values[:4]
            numbers = (offset, *shape, *strides)
            if not all(type(number) is int for number in numbers) or len(shape) != len(strides):
                raise ValueError("a tensor has no shape")
            self.stack.append(Tensor(member, kind, offset, tuple(shape), tuple(strides)) if kind else None)
        else:
            raise ValueError(f"the call of {name[:80]} is refused")

    def set_items(self, pairs: list[Any]) -> None:
        """Put pairs into the dictionary on the stack."""
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            if type(key) not in (str, int):  # a nested tuple could take for ever to hash
                raise ValueError("a key is neither text nor number")
            self.stack[-1][key] = value

    def set_item(self) -> None:
        """Put one pair into the dictionary on the stack."""
        value, key = self.stack.pop(), self.stack.pop()
        self.set_items([key, value])

    def append(self, values: list[Any]) -> None:
        """Put values into the list on the stack."""
        self.stack[-1].extend(values)


class _Name(str):
    """The name of something that would be imported."""


def _push(make: Callable[[Any], Any]) -> Callable[[_Reader, Any], None]:
    return lambda reader, argument: reader.stack.append(make(argument))


_STEPS: dict[str, Callable[[_Reader, Any], Any]] = {
    **dict.fromkeys(("PROTO", "FRAME"), lambda reader, argument: None),
    **dict.fromkeys(
        ("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE"), _push(lambda value: value)
    ),
    **dict.fromkeys(("BINPUT", "LONG_BINPUT"), lambda reader, place: reader.put(place)),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), lambda reader, place: reader.stack.append(reader.memo[place])),
    "MEMOIZE": lambda reader, _: reader.put(len(reader.memo)),
    "MARK": _push(lambda _: _MARK),
    "NONE": _push(lambda _: None),
    "NEWTRUE": _push(lambda _: True),
    "NEWFALSE": _push(lambda _: False),
    "EMPTY_TUPLE": _push(lambda _: ()),
    "EMPTY_DICT": _push(lambda _: {}),
    "EMPTY_LIST": _push(lambda _: []),
    "TUPLE": lambda reader, _: reader.stack.append(tuple(reader.since_mark())),
    "TUPLE1": lambda reader, _: reader.tuple_of(1),
    "TUPLE2": lambda reader, _: reader.tuple_of(2),
    "TUPLE3": lambda reader, _: reader.tuple_of(3),
    "GLOBAL": lambda reader, argument: reader.name(argument),
    "STACK_GLOBAL": lambda reader, _: reader.names(),
    "BINPERSID": lambda reader, _: reader.storage(),
    "REDUCE": lambda reader, _: reader.reduce(),
    "BUILD": lambda reader, _: reader.stack.pop(),
    "SETITEM": lambda reader, _: reader.set_item(),
    "SETITEMS": lambda reader, _: reader.set_items(reader.since_mark()),
    "APPEND": lambda reader, _: reader.append([reader.stack.pop()]),
    "APPENDS": lambda reader, _: reader.append(reader.since_mark()),
}

FORMATS.register(TorchState())
