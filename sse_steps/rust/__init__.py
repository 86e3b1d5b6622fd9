"""The judge: compile a candidate, put questions to it, compare its answers outside its process."""
