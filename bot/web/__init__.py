"""The aiohttp application: site, widget, chat, REST channel, and the actions port."""
