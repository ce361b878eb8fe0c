"""Training of the body: deterministic, resumable, with a log in CSV."""

from __future__ import annotations

import csv
import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from engine.model.body import BodyOutputs, BodySettings, DensityBody
from engine.model.body_inputs import Start, body_inputs
from engine.model.cell_maps import project, to_coefficients
from engine.model.network import CMEDNet
from engine.progress import Progress
from engine.training.body_views import BodyView, BodyViewMaker, BodyViewSettings
from engine.training.data import CellSet
from engine.training.map_loss import map_loss
from engine.training.tables import TrainingTables
from engine.training.views import ViewSettings

LOG_COLUMNS = (
    "step", "seconds", "views", "loss", "hypothesis", "again", "anchored", "nothing", "sites",
    "val_start", "val_once", "val_twice", "val_sites", "val_nothing",
)  # fmt: skip


@dataclass(frozen=True)
class BodyTrainingSettings:
    """What a training run of the body is."""

    steps: int = 4000
    batch: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: int = 150
    decay: int = 800
    clip: float = 1.0
    average: float = 0.998  # of the weights, from step to step
    seed: int = 0
    gauge_free: bool = True
    monitored: int = 12  # batches
    log_every: int = 25
    monitor_every: int = 250
    save_every: int = 125
    network: BodySettings = field(default_factory=BodySettings)
    views: ViewSettings = field(default_factory=lambda: ViewSettings(cell_noise=0.001))
    body_views: BodyViewSettings = field(default_factory=BodyViewSettings)


