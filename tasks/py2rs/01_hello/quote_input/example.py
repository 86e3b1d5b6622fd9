"""Read two lines, the words and their author, and print them as a quotation."""

words = input()
author = input()

print('"' + words + '"')
print("\t-- " + author)
print()
print(f"({author} said: '{words}')")
