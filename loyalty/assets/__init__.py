"""What the bank tells us: accounts, statements, balances."""
