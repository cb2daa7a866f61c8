"""How people prove who they are: second factor, recovery codes, invitations, sessions, stepping up."""
