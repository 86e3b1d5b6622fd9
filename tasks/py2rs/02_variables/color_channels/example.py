"""Take a colour apart, 0xAARRGGBB in hexadecimal, and derive others from it."""

import sys

color = int(sys.argv[1], 16)

alpha = color >> 24 & 0xFF
red = color >> 16 & 0xFF
green = color >> 8 & 0xFF
blue = color & 0xFF

gray = (red * 299 + green * 587 + blue * 114) // 1000
inverted = color ^ 0xFFFFFF
checksum = alpha ^ red ^ green ^ blue
packed = (red >> 3) << 11 | (green >> 2) << 5 | blue >> 3

print(f"argb({alpha}, {red}, {green}, {blue})")
print(f"gray: {gray}")
print(f"inverted: {inverted:08x}")
print(f"checksum: {checksum:02X}")
print(f"rgb565: {packed:016b}")
