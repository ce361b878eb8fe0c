"""The engine's refinement behind the window's, and that its result is kept and exported."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.services import Services
from engine.diffraction.profile import simulate_pattern
from engine.export.project import Project, read_project, write_project
from engine.pattern.radiation import preset
from engine.progress import Progress
from engine.refine.wishes import question_of
from engine.solve.result import Problem
from tests.app.fake_engine import EDGE, make_solution, rock_salt


@pytest.fixture(scope="module")
def refined():
    pattern = simulate_pattern(rock_salt(EDGE), preset("CuKa"))
    asked, options = question_of(
        pattern,
        ("scale", "background", "cell", "profile", "b_iso"),
        background_terms=3,
        robust=True,
    )
    fit = Services().refine(asked, (rock_salt(EDGE * 1.001),), options, Progress())
    return pattern, fit


def test_the_cell_comes_back_with_its_uncertainty(refined):
    _, fit = refined
    assert fit.structure.cell[0] == pytest.approx(EDGE, rel=2e-5)
    assert fit.phases[0].cell_su[0] > 0.0


def test_a_refined_candidate_is_kept_in_a_project_and_exported(refined, tmp_path):
    import gemmi

    pattern, fit = refined
    found = make_solution(Problem(pattern, ("Na", "Cl")))
    candidate = replace(found.candidates[0], structure=fit.structure, fit=fit)
    found = replace(found, candidates=(candidate, *found.candidates[1:]))
    path = tmp_path / "kept.densight"
    project = Project(pattern=pattern, elements=("Na", "Cl"), solution=found)
    write_project(path, project)
    kept = read_project(path).solution.candidates[0].fit
    assert np.array_equal(kept.calculated, fit.calculated)
    assert np.array_equal(kept.robust_weights, fit.robust_weights)
    assert kept.correlations.names == fit.correlations.names
    assert np.allclose(kept.phases[0].cell_su, fit.phases[0].cell_su, equal_nan=True)
    Services().export_cif(tmp_path / "out.cif", candidate, found)
    document = gemmi.cif.read(str(tmp_path / "out.cif"))
    values = [v for block in document if (v := block.find_value("_cell_length_a"))]
    assert "(" in values[0]
