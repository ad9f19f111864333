"""Rasa's Socket.IO protocol, so that widgets made for Rasa work with this app as they are (docs/channels/socketio.md)."""
