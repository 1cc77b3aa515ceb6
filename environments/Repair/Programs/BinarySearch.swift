extension Program {
  /// Binary search in a sorted list.
  static let search = Program(
    "search",
    files: [
      File(
        "search.py",
        """
        def place(xs, x):
            lo = 0
            hi = len(xs)
            while lo < hi:
                mid = (lo + hi) // 2
                if xs[mid] < x:
                    lo = mid + 1
                else:
                    hi = mid
            return lo

        def find(xs, x):
            i = place(xs, x)
            if i < len(xs) and xs[i] == x:
                return i
            return -1

        def insert(xs, x):
            i = place(xs, x)
            return xs[:i] + [x] + xs[i:]
        """)
    ],
    visible: """
      search.place([2, 4, 6], 5) == 2
      search.find([2, 4, 6], 4) == 1
      search.find([2, 4, 6], 7) == -1
      search.insert([1, 3], 2) == [1, 2, 3]
      """,
    hidden: """
      search.place([2, 2, 5, 8], 2) == 0
      search.place([3, 5], 9) == 2
      search.find([1, 2, 3, 4, 5], 1) == 0
      search.find([1, 2, 3, 4, 5], 5) == 4
      search.find([1, 3, 5], 4) == -1
      search.find([], 3) == -1
      search.insert([], 4) == [4]
      search.insert([2, 5], 8) == [2, 5, 8]
      search.insert([2, 5], 1) == [1, 2, 5]
      """)
}
