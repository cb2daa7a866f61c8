"""What WeCom can do for us, one Protocol per subject."""
