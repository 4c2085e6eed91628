"""A make-believe GPU: tensors of the CPU that are told apart, so that code for several devices can be run without one."""

import functools

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree as tree

PLACE = torch.device("cuda", 0)
_READING = ("lstm", "gru", "rnn_tanh")
_ACROSS = {Tensor.copy_, Tensor.data.__set__, torch._has_compatible_shallow_copy_type}


class Elsewhere(TorchFunctionMode):
    """While it is on, what is sent to ``cuda`` computes as before, and nothing on it may meet what is not.

    As on a GPU: tensors of both sides in one operation raise ``RuntimeError`` (but for numbers without a dimension and
    ``copy_``), so do a generator of the CPU, ``numpy()``, float64, which Apple's GPUs lack, and states that do not lie in one
    piece, which cuDNN refuses. ``seen`` counts what was done there.
    """

    def __init__(self):
        super().__init__()
        self.there, self.kept, self.seen = set(), [], 0

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        if func == Tensor.device.__get__:
            return PLACE if self.is_there(args[0]) else func(*args)
        if func in (Tensor.to, Tensor.cpu):
            return self.moved(func, args, kwargs)
        given = [one for one in tree.tree_leaves((args, kwargs)) if isinstance(one, Tensor)]
        sides = {self.is_there(one) for one in given if one.dim()}
        if len(sides) > 1 and func not in _ACROSS:
            raise RuntimeError(f"{func} got tensors of two devices")
        asked = kwargs.get("device")
        here = True in sides or (asked is not None and torch.device(asked).type == "cuda")
        if here and func is Tensor.numpy:
            raise RuntimeError("no numpy on a GPU")
        if here and isinstance(kwargs.get("generator"), torch.Generator):
            raise RuntimeError(f"{func} got a generator of the CPU")
        if here and getattr(func, "__name__", "") in _READING:
            if not all(one.is_contiguous() for one in tree.tree_leaves(args[1])):
                raise RuntimeError("rnn: hx is not contiguous")
        if asked is not None:
            kwargs["device"] = "cpu"
        return self.marked(func(*args, **kwargs)) if here else func(*args, **kwargs)

    def is_there(self, tensor):
        return tensor.untyped_storage()._cdata in self.there

    def marked(self, result):
        self.seen += 1
        for one in tree.tree_leaves(result):
            if isinstance(one, Tensor):
                if one.dtype is torch.float64:
                    raise RuntimeError("float64 on a GPU that may lack it")
                self.kept.append(one.detach())  # so that no other tensor gets its storage
                self.there.add(one.untyped_storage()._cdata)
        return result

    def moved(self, func, args, kwargs):
        """Do what ``to`` and ``cpu`` do: a copy, unless it is already where and what it should be."""
        tensor, wishes = args[0], [*args[1:], *kwargs.values()]
        places = [torch.device(one) for one in wishes if isinstance(one, (str, torch.device))]
        bits = next((one for one in wishes if isinstance(one, torch.dtype)), tensor.dtype)
        was = self.is_there(tensor)
        there = places[0].type == "cuda" if places else was and func is Tensor.to
        if there == was and bits is tensor.dtype and not kwargs.get("copy"):
            return tensor
        result = Tensor.to(tensor, bits, copy=True)
        return self.marked(result) if there else result


def on_a_made_up_gpu(monkeypatch, *, count=1, bf16=False):
    """Let torch say that this machine has ``count`` GPUs."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    monkeypatch.setattr(torch.cuda, "set_device", lambda device: None)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "made up")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", functools.partial(lambda value, **how: value, bf16))
