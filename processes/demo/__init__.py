"""The sample bank: made through the product's own doors, never by rows behind them."""
