"""What a training run is: settings of all parts of the network, read from TOML."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from engine.errors import BadInputError
from engine.model.body import BodySettings
from engine.model.contents import ContentsSettings
from engine.model.network import NetworkSettings
from engine.training.body_views import BodyViewSettings
from engine.training.paper_inputs import PaperViewSettings
from engine.training.paper_network import PaperNetworkSettings
from engine.training.views import ViewSettings

PRECISIONS = ("auto", "float32", "bfloat16")
SHIPPED = "shipped"


@dataclass(frozen=True)
class RunSettings:
    """What the runs of all parts have in common.

    Attributes
    ----------
    tables : tuple of str
        Prepared sets that are trained on; `monitor` is looked at and never trained on.
    monitored : int
        Structures of the monitor that are looked at each time.
    steps, batch : int
        The whole run; `batch` is that of all processes together.
    start : str
        Weights that a new run begins with, of a network of the same size: a file, "shipped", or
        "" for none. Its optimiser begins anew.
    warmup, decay : int
        The learning rate rises over `warmup` steps, stays, and falls to nothing over the last
        `decay` steps, so that a run can be prolonged before its decay.
    minutes : float
        If not 0, the run ends after so many minutes of training, however many steps these are,
        and the rate falls over the last fifth of them. Such a run is not the same twice.
    clip : float
        Largest norm of the gradient.
    average : float
        Share of the averaged weights that is kept at each step; 0 keeps no averaged weights.
    threads : int
        Of each process on the CPU.
    workers : int
        Processes that make views beside the training; 0 makes them in the training itself.
    precision : {"auto", "float32", "bfloat16"}
        Of the network's layers; "auto" is bfloat16 on CUDA and float32 elsewhere.
    deterministic : bool
        Ask CUDA for sums in a fixed order (slower); the CPU's are anyway.
    compile : bool
        Compile the network with torch.compile.
    augmentation : bool
        False trains on ideal patterns instead of measured-like ones, for the ablation.
    """

    tables: tuple[str, ...] = ("train", "isotypes_1", "isotypes_2")
    monitor: str = "val"
    monitored: int = 512
    start: str = ""
    steps: int = 3000
    batch: int = 256
    learning_rate: float = 7e-4
    weight_decay: float = 0.01
    warmup: int = 200
    decay: int = 800
    minutes: float = 0.0
    clip: float = 1.0
    average: float = 0.0
    seed: int = 0
    threads: int = 1
    workers: int = 0
    precision: str = "auto"
    deterministic: bool = True
    compile: bool = False
    augmentation: bool = True
    log_every: int = 50
    monitor_every: int = 250
    save_every: int = 250
    views: ViewSettings = field(default_factory=ViewSettings)

    @property
    def training_views(self) -> ViewSettings:
        """How the views are disturbed that are trained on."""
        return self.views if self.augmentation else ideal(self.views)


@dataclass(frozen=True)
class BranchTrainingSettings(RunSettings):
    """A run of the branch network."""

    part: str = "branches"
    network: NetworkSettings = field(default_factory=NetworkSettings)


@dataclass(frozen=True)
class BodyTrainingSettings(RunSettings):
    """A run of the body.

    Attributes
    ----------
    branches : str
        Weights of the branch network whose hypotheses the body starts from: "shipped", or a file.
    gauge_free : bool
        False compares with the truth in its own setting and at its own origin, for the ablation.
    """

    part: str = "body"
    branches: str = SHIPPED
    gauge_free: bool = True
    monitored: int = 320
    batch: int = 32
    learning_rate: float = 1e-3
    warmup: int = 150
    average: float = 0.998
    log_every: int = 25
    save_every: int = 125
    views: ViewSettings = field(default_factory=lambda: ViewSettings(cell_noise=0.001))
    network: BodySettings = field(default_factory=BodySettings)
    body_views: BodyViewSettings = field(default_factory=BodyViewSettings)


@dataclass(frozen=True)
class ContentsTrainingSettings(RunSettings):
    """A run of the head for the contents.

    Attributes
    ----------
    branches : str
        Weights of the branch network on whose condition it is trained: "shipped", or a file.
    cell_given : float
        Share of the views that know the cell.
    """

    part: str = "contents"
    branches: str = SHIPPED
    cell_given: float = 0.6
    batch: int = 128
    learning_rate: float = 1e-3
    warmup: int = 100
    views: ViewSettings = field(
        default_factory=lambda: ViewSettings(cell_noise=0.001, element_missing=0.3)
    )
    network: ContentsSettings = field(default_factory=ContentsSettings)


@dataclass(frozen=True)
class PaperTrainingSettings(RunSettings):
    """A run of the architecture of Guo et al., for comparison (`engine.training.paper_task`).

    Attributes
    ----------
    points_along_edge : int
        The density of a view is asked for at the cube of so many points.
    divergence_weight : float
        Of the latents' divergence beside the mean absolute error in e/A^3.
    """

    part: str = "paper"
    points_along_edge: int = 3
    divergence_weight: float = 0.05
    batch: int = 128
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    average: float = 0.998
    inputs: PaperViewSettings = field(default_factory=PaperViewSettings)
    network: PaperNetworkSettings = field(default_factory=PaperNetworkSettings)


TrainingSettings = (
    BranchTrainingSettings | BodyTrainingSettings | ContentsTrainingSettings | PaperTrainingSettings
)
PARTS: dict[str, type[TrainingSettings]] = {
    "branches": BranchTrainingSettings,
    "body": BodyTrainingSettings,
    "contents": ContentsTrainingSettings,
    "paper": PaperTrainingSettings,
}


def ideal(views: ViewSettings) -> ViewSettings:
    """The same without noise, displacement, texture, zero error, strain, stray and lost lines."""
    return replace(
        views,
        strain=0.0,
        cell_noise=0.0,
        zero_error=0.0,
        displacement=(0.0, 0.0),
        textured=0.0,
        stray=0.0,
        noise=False,
    )


def read_settings(path: Path, changes: dict[str, str] | None = None) -> TrainingSettings:
    """Read a TOML file whose keys are the names of the settings' fields.

    Parameters
    ----------
    path : Path
        Its `part` says which settings they are, "branches" (also where it is not given), "body",
        "contents" or "paper".
    changes : dict of str, optional
        Settings to use instead, the values written as in TOML; ``network.channels`` names a
        setting of a group.

    Raises
    ------
    BadInputError
        If the file is missing, is not TOML, or has a setting that means nothing.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInputError(f"The training settings {path} cannot be read: {error}.") from error
    for name, text in (changes or {}).items():
        _put(values, name, text)
    return settings_from(values, str(path))


