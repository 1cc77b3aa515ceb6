extension Program {
  /// Run-length encoding.
  static let runs = Program(
    "runs",
    files: [
      File(
        "runs.py",
        """
        def pack(s):
            out = []
            i = 0
            while i < len(s):
                j = i
                while j < len(s) and s[j] == s[i]:
                    j += 1
                out.append((s[i], j - i))
                i = j
            return out

        def unpack(xs):
            return ''.join(c * n for c, n in xs)

        def longest(s):
            best = 0
            for c, n in pack(s):
                best = max(best, n)
            return best
        """)
    ],
    visible: """
      runs.pack('aab') == [('a', 2), ('b', 1)]
      runs.unpack([('a', 2), ('b', 1)]) == 'aab'
      runs.longest('abbbcc') == 3
      """,
    hidden: """
      runs.pack('') == []
      runs.pack('x') == [('x', 1)]
      runs.pack('abba') == [('a', 1), ('b', 2), ('a', 1)]
      runs.pack('zzz') == [('z', 3)]
      runs.unpack([]) == ''
      runs.unpack([('x', 3), ('y', 2), ('x', 1)]) == 'xxxyyx'
      runs.longest('') == 0
      runs.longest('aaabb') == 3
      runs.longest('abcc') == 2
      """)
}
