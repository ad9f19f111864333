"""`trialchat doctor`: is this installation safe to use, and what is to be done where it is not?

`probing` looks at the world once and makes a `Deployment` of it; the checks are pure, and say what follows from it.
"""
