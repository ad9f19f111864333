"""Messaging channels in the app: their providers' requests in, messages heard in order, answers sent until they arrive."""
