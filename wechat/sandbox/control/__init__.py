"""The control plane under /_ctl: what tests, the demo and a person at the page may ask of the sandbox."""
