extension Program {
  /// Matrices as lists of rows.
  static let matrix = Program(
    "matrix",
    files: [
      File(
        "matrix.py",
        """
        def turn(m):
            return [list(row) for row in zip(*m)]

        def add(a, b):
            out = []
            for p, q in zip(a, b):
                out.append([x + y for x, y in zip(p, q)])
            return out

        def dot(p, q):
            return sum(x * y for x, y in zip(p, q))

        def times(a, b):
            cols = turn(b)
            return [[dot(p, q) for q in cols] for p in a]

        def trace(m):
            return sum(m[i][i] for i in range(len(m)))
        """)
    ],
    visible: """
      matrix.turn([[1, 2], [3, 4]]) == [[1, 3], [2, 4]]
      matrix.add([[1, 2]], [[3, 4]]) == [[4, 6]]
      matrix.times([[1, 2]], [[3], [4]]) == [[11]]
      matrix.trace([[1, 2], [3, 4]]) == 5
      """,
    hidden: """
      matrix.turn([[1, 2, 3]]) == [[1], [2], [3]]
      matrix.turn([]) == []
      matrix.add([[1], [5]], [[2], [7]]) == [[3], [12]]
      matrix.dot([1, 2, 3], [4, 5, 6]) == 32
      matrix.times([[1, 2], [3, 4]], [[0, 1], [1, 0]]) == [[2, 1], [4, 3]]
      matrix.times([[2]], [[3]]) == [[6]]
      matrix.trace([[7]]) == 7
      matrix.trace([[1, 0, 0], [0, 5, 0], [0, 0, 9]]) == 15
      """)
}
