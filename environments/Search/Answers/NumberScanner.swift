/// Reads numbers that begin with a digit, or with a point before a digit.
///
/// The decimal sign is a point or a comma. Thousands are separated by commas, spaces, apostrophes or
/// underscores, or by points if no decimal number could look like that. A single comma or point before
/// three digits is read as in English: 1,000 is a thousand, and 1.000 is one.
struct NumberScanner {
  let text: [Unicode.Scalar]

  /// The result of reading.
  enum Found {
    /// A number.
    case number(AnswerNumber)
    /// A fraction of two whole numbers.
    case fraction(Int, Int)
    /// A list of whole numbers, separated by commas.
    case list([String])
    /// Digits that are not a number: a date, a time, an address, a version of three parts.
    case digits(String)
  }

  func character(_ index: Int) -> Unicode.Scalar? {
    text.indices.contains(index) ? text[index] : nil
  }

  func isDigit(_ index: Int) -> Bool {
    character(index).map { 0x30...0x39 ~= $0.value } ?? false
  }

  /// Whether a number begins at an index.
  func begins(_ index: Int) -> Bool {
    isDigit(index) || character(index) == "." && isDigit(index + 1)
  }

  /// Reads the number that begins at an index, and returns it with the index of its end.
  func number(at start: Int) -> (found: Found, end: Int) {
    if let chain = chain(at: start) { return chain }
    if let list = list(at: start) { return list }
    let plain = scaled(decimal(at: start))
    return (.number(plain.number), plain.end)
  }

  // MARK: Digits separated by marks

  /// Reads digits that are separated by colons, by two or more of another mark, or by one slash.
  private func chain(at start: Int) -> (Found, Int)? {
    let first = run(start)
    guard first > start, let mark = character(first), isDigit(first + 1) else { return nil }
    let dashes: Set<Unicode.Scalar> = ["-", AnswerSpelling.dash, AnswerSpelling.minus]
    guard mark == "." || mark == "/" || mark == ":" || dashes.contains(mark) else { return nil }
    func isMark(_ index: Int) -> Bool {
      guard let next = character(index) else { return false }
      return dashes.contains(mark) ? dashes.contains(next) : next == mark
    }
    var parts = [digits(start..<first)]
    var end = first
    while isMark(end), isDigit(end + 1) {
      let next = run(end + 1)
      parts.append(digits(end + 1..<next))
      end = next
    }
    if mark == ".", parts.count == 2 || isGrouped(parts) { return nil }
    if dashes.contains(mark), parts.count == 2 { return nil }
    // Days, months, hours and minutes may be written with or without a leading zero.
    parts = parts.map { $0.count == 2 && $0.first == "0" ? String($0.dropFirst()) : $0 }
    if mark == "/", parts.count == 2, parts.allSatisfy({ $0.count < 10 }),
      let above = Int(parts[0]), let below = Int(parts[1])
    {
      return (.fraction(above, below), end)
    }
    return (.digits(parts.joined(separator: dashes.contains(mark) ? "-" : String(mark))), end)
  }

  /// Whether the parts are the groups of thousands of one number: 1.000.000.
  private func isGrouped(_ parts: [String]) -> Bool {
    1...3 ~= parts[0].count && parts[0].first != "0"
      && parts.dropFirst().allSatisfy { $0.count == 3 }
  }

  /// The largest number of groups that are read as one number or list.
  ///
  /// If there are more, they are read one by one. Otherwise, searching for the end of all groups at each of
  /// them would take quadratic time.
  private static let groupLimit = 32

  private func list(at start: Int) -> (Found, Int)? {
    guard isDigit(start), thousands(at: start, ",") == nil, indianThousands(at: start) == nil
    else { return nil }
    var end = run(start)
    var items = [digits(start..<end)]
    while character(end) == ",", isDigit(end + 1) {
      guard items.count < Self.groupLimit else { return nil }
      let next = run(end + 1)
      items.append(digits(end + 1..<next))
      end = next
    }
    guard items.count > 2, character(end) != "." || !isDigit(end + 1) else { return nil }
    return (.list(items), end)
  }

  // MARK: Decimal numbers

