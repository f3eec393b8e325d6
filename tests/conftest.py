"""What every test may use."""

pytest_plugins = ["tests.needs", "tests.ready_database"]
