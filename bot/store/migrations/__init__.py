"""The migrations, one file each in `versions`."""

# The newest one. Written out, so that a database which is there already need not wait for Alembic to be imported.
NEWEST = "0007"
