"""Settings of all tests."""

from hypothesis import settings

# On a busy machine an example takes as long as it takes, and that fails no test.
settings.register_profile("datacoop", settings(), deadline=None)
settings.load_profile("datacoop")
