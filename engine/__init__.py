"""The science of Densight: powder patterns in, structures and densities out. No Qt here."""

__version__ = "0.1.0"
