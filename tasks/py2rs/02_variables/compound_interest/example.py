"""What a deposit grows to, and what that is worth after inflation."""

import sys

principal = float(sys.argv[1])
rate_percent = float(sys.argv[2])
inflation_percent = float(sys.argv[3])
years = int(sys.argv[4])

growth = (1 + rate_percent / 100) ** years
price_level = (1 + inflation_percent / 100) ** years
balance = principal * growth
interest = balance - principal
real_value = balance / price_level

print(f"after {years} years: {balance:.2f}")
print(f"interest: {interest:.2f}")
print(f"real value: {real_value:.2f}")
