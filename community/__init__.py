"""Who the clients are and how we talk with them."""
