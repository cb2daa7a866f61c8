"""How the sandbox calls the product: bodies, disorder, sealed delivery with retries."""