class BodyTrainer:
    """A run in a folder: `state.safetensors`, `state.json`, `log.csv`."""

    def __init__(
        self,
        settings: BodyTrainingSettings,
        branches: CMEDNet,
        cells: CellSet,
        tables: TrainingTables,
        monitor: tuple[CellSet, TrainingTables] | None,
        folder: Path,
    ) -> None:
        torch.manual_seed(settings.seed)
        self.settings, self.folder = settings, folder
        self.net = DensityBody(settings.network)
        self.averaged = DensityBody(settings.network)
        self.averaged.load_state_dict(self.net.state_dict())
        self.optimiser = torch.optim.AdamW(
            self.net.parameters(),
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
            betas=(0.9, 0.98),
        )
        self.maker = BodyViewMaker(cells, tables, branches, settings.views, settings.body_views)
        self.monitored: list[BodyView] = []
        if monitor is not None:
            self._fix_monitor(*monitor, branches)
        self.step, self.seconds = 0, 0.0
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "state.json").is_file():
            self._load()

    def _fix_monitor(self, cells: CellSet, tables: TrainingTables, branches: CMEDNet) -> None:
        s = self.settings
        maker = BodyViewMaker(cells, tables, branches, s.views, s.body_views)
        rng = np.random.default_rng([s.seed, 2])
        for _ in range(s.monitored):
            rows = maker.next_rows(rng, s.batch)
            self.monitored.append(maker.view(rows, rng, "hypothesis"))

    def run(self, progress: Progress | None = None, until: float | None = None) -> None:
        """Train to the last step; stop early (state saved) when `time.time()` passes `until`."""
        progress, s = progress or Progress(), self.settings
        began = time.monotonic() - self.seconds
        sums: dict[str, list[float]] = {}
        while self.step < s.steps and (until is None or time.time() < until):
            for name, value in self._train_step().items():
                sums.setdefault(name, []).append(value)
            self.step += 1
            self.seconds = time.monotonic() - began
            if self.step % s.log_every == 0:
                row = {name: float(np.mean(values)) for name, values in sums.items()}
                if self.step % s.monitor_every == 0:
                    row |= self.look()
                self._log(row)
                sums = {}
                message = ", ".join(f"{k} {v:.3f}" for k, v in row.items())
                progress.report(self.step / s.steps, f"step {self.step}: {message}")
            if self.step % s.save_every == 0:
                self._save()
        self._save()

    def _train_step(self) -> dict[str, float]:
        s = self.settings
        rng = np.random.default_rng([s.seed, 1, self.step])
        view = self.maker.view(self.maker.next_rows(rng, s.batch), rng)
        for group in self.optimiser.param_groups:
            group["lr"] = s.learning_rate * self._schedule()
        start = view.start
        if view.kind == "again":
            with torch.no_grad():
                start = go_on(view, self.net(body_inputs(view.known, start)), start)
        out = self.net(body_inputs(view.known, start))
        loss, parts = map_loss(out, view.truth, view.kind == "anchored", s.gauge_free)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), s.clip)
        self.optimiser.step()
        weight = 1.0 - min(s.average, (1.0 + self.step) / (10.0 + self.step))
        with torch.no_grad():
            for mean, new in zip(self.averaged.parameters(), self.net.parameters(), strict=True):
                mean.lerp_(new, weight)
        return {
            "loss": float(loss.detach()),
            view.kind: float(parts["correlation"].mean()),
            "sites": float(parts["sites"].mean()),
        }

    def _schedule(self) -> float:
        s = self.settings
        rise = min(1.0, (self.step + 1) / max(1, s.warmup))
        fall = min(1.0, (s.steps - self.step) / max(1, s.decay))
        return rise * float(np.sin(0.5 * np.pi * fall)) ** 2

    @torch.no_grad()
    def look(self) -> dict[str, float]:
        """Scores of the averaged weights on a fixed set of views of the monitored structures."""
        sums: dict[str, list[float]] = {}
        net = self.averaged.eval()
        for view in self.monitored:
            assert view.start.hypothesis is not None
            maps = body_inputs(view.known, view.start).maps[:, 3]
            first = net(body_inputs(view.known, view.start))
            begun = BodyOutputs(maps, maps, first.quality)
            second = net(body_inputs(view.known, go_on(view, first, view.start)))
            bare = net(body_inputs(view.known, Start.empty(len(maps))))
            answers = (("start", begun), ("once", first), ("twice", second), ("nothing", bare))
            for name, out in answers:
                parts = map_loss(out, view.truth, False)[1]
                sums.setdefault(f"val_{name}", []).append(float(parts["correlation"].mean()))
                if name == "once":
                    sums.setdefault("val_sites", []).append(float(parts["sites"].mean()))
        return {name: float(np.mean(values)) for name, values in sums.items()}

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
        tensors: dict[str, torch.Tensor] = {}
        for name, parameter in self.net.named_parameters():
            tensors[f"net.{name}"] = parameter.detach().contiguous()
            for key, value in self.optimiser.state.get(parameter, {}).items():
                tensors[f"{key}.{name}"] = torch.as_tensor(value).contiguous()
        for name, parameter in self.averaged.named_parameters():
            tensors[f"averaged.{name}"] = parameter.detach().contiguous()
        partial = self.folder / "state.partial"
        save_file(tensors, partial)
        partial.replace(self.folder / "state.safetensors")
        about = {"step": self.step, "seconds": self.seconds, "settings": asdict(self.settings)}
        (self.folder / "state.json").write_text(json.dumps(about, indent=1), encoding="utf-8")

    def _load(self) -> None:
        about = json.loads((self.folder / "state.json").read_text(encoding="utf-8"))
        tensors = load_file(self.folder / "state.safetensors")
        for name, parameter in self.net.named_parameters():
            parameter.data.copy_(tensors[f"net.{name}"])
            state = {
                key.split(".", 1)[0]: value
                for key, value in tensors.items()
                if key.split(".", 1)[1] == name and key.split(".", 1)[0] not in ("net", "averaged")
            }
            if state:
                self.optimiser.state[parameter] = state
        for name, parameter in self.averaged.named_parameters():
            parameter.data.copy_(tensors[f"averaged.{name}"])
        self.step, self.seconds = int(about["step"]), float(about["seconds"])


def go_on(view: BodyView, out: BodyOutputs, start: Start) -> Start:
    """Start again from the answer `out`, with the amplitudes that were measured."""
    previous = project(to_coefficients(out.density), view.known.measured)
    return Start(start.hypothesis, start.about, previous, start.anchored, out.quality.detach())
