"""Imports mitmproxy with warnings off: what its own dependencies deprecate is not ours to mend."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mitmproxy.addons  # noqa: F401
