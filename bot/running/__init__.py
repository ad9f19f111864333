"""`trialchat run`: the processes of one installation, started, watched and stopped together."""
