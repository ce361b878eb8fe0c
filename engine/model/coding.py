"""A pattern and what is known of its contents, coded for the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.model.encoding import encode_contents, encode_profile
from engine.model.pattern_input import bin_pattern
from engine.pattern.pattern import PowderPattern


@dataclass(frozen=True, eq=False)
class Lines:
    """A pattern and what is known of the contents, coded, as a batch of one.

    Attributes
    ----------
    profile, coverage : (1, BINS) tensors
        All zero where no pattern is given.
    contents : (1, CONTENTS) tensor
        All zero where nothing is known of the contents.
    """

    profile: Tensor
    coverage: Tensor
    contents: Tensor


def code_lines(
    pattern: PowderPattern,
    elements: Sequence[str],
    formula: str | None = None,
    others_possible: bool = False,
) -> Lines:
    """Code a pattern and its contents; without elements the contents are unknown."""
    power, covered = bin_pattern(pattern)
    coverage = torch.as_tensor(covered, dtype=torch.float32).unsqueeze(0)
    measured = torch.as_tensor(power, dtype=torch.float32).unsqueeze(0)
    contents = torch.as_tensor(encode_contents(elements, formula, others_possible)).unsqueeze(0)
    return Lines(encode_profile(measured, coverage), coverage, contents)


def without_pattern(lines: Lines) -> Lines:
    """The same as if nothing had been measured, to see what the pattern is worth."""
    nothing = torch.zeros_like(lines.profile)
    return replace(lines, profile=nothing, coverage=nothing)


def without_contents(lines: Lines) -> Lines:
    """The same as if nothing were known of the contents."""
    return replace(lines, contents=torch.zeros_like(lines.contents))
