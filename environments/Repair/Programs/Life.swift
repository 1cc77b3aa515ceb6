extension Program {
  /// Conway's Game of Life on a small board.
  static let life = Program(
    "life",
    files: [
      File(
        "life.py",
        """
        def around(cells, x, y):
            n = 0
            for dx in (-1, 0, 1):
                for dy in (-1, 0, 1):
                    if (dx, dy) != (0, 0):
                        n += (x + dx, y + dy) in cells
            return n

        def lives(cells, x, y):
            n = around(cells, x, y)
            if (x, y) in cells:
                return n == 2 or n == 3
            return n == 3

        def step(cells, size):
            area = [(x, y) for x in range(size) for y in range(size)]
            return {p for p in area if lives(cells, p[0], p[1])}
        """)
    ],
    visible: """
      life.around({(0, 0), (1, 1), (2, 1)}, 1, 1) == 2
      life.lives({(0, 0), (0, 1), (1, 0)}, 1, 1) == True
      life.lives({(2, 2)}, 2, 2) == False
      sorted(life.step({(0, 1), (1, 1), (2, 1)}, 3)) == [(1, 0), (1, 1), (1, 2)]
      """,
    hidden: """
      life.around({(0, 0)}, 0, 0) == 0
      life.around({(0, 1), (1, 0), (2, 2), (0, 2)}, 1, 1) == 4
      life.around({(3, 4), (5, 6)}, 4, 5) == 2
      life.lives({(0, 0), (0, 1), (1, 0)}, 0, 0) == True
      life.lives({(1, 1), (0, 1), (2, 1), (1, 0)}, 1, 1) == True
      life.lives({(0, 1), (2, 1)}, 1, 1) == False
      life.lives({(0, 0), (0, 1), (0, 2), (1, 0), (1, 2)}, 1, 1) == False
      sorted(life.step({(0, 0), (0, 1), (1, 0), (1, 1)}, 2)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
      sorted(life.step({(1, 0), (1, 1), (1, 2)}, 4)) == [(0, 1), (1, 1), (2, 1)]
      """)
}
