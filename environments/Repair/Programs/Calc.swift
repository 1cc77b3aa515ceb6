extension Program {
  /// A stack machine for expressions in postfix notation, in two files.
  static let calc = Program(
    "calc",
    files: [
      File(
        "stack.py",
        """
        class Stack:
            def __init__(self):
                self.xs = []

            def push(self, x):
                self.xs.append(x)

            def pop(self):
                if not self.xs:
                    raise IndexError
                return self.xs.pop()

            def size(self):
                return len(self.xs)
        """),
      File(
        "calc.py",
        """
        from stack import Stack

        def apply(op, a, b):
            if op == '+':
                return a + b
            if op == '-':
                return a - b
            return a * b

        def calc(words):
            st = Stack()
            for w in words.split():
                if w in '+-*':
                    b, a = st.pop(), st.pop()
                    st.push(apply(w, a, b))
                else:
                    st.push(int(w))
            if st.size() != 1:
                raise ValueError
            return st.pop()
        """),
    ],
    visible: """
      calc.apply('-', 7, 2) == 5
      calc.calc('2 3 +') == 5
      calc.calc('9 4 -') == 5
      calc.calc('+') raises IndexError
      """,
    hidden: """
      calc.apply('+', 3, 5) == 8
      calc.apply('*', 3, 5) == 15
      calc.calc('2 3 * 4 -') == 2
      calc.calc('1 2 3 * +') == 7
      calc.calc('7') == 7
      calc.calc('1 2') raises ValueError
      calc.calc('') raises ValueError
      calc.calc('8 5 - 2 -') == 1
      """)
}
