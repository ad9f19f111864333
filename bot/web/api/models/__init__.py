"""The shapes of what the API takes and answers, by topic. The description for programs is generated from them."""
