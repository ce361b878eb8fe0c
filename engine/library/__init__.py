"""Structure types: how they are stored, built from known crystals, and found by their lines."""
