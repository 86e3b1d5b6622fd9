"""Tell a knock-knock joke; the guest and the punch line come from the command line."""

import sys

print("Knock, knock.")
print("Who's there?")
print(sys.argv[1] + ".")
print(sys.argv[1], "who?")
print(sys.argv[1], sys.argv[2], sep=" ", end="!\n")
print("Ha", "ha", "ha", sep="-")
