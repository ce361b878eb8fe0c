"""The training loop of every part: deterministic, resumable, on one device or several.

What is trained is a `Task`; this module knows steps, devices, precision, schedule, averages of
the weights, the log and the state on disk. All that is random in a step comes from the seed, the
step's number and the number of the process.
"""

from __future__ import annotations

import json
import math
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.errors import BadInputError
from engine.progress import Progress
from engine.training.feeding import Source, feed, on_device
from engine.training.parallel import World
from engine.training.run_log import RunLog
from engine.training.settings import RunSettings, TrainingSettings

Forward = Callable[..., Any]
BETAS = (0.9, 0.98)
AVERAGE_FROM = 10.0  # early on the average forgets faster, so that it never holds the first weights
FALLING_SHARE = 0.2  # of the minutes, where these end a run


class Task(Protocol):
    """A part of the network as the loop sees it.

    Attributes
    ----------
    columns : tuple of str
        What is logged.
    """

    columns: tuple[str, ...]

    def build(self) -> nn.Module:
        """The untrained network, drawn with torch's global generator."""

    def source(self) -> Source:
        """Makes on the CPU, perhaps in another process, what a step needs."""

    def loss(self, forward: Forward, made: Any, step: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss of what was made for a step, and what to log; `forward` calls the network."""

    def look(self, net: nn.Module) -> dict[str, float]:
        """Scores of a network on the monitored structures."""


@dataclass
class _Window:
    """Sums of what is logged, since the last row."""

    sums: dict[str, float]
    counts: dict[str, int]
    seconds: float = 0.0
    steps: int = 0


class Trainer:
    """A run in a folder: `state.safetensors`, `state.json`, `log.csv`.

    Parameters
    ----------
    settings : TrainingSettings
    task : Task
    folder : Path
        If it holds a state, the run goes on from there.
    world : World, optional
        Which of how many processes this is, and on what device.
    start : nn.Module, optional
        Network whose weights a new run begins with.

    Raises
    ------
    BadInputError
        If the state in the folder or the start is of a network of another size, or a batch
        cannot be shared by the processes.
    """

    def __init__(
        self,
        settings: TrainingSettings,
        task: Task,
        folder: Path,
        world: World | None = None,
        start: nn.Module | None = None,
    ) -> None:
        self.settings, self.task, self.folder = settings, task, folder
        self.world = world or World()
        self.world.share(settings.batch)
        self.device = self.world.device
        _prepare_torch(settings, self.device)
        self.net = task.build().to(self.device)
        if start is not None:
            _begin_with(self.net, start)
        self.averaged: nn.Module | None = None
        if settings.average > 0.0:
            self.averaged = task.build().to(self.device)
            self.averaged.load_state_dict(self.net.state_dict())
        self.optimiser = torch.optim.AdamW(
            self.net.parameters(),
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
            betas=BETAS,
        )
        self.step, self.seconds = 0, 0.0
        self._window = _Window({}, {})
        self._pending: list[dict[str, Tensor]] = []
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "state.safetensors").is_file():
            self._load()
        self._network = self._wrapped()

    def _wrapped(self) -> nn.Module:
        """The network as it is called in training: compiled, and alike in all processes."""
        net: nn.Module = self.net
        if self.settings.compile:
            net = torch.compile(net, dynamic=True)  # type: ignore[assignment]
        if self.world.size > 1:
            net = nn.parallel.DistributedDataParallel(net)
        return net

    def run(self, progress: Progress | None = None, until: float | None = None) -> None:
        """Train to the end; stop early, with the state saved, when `time.time()` passes `until`.

        An interruption from the keyboard, or SIGTERM, ends the step and saves the state too.

        Raises
        ------
        BadInputError
            If the loss is no number any more.
        KeyboardInterrupt
            After the state was saved.
        """
        progress, s = progress or Progress(), self.settings
        log = RunLog(self.folder, self.task.columns, self.step) if self.world.leads else None
        if log is not None and not log.draws_curves:
            progress.report(0.0, "TensorBoard is not installed: the log is log.csv alone")
        began: float | None = None
        with Interruption() as interruption:
            for made in feed(self.task.source(), range(self.step, s.steps), s.workers):
                if began is None:  # until here processes were started
                    began = time.monotonic() - self.seconds
                if self._is_over(until, interruption):
                    break
                self._pending.append(self._train_step(made))
                self.step += 1
                self._clock(began)
                if self.step % s.log_every == 0 or self._is_done():
                    self._report(log, progress)
                if self.step % s.save_every == 0:
                    self._save()
            self._save()
            if log is not None:
                log.close()

    def _clock(self, began: float) -> None:
        now = time.monotonic() - began
        self._window.seconds += now - self.seconds
        self._window.steps += 1
        self.seconds = now

    def _is_over(self, until: float | None, interruption: Interruption) -> bool:
        over = self._time_is_up() or interruption.asked
        over = over or (until is not None and time.time() >= until)
        return self.world.agree(float(over)) > 0.0

    def _time_is_up(self) -> bool:
        return self.settings.minutes > 0.0 and self.seconds >= 60.0 * self.settings.minutes

    def _is_done(self) -> bool:
        """Whether this was the last step."""
        return self.step >= self.settings.steps or self._time_is_up()

    def _train_step(self, made: Any) -> dict[str, Tensor]:
        s = self.settings
        for group in self.optimiser.param_groups:
            group["lr"] = s.learning_rate * self._rate()
        self.net.train()
        loss, parts = self.task.loss(self._forward, on_device(made, self.device), self.step)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), s.clip)
        self.optimiser.step()
        self._average()
        return {"loss": loss.detach(), **{name: part.detach() for name, part in parts.items()}}

    def _rate(self) -> float:
        rate = schedule(self.step, self.settings)
        if self.settings.minutes > 0.0:
            rate = min(rate, timed_fall(self.seconds, self.settings.minutes))
        return self.world.agree(rate) if self.settings.minutes > 0.0 else rate

    def _forward(self, *inputs: Any) -> Any:
        """The network's answer, in float32 whatever it was calculated in."""
        low = uses_bfloat16(self.settings.precision, self.device)
        kind = self.device.split(":")[0]
        with torch.autocast(kind, dtype=torch.bfloat16, enabled=low):
            out = self._network(*inputs)
        return _in_float32(out) if low else out

    @torch.no_grad()
    def _average(self) -> None:
        if self.averaged is None:
            return
        keep = min(self.settings.average, (1.0 + self.step) / (AVERAGE_FROM + self.step))
        means: list[Tensor] = list(self.averaged.parameters())
        torch._foreach_lerp_(means, list(self.net.parameters()), 1.0 - keep)

    def look(self) -> dict[str, float]:
        """Scores of the averaged weights, or of the weights where there is no average."""
        net = self.net if self.averaged is None else self.averaged
        with torch.no_grad():
            return self.task.look(net.eval())

    def _report(self, log: RunLog | None, progress: Progress) -> None:
        self._gather()
        window, self._window = self._window, _Window({}, {})
        row = {name: total / window.counts[name] for name, total in window.sums.items()}
        if not math.isfinite(row["loss"]):
            raise BadInputError(
                f"The loss is no number any more at step {self.step}: lower 'learning_rate' and "
                "train anew."
            )
        if self.settings.minutes > 0.0:
            done = max(self.step / self.settings.steps, self.seconds / 60.0 / self.settings.minutes)
        else:
            done = self.step / self.settings.steps
        rate = window.steps * self.settings.batch / max(window.seconds, 1e-9)
        if log is None:
            return
        if self.step % self.settings.monitor_every == 0 or self._is_done():
            row |= self.look()
        views = self.step * self.settings.batch
        counts = {"step": self.step, "seconds": self.seconds, "views": views}
        log.write({**counts, "views_per_second": rate}, row)
        message = ", ".join(f"{name} {value:.3f}" for name, value in row.items())
        progress.report(min(done, 1.0), f"step {self.step}, {rate:.0f} views/s: {message}")

    def _gather(self) -> None:
        """Add up what the steps left on the device; asked for once in a while, not every step."""
        for parts in self._pending:
            for name, value in parts.items():
                self._window.sums[name] = self._window.sums.get(name, 0.0) + float(value.mean())
                self._window.counts[name] = self._window.counts.get(name, 0) + 1
        self._pending = []

    def _save(self) -> None:
        if not self.world.leads:
            return
        self._gather()
        tensors: dict[str, Tensor] = {}
        for name, parameter in self.net.named_parameters():
            tensors[f"net.{name}"] = parameter.detach().contiguous()
            for key, value in self.optimiser.state.get(parameter, {}).items():
                tensors[f"{key}.{name}"] = torch.as_tensor(value).contiguous()
        if self.averaged is not None:
            for name, parameter in self.averaged.named_parameters():
                tensors[f"averaged.{name}"] = parameter.detach().contiguous()
        about = {
            "step": self.step,
            "seconds": self.seconds,
            "window": asdict(self._window),
            "settings": asdict(self.settings),
        }
        text = json.dumps(about, indent=1)
        # What belongs together is in one file: a run that is killed never finds two halves.
        partial = self.folder / "state.partial"
        save_file(tensors, partial, metadata={"about": text})
        partial.replace(self.folder / "state.safetensors")
        (self.folder / "state.json").write_text(text, encoding="utf-8")

    def _load(self) -> None:
        about = read_state(self.folder)
        if about["settings"]["network"] != json.loads(json.dumps(asdict(self.settings.network))):
            raise BadInputError(
                f"The run in {self.folder} has a network of another size: choose another folder."
            )
        tensors = load_file(self.folder / "state.safetensors", device=self.device)
        self.optimiser.state.update(_optimiser_state(self.net, tensors))
        _copy(tensors, "net.", self.net)
        if self.averaged is not None:
            held = any(name.startswith("averaged.") for name in tensors)
            _copy(tensors, "averaged." if held else "net.", self.averaged)
        self.step, self.seconds = int(about["step"]), float(about["seconds"])
        if "window" in about:
            self._window = _Window(**about["window"])


class Interruption:
    """Lets a step end before an interruption, Ctrl-C or SIGTERM, is heeded."""

    def __init__(self) -> None:
        self.asked = False

    def _ask(self, number: int, frame: Any) -> None:
        self.asked = True

    def __enter__(self) -> Interruption:
        self._former: dict[int, Any] = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._former[number] = signal.signal(number, self._ask)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: Any) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)
        if self.asked and kind is None:
            raise KeyboardInterrupt


