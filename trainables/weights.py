"""Weights and optimiser state as safetensors. Nothing is pickled, and every tensor is stored under its name once.

Tied tensors are one parameter with several names; the first name stands for all, and loading fills them all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from evaluators.errors import CairnError

_LOSS_SCALE = "loss_scale"
"""Of float16, in the optimiser's first group (`trainables.precision`)."""


def save_weights(model: nn.Module, file: Path) -> None:
    """Encoder and heads."""
    save_file({name: tensor.detach().cpu().contiguous() for name, tensor in _tensors(model).items()}, file)


def load_weights(model: nn.Module, file: Path) -> None:
    """Encoder and heads, into a model of the same form.

    Raises:
        CairnError: the file is unreadable, or belongs to another model.
    """
    stored = _read(file)
    _fill(_tensors(model), stored, file)


def load_encoder_weights(model: nn.Module, file: Path) -> None:
    """The encoder only: at the border of two stages the heads stay fresh.

    Raises:
        CairnError: the file is unreadable, or belongs to another encoder.
    """
    stored = {name: tensor for name, tensor in _read(file).items() if name.startswith("encoder.")}
    own = {name: tensor for name, tensor in _tensors(model).items() if name.startswith("encoder.")}
    _fill(own, stored, file)


def save_optimizer(optimizer: torch.optim.Optimizer, model: nn.Module, file: Path) -> None:
    """The optimiser's tensors, named after the parameters they belong to."""
    names = {parameter: name for name, parameter in model.named_parameters()}
    tensors = {
        f"{names[parameter]}|{key}": torch.as_tensor(value).detach().cpu().contiguous()
        for parameter, state in optimizer.state.items()
        for key, value in state.items()
    }
    if (scale := optimizer.param_groups[0].get(_LOSS_SCALE)) is not None:
        tensors[_LOSS_SCALE] = scale
    save_file(tensors, file)


def load_optimizer(optimizer: torch.optim.Optimizer, model: nn.Module, file: Path) -> None:
    """The inverse of `save_optimizer`, for an optimiser that was made for the same model.

    Raises:
        CairnError: the file is unreadable, or belongs to another model.
    """
    parameters = dict(model.named_parameters())
    states: dict[nn.Parameter, dict[str, Any]] = {}
    stored = _read(file)
    if (scale := stored.pop(_LOSS_SCALE, None)) is not None:
        optimizer.param_groups[0][_LOSS_SCALE] = scale
    for full_name, tensor in stored.items():
        name, key = full_name.rsplit("|", 1)
        if name not in parameters:
            raise CairnError(f"{file} holds optimiser state of {name}, which the model does not have; delete the entry")
        place = parameters[name].device
        states.setdefault(parameters[name], {})[key] = tensor if key == "step" else tensor.to(place)
    if place_of_step := _fused_device(optimizer):
        for state in states.values():
            state["step"] = state["step"].to(place_of_step)
    optimizer.state.update(states)


def _fused_device(optimizer: torch.optim.Optimizer) -> torch.device | None:
    """Fused optimisers count steps on the device of their parameters."""
    group = optimizer.param_groups[0]
    return group["params"][0].device if group.get("fused") else None


def _tensors(model: nn.Module) -> dict[str, Tensor]:
    """Parameters and stored buffers, tied ones once."""
    stored = set(model.state_dict(keep_vars=True))
    named = {**dict(model.named_parameters()), **{n: b for n, b in model.named_buffers() if n in stored}}
    return dict(sorted(named.items()))


def _fill(own: dict[str, Tensor], stored: dict[str, Tensor], file: Path) -> None:
    if own.keys() != stored.keys():
        odd = sorted(own.keys() ^ stored.keys())
        raise CairnError(f"{file} does not fit the model: {len(odd)} names differ, {odd[0]} among them")
    with torch.no_grad():
        for name, tensor in own.items():
            if tensor.shape != stored[name].shape:
                raise CairnError(
                    f"{file}: {name} is {tuple(stored[name].shape)}, the model wants {tuple(tensor.shape)}"
                )
            tensor.copy_(stored[name])


def _read(file: Path) -> dict[str, Tensor]:
    try:
        tensors: dict[str, Tensor] = load_file(file)
    except (OSError, SafetensorError) as error:
        raise CairnError(f"{file} cannot be read as safetensors ({error}); delete it and train again") from error
    return tensors
