"""The coordinators' console: server-rendered pages under `/console`. One module a room; `routes` lists them all."""
