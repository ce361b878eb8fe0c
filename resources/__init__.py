"""Files that the program ships; found through `engine.resources.path`."""