  private func decimal(at start: Int) -> (number: AnswerNumber, end: Int) {
    func fraction(after end: Int, _ marks: Unicode.Scalar...) -> (String, Int) {
      guard let mark = character(end), marks.contains(mark), isDigit(end + 1) else {
        return ("", end)
      }
      let last = run(end + 1)
      return (digits(end + 1..<last), last)
    }
    func number(_ end: Int, _ marks: (String, Int)) -> (AnswerNumber, Int) {
      (AnswerNumber(whole: digits(start..<end), fraction: marks.0), marks.1)
    }
    if let end = thousands(at: start, ",") ?? indianThousands(at: start) {
      return number(end, fraction(after: end, "."))
    }
    for mark in [" ", "'", "_"] as [Unicode.Scalar] {
      if let end = thousands(at: start, mark) { return number(end, fraction(after: end, ".", ",")) }
    }
    if let end = thousands(at: start, ".") {
      let fraction = fraction(after: end, ",")
      if !fraction.0.isEmpty || end - start > 7 { return number(end, fraction) }
    }
    let end = run(start)
    return number(end, fraction(after: end, ".", ","))
  }

  /// The end of digits in groups of three, of which the first may be shorter; nil if there are none.
  private func thousands(at start: Int, _ mark: Unicode.Scalar) -> Int? {
    var end = run(start)
    guard 1...3 ~= end - start, character(start) != "0" else { return nil }
    let first = end
    while character(end) == mark, isDigit(end + 1) {
      let next = run(end + 1)
      guard next - end == 4, (end - first) / 4 < Self.groupLimit else { return nil }
      end = next
    }
    return end > first ? end : nil
  }

  /// The end of digits in groups of two followed by a group of three, as in India: 1,00,000.
  private func indianThousands(at start: Int) -> Int? {
    var end = run(start)
    guard 1...2 ~= end - start, character(start) != "0" else { return nil }
    var lengths: [Int] = []
    while character(end) == ",", isDigit(end + 1) {
      guard lengths.count < Self.groupLimit else { return nil }
      let next = run(end + 1)
      lengths.append(next - end - 1)
      end = next
    }
    guard lengths.count > 1, lengths.last == 3, lengths.dropLast().allSatisfy({ $0 == 2 })
    else { return nil }
    return end
  }

  // MARK: Powers of ten

  /// A number with the power of ten after it: 1e3, 3×10^8, or 10^2 alone.
  private func scaled(_ plain: (number: AnswerNumber, end: Int)) -> (number: AnswerNumber, end: Int)
  {
    var (number, end) = plain
    if character(end) == "e", let (power, last) = whole(at: end + 1) {
      number.exponent = power
      return (number, last)
    }
    if number.whole == "10", number.fraction.isEmpty, character(end) == "^",
      let (power, last) = whole(at: end + 1)
    {
      (number.whole, number.exponent) = ("1", power)
      return (number, last)
    }
    var place = skippingSpace(end)
    if let sign = character(place), ["×", "x", "*", "·", "⋅"].contains(sign) {
      place = skippingSpace(place + 1)
      if character(place) == "1", character(place + 1) == "0", character(place + 2) == "^",
        let (power, last) = whole(at: place + 3)
      {
        number.exponent = power
        end = last
      }
    }
    return (number, end)
  }

  /// A whole number of at most six digits, with or without a sign, that no letter follows.
  private func whole(at start: Int) -> (Int, Int)? {
    let sign = character(start)
    let isSigned = sign == "+" || sign == "-" || sign == AnswerSpelling.minus
    let first = isSigned ? start + 1 : start
    let end = run(first)
    guard 1...6 ~= end - first, let value = Int(digits(first..<end)),
      !(character(end)?.properties.isAlphabetic ?? false)
    else { return nil }
    return (isSigned && sign != "+" ? -value : value, end)
  }

  // MARK: Parts

  func skippingSpace(_ index: Int) -> Int {
    var index = index
    while character(index) == " " { index += 1 }
    return index
  }

  /// The end of the digits at an index.
  private func run(_ start: Int) -> Int {
    var end = start
    while isDigit(end) { end += 1 }
    return end
  }

  /// The digits in a range, without the marks between them.
  private func digits(_ range: Range<Int>) -> String {
    var digits = String.UnicodeScalarView()
    for index in range where isDigit(index) { digits.append(text[index]) }
    return String(digits)
  }
}
