"""The training loop: deterministic, resumable, with a log in CSV."""

from __future__ import annotations

import csv
import json
import math
import time
import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.errors import BadInputError
from engine.model.checkpoint import save_checkpoint
from engine.model.encoding import half_box
from engine.model.network import CMEDNet, NetworkSettings
from engine.progress import Progress
from engine.training.loss import total_loss
from engine.training.tables import TrainingTables
from engine.training.views import ViewMaker, ViewSettings

LOG_COLUMNS = (
    "step",
    "seconds",
    "views",
    "loss",
    "correlation_first",
    "correlation_best",
    "cell",
    "val_first",
    "val_best",
    "val_cell_first",
    "val_cell_best",
    "val_system",
)


@dataclass(frozen=True)
class TrainingSettings:
    """What a training run is; read from a TOML file by `read_settings`.

    `steps` is the whole run. The learning rate rises over `warmup` steps, stays, and falls to
    nothing over the last `decay` steps, so that a run can be prolonged before its decay.
    """

    tables: tuple[str, ...] = ("train", "isotypes_1", "isotypes_2")
    monitor: str = "val"
    monitored: int = 512
    steps: int = 3000
    batch: int = 256
    learning_rate: float = 7e-4
    weight_decay: float = 0.01
    warmup: int = 200
    decay: int = 800
    clip: float = 1.0
    seed: int = 0
    threads: int = 1
    log_every: int = 50
    monitor_every: int = 250
    save_every: int = 250
    network: NetworkSettings = field(default_factory=NetworkSettings)
    views: ViewSettings = field(default_factory=ViewSettings)


