extension Program {
  /// Levels of log lines, in four files.
  static let logs = Program(
    "logs",
    files: [
      File(
        "parse.py",
        """
        def parse(line):
            level, text = line.split(': ', 1)
            return level.lower(), text
        """),
      File(
        "level.py",
        """
        LEVELS = ['info', 'warn', 'error']

        def rank(level):
            return LEVELS.index(level)

        def atleast(level, low):
            return rank(level) >= rank(low)
        """),
      File(
        "count.py",
        """
        from parse import parse

        def count(lines):
            out = {}
            for line in lines:
                level, text = parse(line)
                out[level] = out.get(level, 0) + 1
            return out
        """),
      File(
        "summary.py",
        """
        from count import count
        from level import atleast
        from parse import parse

        def pick(lines, low='warn'):
            out = []
            for line in lines:
                level, text = parse(line)
                if atleast(level, low):
                    out.append(text)
            return out

        def summary(lines):
            seen = count(lines)
            bad = pick(lines, 'error')
            return (len(bad), seen.get('info', 0))
        """),
    ],
    visible: """
      parse.parse('WARN: hot') == ('warn', 'hot')
      level.atleast('error', 'warn') == True
      count.count(['Info: a', 'Info: b']) == {'info': 2}
      summary.pick(['Info: a', 'Warn: b']) == ['b']
      summary.summary(['Info: a', 'Error: b']) == (1, 1)
      """,
    hidden: """
      parse.parse('Info: a: b') == ('info', 'a: b')
      level.rank('info') == 0
      level.atleast('warn', 'warn') == True
      level.atleast('info', 'error') == False
      count.count(['Warn: x', 'Info: y', 'Warn: z']) == {'warn': 2, 'info': 1}
      count.count([]) == {}
      summary.pick(['Error: a', 'Info: b', 'Warn: c'], 'info') == ['a', 'b', 'c']
      summary.pick(['Error: a', 'Warn: c'], 'error') == ['a']
      summary.summary([]) == (0, 0)
      summary.summary(['Info: a', 'Info: b', 'Warn: c']) == (0, 2)
      """)
}
