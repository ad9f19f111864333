"""Messaging channels: what each can show, how a message is put for it, and how its provider's requests are checked, read and made.

Pure: requests come in as bytes and go out as values; who receives, keeps and sends them is in `bot.web.channels`.
"""
