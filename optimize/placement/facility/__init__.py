"""Methods of facility location: bounds, searches and programs on plain arrays."""