def read_settings(path: Path) -> TrainingSettings:
    """Read a TOML file whose keys are the names of `TrainingSettings`' fields.

    Raises
    ------
    BadInputError
        If the file is missing, is not TOML, or has a key that means nothing.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInputError(f"The training settings {path} cannot be read: {error}.") from error
    network = _fill(NetworkSettings, values.pop("network", {}), path)
    views = _fill(ViewSettings, values.pop("views", {}), path)
    settings: TrainingSettings = _fill(
        TrainingSettings, {**values, "network": network, "views": views}, path
    )
    return settings


def _fill(kind: type, values: dict[str, Any], path: Path) -> Any:
    unknown = sorted(set(values) - {f.name for f in fields(kind)})
    if unknown:
        raise BadInputError(
            f"The training settings {path} name '{unknown[0]}', which is no setting."
        )
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


class Trainer:
    """A run in a folder: `state.safetensors`, `state.json`, `log.csv`.

    Parameters
    ----------
    settings : TrainingSettings
    tables : TrainingTables
        What is trained on.
    monitor : TrainingTables or None
        What is looked at from time to time; never trained on.
    folder : Path
        If it holds a state, the run goes on from there.
    device : str
    """

    def __init__(
        self,
        settings: TrainingSettings,
        tables: TrainingTables,
        monitor: TrainingTables | None,
        folder: Path,
        device: str = "cpu",
    ) -> None:
        torch.manual_seed(settings.seed)
        self.settings, self.folder, self.device = settings, folder, device
        self.net = CMEDNet(settings.network).to(device)
        self.optimiser = torch.optim.AdamW(
            self.net.parameters(),
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
            betas=(0.9, 0.98),
        )
        self.maker = ViewMaker(tables, settings.views)
        self.monitor = ViewMaker(monitor, settings.views) if monitor is not None else None
        self.indices = torch.as_tensor(half_box(), device=device)
        self.step = 0
        self.seconds = 0.0
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "state.json").is_file():
            self._load()

    def run(self, progress: Progress | None = None, until: float | None = None) -> None:
        """Train to the last step; stop early (state saved) when `time.time()` passes `until`."""
        progress, s = progress or Progress(), self.settings
        began, seen = time.monotonic() - self.seconds, 0
        sums: dict[str, float] = {}
        while self.step < s.steps and (until is None or time.time() < until):
            parts = self._train_step()
            seen += 1
            for name, value in parts.items():
                sums[name] = sums.get(name, 0.0) + value
            self.step += 1
            self.seconds = time.monotonic() - began
            if self.step % s.log_every == 0:
                row = {name: value / seen for name, value in sums.items()}
                if self.monitor is not None and self.step % s.monitor_every == 0:
                    row |= self.look()
                self._log(row)
                sums, seen = {}, 0
                message = ", ".join(f"{k} {v:.3f}" for k, v in row.items())
                progress.report(self.step / s.steps, f"step {self.step}: {message}")
            if self.step % s.save_every == 0:
                self._save()
        self._save()

    def _train_step(self) -> dict[str, float]:
        s = self.settings
        # All randomness of a step comes from its number: a resumed run is the same run.
        rng = np.random.default_rng([s.seed, 1, self.step])
        generator = torch.Generator().manual_seed(s.seed * 1_000_003 + self.step)
        inputs, targets = self.maker.batch(self.maker.draw(rng, s.batch), rng)
        noise = torch.randn(
            s.batch, s.network.hypotheses, s.network.latent, generator=generator
        ).to(self.device)
        for group in self.optimiser.param_groups:
            group["lr"] = s.learning_rate * schedule(self.step, s)
        self.net.train()
        out = self.net(inputs.to(self.device), noise)
        loss, parts = total_loss(out, targets.to(self.device), self.indices)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), s.clip)
        self.optimiser.step()
        return {"loss": float(loss.detach()), **{k: float(v) for k, v in parts.items()}}

    @torch.no_grad()
    def look(self) -> dict[str, float]:
        """Scores on a fixed set of views of the monitored structures, without and with the cell."""
        if self.monitor is None:
            return {}
        self.net.eval()
        row: dict[str, float] = {}
        for label, share in (("val", 0.0), ("val_cell", 1.0)):
            rng = np.random.default_rng([self.settings.seed, 2])
            rows = self.monitor.draw(rng, self.settings.monitored)
            inputs, targets = self.monitor.batch(rows, rng, cell_given=share)
            out = self.net(inputs.to(self.device))
            truth = targets.to(self.device)
            _, parts = total_loss(out, truth, self.indices)
            row[f"{label}_first"] = float(parts["correlation_first"])
            row[f"{label}_best"] = float(parts["correlation_best"])
            if share == 0.0:
                first = out.quality.argmax(dim=1)
                guess = out.system[torch.arange(len(first)), first].argmax(dim=-1)
                row["val_system"] = float((guess == truth.system).float().mean())
        return row

    def _log(self, row: dict[str, float]) -> None:
        path = self.folder / "log.csv"
        new = not path.is_file()
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, LOG_COLUMNS, extrasaction="ignore", restval="")
            if new:
                writer.writeheader()
            numbers = {name: f"{value:.5f}" for name, value in row.items()}
            views = self.step * self.settings.batch
            writer.writerow(
                {"step": self.step, "seconds": f"{self.seconds:.0f}", "views": views, **numbers}
            )

    def _save(self) -> None:
        tensors: dict[str, Tensor] = {}
        for name, parameter in self.net.named_parameters():
            tensors[f"net.{name}"] = parameter.detach().contiguous()
            for key, value in self.optimiser.state.get(parameter, {}).items():
                tensors[f"{key}.{name}"] = torch.as_tensor(value).contiguous()
        partial = self.folder / "state.partial"
        save_file(tensors, partial)
        partial.replace(self.folder / "state.safetensors")
        about = {"step": self.step, "seconds": self.seconds, "settings": asdict(self.settings)}
        (self.folder / "state.json").write_text(json.dumps(about, indent=1), encoding="utf-8")

    def _load(self) -> None:
        about = json.loads((self.folder / "state.json").read_text(encoding="utf-8"))
        if about["settings"]["network"] != asdict(self.settings.network):
            raise BadInputError(
                f"The run in {self.folder} has a network of another size: choose another folder."
            )
        tensors = load_file(self.folder / "state.safetensors", device=self.device)
        for name, parameter in self.net.named_parameters():
            parameter.data.copy_(tensors[f"net.{name}"])
            state = {
                key.split(".", 1)[0]: value
                for key, value in tensors.items()
                if key.split(".", 1)[1] == name and not key.startswith("net.")
            }
            if state:
                # The step counter stays on the CPU, as the optimiser itself keeps it.
                state["step"] = state["step"].cpu()
                self.optimiser.state[parameter] = state
        self.step, self.seconds = int(about["step"]), float(about["seconds"])


def schedule(step: int, settings: TrainingSettings) -> float:
    """Share of the full learning rate at a step."""
    rise = min(1.0, (step + 1) / max(1, settings.warmup))
    left = settings.steps - step
    fall = min(1.0, left / max(1, settings.decay))
    return rise * math.sin(0.5 * math.pi * fall) ** 2


DATA_NOTE = (
    "Structures: Materials Project (Jain et al., APL Materials 1, 011002 (2013)), CC BY 4.0; "
    "train split of 61,456 ordered crystals with 1 to 20 atoms, and isotypes made from them. "
    "Patterns simulated with this program."
)


def export_weights(folder: Path, target: Path, scores: dict[str, Any] | None = None) -> None:
    """Write the state of the run in `folder` as weights with their manifest."""
    try:
        about = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        tensors = load_file(folder / "state.safetensors")
    except OSError as error:
        raise BadInputError(f"There is no training run in {folder}: {error}.") from error
    settings = about["settings"]
    net = CMEDNet(NetworkSettings(**settings["network"]))
    net.load_state_dict({k[4:]: v for k, v in tensors.items() if k.startswith("net.")})
    training = {
        "steps": about["step"],
        "views": about["step"] * settings["batch"],
        "seconds": round(about["seconds"]),
        "threads": settings["threads"],
        "settings": {k: v for k, v in settings.items() if k != "network"},
    }
    save_checkpoint(
        target,
        net,
        {
            "licence": "BSD-3-Clause",
            "data": DATA_NOTE,
            "training": training,
            "scores": scores or {},
        },
    )
