extension Program {
  /// Days of the calendar.
  static let dates = Program(
    "dates",
    files: [
      File(
        "dates.py",
        """
        DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

        def leap(y):
            return y % 4 == 0 and (y % 100 != 0 or y % 400 == 0)

        def days(y, m):
            if m == 2 and leap(y):
                return 29
            return DAYS[m - 1]

        def number(y, m, d):
            n = d
            for i in range(1, m):
                n += days(y, i)
            return n

        def year(y):
            return number(y, 12, 31)
        """)
    ],
    visible: """
      dates.leap(2024) == True
      dates.leap(1900) == False
      dates.days(2023, 4) == 30
      dates.number(2023, 3, 1) == 60
      dates.year(2023) == 365
      """,
    hidden: """
      dates.leap(2000) == True
      dates.leap(2023) == False
      dates.days(2024, 2) == 29
      dates.days(2023, 2) == 28
      dates.days(2021, 12) == 31
      dates.number(2024, 1, 5) == 5
      dates.number(2024, 3, 1) == 61
      dates.number(2022, 12, 31) == 365
      dates.year(2000) == 366
      """)
}
