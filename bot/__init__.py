"""trialchat: conversational clinical-trial matching."""
