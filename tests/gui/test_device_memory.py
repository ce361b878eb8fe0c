"""Memory that does not suffice, simulated: the window says so, and goes on."""

from __future__ import annotations

import pytest

from engine.progress import Progress
from tests.gui.steps import LEFT, messages, opened, settle, tick


def use(window, **functions) -> None:
    """Put functions of one's own in place of the engine's."""
    for name, function in functions.items():
        object.__setattr__(window.controller.services, name, function)


def test_where_no_memory_suffices_the_report_opens_and_work_goes_on(window, qtbot, file):
    def nothing(*_asked):
        raise MemoryError("cannot allocate 64 GiB")

    use(window, predict_density=nothing)
    opened(window, qtbot, file)
    tick(window, qtbot, "Na", "Cl")
    qtbot.mouseClick(window.sample.density_button, LEFT)
    settle(window, qtbot)
    assert "64 GiB" in window.beside.error.report.toPlainText()
    window.beside.error.close()
    assert window.session.density.status == "failed"
    assert window.sample.density_button.isEnabled()
    qtbot.mouseClick(window.sample.solve_button, LEFT)
    settle(window, qtbot)
    assert window.session.solution.candidates


def test_where_the_gpu_has_too_little_the_cpu_predicts_and_a_sentence_says_so(
    window, qtbot, file, monkeypatch: pytest.MonkeyPatch
):
    """The real network behind the window, on a device that raises what torch raises."""
    import torch

    from engine.model import inference

    asked: list[str] = []
    draw = inference.draw_samples

    def too_much(lines, cells, count, seed, device):
        asked.append(device)
        if device != "cpu":
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")
        return draw(lines, cells, 1, seed, device)

    def predict(pattern, elements, formula, others, progress: Progress):
        return inference.predict_density(
            pattern, elements, formula=formula, others_possible=others, samples=1, grid=8,
            index=False, progress=progress,
        )  # fmt: skip

    monkeypatch.setattr(inference, "choose_device", lambda _name: "cuda")
    monkeypatch.setattr(inference, "draw_samples", too_much)
    use(window, predict_density=predict)
    opened(window, qtbot, file)
    tick(window, qtbot, "Na", "Cl")
    qtbot.mouseClick(window.sample.density_button, LEFT)
    settle(window, qtbot)
    assert asked == ["cuda", "cpu"]
    assert window.beside.error is None
    assert window.session.density.status == "idle"
    assert window.session.density.prediction.device == "cpu"
    said = [strip.message.text for strip in messages(window)]
    assert any("memory of the cuda device did not suffice" in text for text in said)
