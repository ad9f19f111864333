"""Figures: what is counted of conversations, out of counts alone. Pure: no store, no clock, no texts."""
