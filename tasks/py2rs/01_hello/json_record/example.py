"""Print a small JSON record; the braces have to be escaped in the f-strings."""

import sys

key = sys.argv[1]
value = sys.argv[2]

print("{")
print(f'  "{key}": "{value}",')
print(f'  "nested": {{"{key}_copy": ["{value}", "{value}"]}}')
print("}")
