extension Program {
  /// Accounts that reject invalid amounts, in two files.
  static let bank = Program(
    "bank",
    files: [
      File(
        "account.py",
        """
        class Account:
            def __init__(self, cash=0):
                self.cash = cash

            def pay(self, n):
                if n <= 0:
                    raise ValueError(n)
                self.cash += n

            def take(self, n):
                if n > self.cash:
                    raise ValueError(n)
                self.cash -= n
        """),
      File(
        "bank.py",
        """
        from account import Account

        def send(a, b, n):
            a.take(n)
            b.pay(n)
            return (a.cash, b.cash)

        def play(moves, cash=10):
            x = Account(cash)
            for kind, n in moves:
                if kind == 'pay':
                    x.pay(n)
                elif kind == 'take':
                    x.take(n)
            return x.cash
        """),
    ],
    visible: """
      bank.play([('pay', 5), ('take', 3)]) == 12
      bank.play([('take', 11)]) raises ValueError
      bank.send(bank.Account(9), bank.Account(1), 4) == (5, 5)
      """,
    hidden: """
      bank.play([]) == 10
      bank.play([('take', 10)]) == 0
      bank.play([('pay', 0)]) raises ValueError
      bank.play([('pay', 1)]) == 11
      bank.play([('pay', 2), ('tip', 1)], 3) == 5
      bank.play([('take', 2), ('take', 2)], 5) == 1
      bank.send(bank.Account(), bank.Account(2), 1) raises ValueError
      bank.send(bank.Account(3), bank.Account(), 3) == (0, 3)
      bank.send(bank.Account(7), bank.Account(4), 2) == (5, 6)
      """)
}
