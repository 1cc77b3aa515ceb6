extension Program {
  /// Wrapping and centring of lines.
  static let wrap = Program(
    "wrap",
    files: [
      File(
        "wrap.py",
        """
        def wrap(words, width):
            lines = []
            line = ''
            for word in words:
                if not line:
                    line = word
                elif len(line) + len(word) + 1 <= width:
                    line += ' ' + word
                else:
                    lines.append(line)
                    line = word
            if line:
                lines.append(line)
            return lines

        def center(line, width):
            left = (width - len(line)) // 2
            return ' ' * max(left, 0) + line
        """)
    ],
    visible: """
      wrap.wrap(['a', 'bb', 'ccc'], 4) == ['a bb', 'ccc']
      wrap.wrap(['one'], 2) == ['one']
      wrap.center('ab', 6) == '  ab'
      """,
    hidden: """
      wrap.wrap([], 5) == []
      wrap.wrap(['aa', 'bb', 'cc'], 5) == ['aa bb', 'cc']
      wrap.wrap(['aa', 'bb', 'cc'], 6) == ['aa bb', 'cc']
      wrap.wrap(['a', 'b', 'c', 'd'], 3) == ['a b', 'c d']
      wrap.wrap(['long', 'x', 'y'], 3) == ['long', 'x y']
      wrap.center('abc', 8) == '  abc'
      wrap.center('abcdef', 3) == 'abcdef'
      wrap.center('', 4) == '  '
      """)
}
