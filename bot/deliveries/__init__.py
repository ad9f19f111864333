"""Telling the study team that something happened: mail and signed webhooks, by way of an outbox that survives crashes.

What is sent says that somebody wants to be contacted, and where in the console that is to be read: nothing about health, no
contact data.
"""
