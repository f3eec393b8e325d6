"""Being the family's router: what of whom is led to the proxy, and how that ends by itself when the proxy does."""
