"""How each provider's requests are checked and read, and how a message is handed to it. One module a provider."""
