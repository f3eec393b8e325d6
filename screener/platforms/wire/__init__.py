"""What decoders share: framings, from bytes to structure, and readers that are too long for one file."""
