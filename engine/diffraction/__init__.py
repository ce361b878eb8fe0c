"""X-ray powder diffraction of crystals, batched in torch: from atoms to a pattern."""
