"""The few pieces that run inside Rasa: launcher, training, channel, two classifiers (Python 3.10, standard library and Rasa only)."""
