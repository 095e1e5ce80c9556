"""Many scenarios: compare them on the same requests."""
