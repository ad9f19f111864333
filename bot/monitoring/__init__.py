"""What operators can see: health, metrics and traces. Nothing in it says who somebody is, or what they said."""
