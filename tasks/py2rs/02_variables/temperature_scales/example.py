"""Convert degrees Celsius to the other temperature scales."""

celsius = float(input())

kelvin = celsius + 273.15
fahrenheit = celsius * 9 / 5 + 32
rankine = kelvin * 9 / 5
delisle = (100 - celsius) * 3 / 2

print(f"{celsius:.2f} C")
print(f"{kelvin:.2f} K")
print(f"{fahrenheit:.2f} F")
print(f"{rankine:.2f} R")
print(f"{delisle:.2f} De")
