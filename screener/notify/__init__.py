"""How people hear of alerts: a durable outbox, and a worker that empties it.

An alert that opens, rises or holds another threat becomes a row of `notices` for each channel of each user who may see
it whole (plan.py, outbox.py). The worker (worker.py) sends what is due (post.py and the ways beside it) and notes what
came of it. A start begins with a sweep, so that nothing is lost between an alert and its notice.

A call for help needs nothing but its row in `cries`: the worker finds it within seconds, and at once when the bell is
rung (bell.py). It is said again until `heard` is set.
"""
