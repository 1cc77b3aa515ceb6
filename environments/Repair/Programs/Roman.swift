extension Program {
  /// Roman numerals.
  static let roman = Program(
    "roman",
    files: [
      File(
        "roman.py",
        """
        TABLE = [(10, 'X'), (9, 'IX'), (5, 'V'), (4, 'IV'), (1, 'I')]

        def write(n):
            out = ''
            for k, s in TABLE:
                while n >= k:
                    out += s
                    n -= k
            return out

        def read(s):
            n = 0
            for k, t in TABLE:
                while s[:len(t)] == t:
                    n += k
                    s = s[len(t):]
            return n

        def add(a, b):
            return write(read(a) + read(b))
        """)
    ],
    visible: """
      roman.write(14) == 'XIV'
      roman.read('XVI') == 16
      roman.add('II', 'II') == 'IV'
      """,
    hidden: """
      roman.write(0) == ''
      roman.write(39) == 'XXXIX'
      roman.write(8) == 'VIII'
      roman.read('IX') == 9
      roman.read('XXIV') == 24
      roman.read('') == 0
      roman.add('IX', 'I') == 'X'
      roman.add('V', 'VI') == 'XI'
      """)
}
