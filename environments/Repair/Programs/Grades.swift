extension Program {
  /// Grades of a class, in two files.
  static let grades = Program(
    "grades",
    files: [
      File(
        "grades.py",
        """
        def mean(xs):
            if not xs:
                return 0
            return sum(xs) / len(xs)

        def middle(xs):
            xs = sorted(xs)
            n = len(xs) // 2
            if len(xs) % 2 == 1:
                return xs[n]
            return (xs[n - 1] + xs[n]) / 2

        def letter(x):
            for name, low in [('A', 90), ('B', 75), ('C', 60)]:
                if x >= low:
                    return name
            return 'F'
        """),
      File(
        "report.py",
        """
        from grades import letter, mean

        def report(book, drop=0):
            out = {}
            for name in sorted(book):
                xs = sorted(book[name])
                out[name] = letter(mean(xs[drop:]))
            return out

        def best(book):
            return max(book, key=lambda name: mean(book[name]))
        """),
    ],
    visible: """
      grades.mean([1, 2, 6]) == 3.0
      grades.middle([5, 1, 3]) == 3
      grades.letter(80) == 'B'
      report.report({'jo': [95, 91], 'al': [20, 40]}) == {'al': 'F', 'jo': 'A'}
      report.best({'jo': [5, 7], 'al': [8, 2]}) == 'jo'
      """,
    hidden: """
      grades.mean([]) == 0
      grades.middle([4, 1, 3, 8]) == 3.5
      grades.middle([7]) == 7
      grades.letter(90) == 'A'
      grades.letter(60) == 'C'
      grades.letter(59) == 'F'
      report.report({'al': [10, 80, 82]}, 1) == {'al': 'B'}
      report.report({'bo': [70, 66], 'cy': []}) == {'bo': 'C', 'cy': 'F'}
      report.best({'al': [1], 'bo': [9, 9], 'cy': [8]}) == 'bo'
      """)
}
