extension Program {
  /// Closed intervals of whole numbers.
  static let interval = Program(
    "interval",
    files: [
      File(
        "interval.py",
        """
        def clamp(x, lo, hi):
            if x < lo:
                return lo
            if x > hi:
                return hi
            return x

        def meet(a, b):
            lo = max(a[0], b[0])
            hi = min(a[1], b[1])
            if lo > hi:
                return None
            return (lo, hi)

        def length(a):
            return a[1] - a[0] + 1
        """)
    ],
    visible: """
      interval.clamp(7, 0, 5) == 5
      interval.clamp(-2, 0, 5) == 0
      interval.meet((1, 5), (3, 9)) == (3, 5)
      interval.meet((1, 2), (4, 6)) == None
      interval.length((2, 4)) == 3
      """,
    hidden: """
      interval.clamp(3, 1, 5) == 3
      interval.clamp(6, 1, 4) == 4
      interval.clamp(0, 1, 4) == 1
      interval.meet((4, 9), (2, 6)) == (4, 6)
      interval.meet((1, 3), (3, 5)) == (3, 3)
      interval.meet((5, 6), (1, 2)) == None
      interval.length((5, 5)) == 1
      interval.length((-1, 1)) == 3
      """)
}
