"""What the product costs, measured beside a named baseline in the same run; nothing here is a pass or a fail."""
