extension UInt8 {
  /// Whether this is one of the ASCII digits from 0 to 9.
  var isDigit: Bool { (48...57).contains(self) }
}

extension Sequence<UInt8> {
  /// The number that the ASCII digits in the text form; all other bytes are ignored.
  ///
  /// It wraps around where it is larger than an `Int`.
  var number: Int { reduce(0) { $1.isDigit ? $0 &* 10 &+ Int($1 - 48) : $0 } }
}
