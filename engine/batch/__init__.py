"""Many patterns at once: a manifest in, a folder a pattern and a line a result out."""
