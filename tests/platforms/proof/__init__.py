"""What independent libraries understand of the same bytes as the decoders."""
