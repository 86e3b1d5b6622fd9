"""Area, perimeter, diagonal and aspect ratio of a rectangle."""

import sys

width = int(sys.argv[1])
height = int(sys.argv[2])

area = width * height
perimeter = 2 * (width + height)
diagonal = (width * width + height * height) ** 0.5
ratio = width / height

print(f"area: {area}")
print(f"perimeter: {perimeter}")
print(f"diagonal: {diagonal:.2f}")
print(f"ratio: {ratio:.3f}")