def read_state(folder: Path) -> dict[str, Any]:
    """What the state in a run's folder says of itself: step, seconds, settings.

    Raises
    ------
    BadInputError
        If there is none, or it cannot be read.
    """
    try:
        with safe_open(folder / "state.safetensors", framework="pt") as state:
            text = (state.metadata() or {}).get("about")
        if text is None:  # states of earlier versions have it beside them alone
            text = (folder / "state.json").read_text(encoding="utf-8")
        about: dict[str, Any] = json.loads(text)
    except (OSError, ValueError) as error:
        raise BadInputError(f"There is no training run in {folder}: {error}.") from error
    return about


def schedule(step: int, settings: RunSettings) -> float:
    """Share of the full learning rate at a step."""
    rise = min(1.0, (step + 1) / max(1, settings.warmup))
    left = settings.steps - step
    return rise * _fall(left / max(1, settings.decay))


def timed_fall(seconds: float, minutes: float) -> float:
    """Share of the full learning rate in a run that ends after `minutes`."""
    return _fall((1.0 - seconds / (60.0 * minutes)) / FALLING_SHARE)


def _fall(left: float) -> float:
    return math.sin(0.5 * math.pi * min(1.0, max(0.0, left))) ** 2


def uses_bfloat16(precision: str, device: str) -> bool:
    """Whether the layers work in bfloat16."""
    return precision == "bfloat16" or (precision == "auto" and device.startswith("cuda"))


