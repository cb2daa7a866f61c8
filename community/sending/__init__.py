"""The one send ledger and its gate."""
