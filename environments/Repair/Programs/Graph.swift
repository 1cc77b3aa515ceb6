extension Program {
  /// Distances in a graph by breadth-first search, in two files.
  static let graph = Program(
    "graph",
    files: [
      File(
        "graph.py",
        """
        def build(pairs):
            out = {}
            for a, b in pairs:
                out.setdefault(a, []).append(b)
                out.setdefault(b, []).append(a)
            return out
        """),
      File(
        "walk.py",
        """
        from graph import build

        def dist(pairs, start):
            near = build(pairs)
            seen = {start: 0}
            todo = [start]
            while todo:
                a = todo.pop(0)
                for b in near.get(a, []):
                    if b not in seen:
                        seen[b] = seen[a] + 1
                        todo.append(b)
            return seen

        def far(pairs, start):
            seen = dist(pairs, start)
            return max(seen.values())

        def joined(pairs, a, b):
            return b in dist(pairs, a)
        """),
    ],
    visible: """
      graph.build([(1, 2)]) == {1: [2], 2: [1]}
      walk.dist([(1, 2), (2, 3)], 1) == {1: 0, 2: 1, 3: 2}
      walk.far([(1, 2), (2, 3)], 2) == 1
      walk.joined([(1, 2), (3, 4)], 1, 4) == False
      """,
    hidden: """
      graph.build([(1, 2), (3, 2)]) == {1: [2], 2: [1, 3], 3: [2]}
      graph.build([]) == {}
      walk.dist([(1, 2), (1, 3), (3, 4), (2, 4)], 4) == {4: 0, 3: 1, 2: 1, 1: 2}
      walk.dist([], 5) == {5: 0}
      walk.far([(1, 2), (2, 3), (3, 4)], 1) == 3
      walk.far([], 7) == 0
      walk.joined([(1, 2), (2, 3)], 3, 1) == True
      walk.joined([(5, 6)], 6, 6) == True
      walk.joined([(1, 2), (4, 3)], 2, 3) == False
      """)
}
