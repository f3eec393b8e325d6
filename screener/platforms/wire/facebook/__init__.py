"""Facebook and Messenger: what is read of persons, older conversations and calls."""
