"""The real proxy, whose event loop can be made to stand still from outside: SIGUSR1 blocks it for half a minute."""

import signal
import time

from screener import proxy

if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, lambda *_: time.sleep(30))
    proxy.main()
