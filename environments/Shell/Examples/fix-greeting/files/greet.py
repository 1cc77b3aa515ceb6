words = ["hello", "wrold"]
print(" ".join(word))
