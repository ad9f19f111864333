"""The checks, by what they look at. Each takes a `Deployment` and yields what it finds; none of them looks anywhere else."""
