"""Any-bytes tests are the same on every machine: no time limit an example, nothing written beside the tests."""

from hypothesis import HealthCheck, settings

settings.register_profile("steady", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
