"""The providers of messaging channels, made up: they sign as the real ones do, and take no request that the real ones would refuse.

What each checks is what its own documentation says (the pages are named in `bot/channels/providers`), and is written here anew, with
nothing of our own code: a fake that shared it would agree with every mistake in it.
"""
