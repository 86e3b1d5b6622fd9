"""The steps of a build: one file each, files and a slice of the settings in, files out."""
