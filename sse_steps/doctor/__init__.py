"""What a machine lacks for evaluations, and how to mend it: one small check for each thing."""
