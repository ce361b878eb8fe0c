"""diffraction"""