def settings_from(values: dict[str, Any], where: str) -> TrainingSettings:
    """Settings from a dictionary as TOML or JSON gives it; `where` is named in refusals."""
    part = values.get("part", "branches")
    if part not in PARTS:
        raise BadInputError(
            f"The training settings {where} are for the part '{part}': it must be one of "
            f"{', '.join(PARTS)}."
        )
    settings: TrainingSettings = _fill(PARTS[part](), values, where)
    _check(settings, where)
    return settings


def _put(values: dict[str, Any], name: str, text: str) -> None:
    *groups, last = name.split(".")
    for group in groups:
        values = values.setdefault(group, {})
    try:
        values[last] = tomllib.loads(f"x = {text}")["x"]
    except tomllib.TOMLDecodeError:
        values[last] = text  # a word without its quotation marks


Settings = TypeVar("Settings")


def _fill(plain: Settings, values: dict[str, Any], where: str) -> Settings:
    """The dataclass instance `plain` with `values`, each of the type of what it replaces."""
    unknown = sorted(set(values) - {f.name for f in fields(plain)})  # type: ignore[arg-type]
    if unknown:
        raise BadInputError(
            f"The training settings {where} name '{unknown[0]}', which is no setting."
        )
    made = {}
    for name, value in values.items():
        default = getattr(plain, name)
        if is_dataclass(default) and isinstance(value, dict):
            made[name] = _fill(default, value, f"{where} [{name}]")
            continue
        made[name] = _of_type(default, value)
        if made[name] is None:
            raise BadInputError(
                f"The training settings {where} give '{value}' for '{name}': something like "
                f"{_example(default)} is expected."
            )
    changed: Settings = replace(plain, **made)  # type: ignore[type-var]
    return changed


def _of_type(default: Any, value: Any) -> Any:
    """`value` as the type of `default`; None if it is of another."""
    if isinstance(default, tuple) and isinstance(value, list):
        parts = [_of_type(default[0], part) for part in value]
        return tuple(parts) if parts and None not in parts else None
    if isinstance(default, bool) or isinstance(value, bool):
        return value if isinstance(default, bool) and isinstance(value, bool) else None
    if isinstance(default, float) and isinstance(value, int | float):
        return float(value)
    return value if type(value) is type(default) else None


def _example(default: Any) -> str:
    if isinstance(default, tuple):
        return str(list(default)).replace("'", '"')
    return str(default).lower() if isinstance(default, bool) else repr(default).replace("'", '"')


def _check(settings: TrainingSettings, where: str) -> None:
    s = settings
    least = {"steps": 1, "batch": 1, "log_every": 1, "monitor_every": 1, "save_every": 1}
    least |= {"threads": 1, "workers": 0, "monitored": 1, "seed": 0, "warmup": 0, "decay": 0}
    for name, limit in least.items():
        if getattr(s, name) < limit:
            raise BadInputError(f"The training settings {where} need '{name}' of at least {limit}.")
    for name in ("learning_rate", "clip"):
        if not getattr(s, name) > 0.0:
            raise BadInputError(f"The training settings {where} need '{name}' above 0.")
    if not 0.0 <= s.average < 1.0:
        raise BadInputError(f"The training settings {where} need 'average' from 0 to below 1.")
    if s.minutes < 0.0:
        raise BadInputError(f"The training settings {where} need 'minutes' of at least 0.")
    if s.precision not in PRECISIONS:
        raise BadInputError(
            f"The training settings {where} ask for the precision '{s.precision}': it must be "
            f"one of {', '.join(PRECISIONS)}."
        )
