"""Print one row of a price list in aligned columns, under its heading."""

import sys

item = sys.argv[1]
price = sys.argv[2]
unit = sys.argv[3]

print(f"{'Item':<14}{'Price':>9}  Unit")
print("-----------------------------")
print(f"{item:<14}{price:>9}  {unit}")
print(f"{item:.<14}{price:.>9}  per {unit}")
