"""Who acts: people, sign-in, permissions, approvals, audit."""
