"""What runs inside mitmproxy: the tap copies, the gate decides what is decrypted, the guard where it may connect."""