def _prepare_torch(settings: RunSettings, device: str) -> None:
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    if device.startswith("cuda"):
        torch.use_deterministic_algorithms(settings.deterministic, warn_only=True)
        torch.backends.cudnn.benchmark = False  # shapes change from step to step
        torch.set_float32_matmul_precision("high")


def _in_float32(out: Any) -> Any:
    values = {f.name: getattr(out, f.name) for f in fields(out)}
    low = {name: x.float() for name, x in values.items() if x.dtype == torch.bfloat16}
    return replace(out, **low)


def _begin_with(net: nn.Module, start: nn.Module) -> None:
    try:
        net.load_state_dict(start.state_dict())
    except RuntimeError as error:
        raise BadInputError(
            "The weights to start from are of a network of another size than [network] says."
        ) from error


def _copy(tensors: dict[str, Tensor], prefix: str, net: nn.Module) -> None:
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            parameter.copy_(tensors[prefix + name])


def _optimiser_state(net: nn.Module, tensors: dict[str, Tensor]) -> dict[Any, dict[str, Tensor]]:
    """AdamW's own state; without it in `tensors` its means begin anew."""
    state: dict[Any, dict[str, Tensor]] = {}
    for name, parameter in net.named_parameters():
        kept = {key: tensors.get(f"{key}.{name}") for key in ("exp_avg", "exp_avg_sq", "step")}
        found = {key: value for key, value in kept.items() if value is not None}
        if len(found) == len(kept):
            # The step counter stays on the CPU, as the optimiser itself keeps it.
            state[parameter] = {**found, "step": found["step"].cpu()}
    return state
