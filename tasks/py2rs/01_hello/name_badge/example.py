"""Print a conference badge with centred lines, 24 characters wide."""

import sys

name = sys.argv[1]
role = sys.argv[2]

print("+----------------------+")
print("|      MY NAME IS      |")
print(f"|{name:^22}|")
print(f"|{role:*^22}|")
print("+----------------------+")
