"""Read a title and its author, and print them as the head of an article."""

title = input().strip()
author = input().strip()

heading = title.upper()
rule = "=" * len(title)
slug = title.lower().replace(" ", "-").replace("'", "")
letters = len(title) - title.count(" ")

print(heading)
print(rule)
print(f"by {author}")
print(f"file: {slug}.md")
print(f"{letters} of {len(title)} characters are not blanks")
