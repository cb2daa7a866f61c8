"""The only door out, in our words: what the official account and WeCom can do for us, one Protocol per subject."""
