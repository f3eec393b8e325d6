"""The dashboard: pages for parents, served from the home and for the home."""
