words = ["hello", "wrold"]
print(" ".join(words))
