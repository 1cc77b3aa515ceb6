/// The pieces of a text that merges do not cross: runs of letters, single digits, runs of others.
///
/// Every byte beyond ASCII counts as a letter, since most are parts of letters of other scripts: a name
/// must have the same tokens wherever it stands, whatever it is written in.
///
/// A slash belongs to the letters before it. What follows a slash is copied by looking up what
/// followed it before, and in a path of three parts a token of its own would have followed twice.
struct PieceSequence: Sequence, IteratorProtocol {
  /// The longest piece.
  ///
  /// Merging takes time by the square of it, and a text may be one run of spaces.
  static let limit = 64

  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func next() -> ArraySlice<UInt8>? {
    guard index < bytes.count else { return nil }
    let start = index
    let kind = Kind(bytes[start])
    index += 1
    if kind != .digit {
      while index < bytes.count, index - start < Self.limit, Kind(bytes[index]) == kind {
        index += 1
      }
    }
    if kind == .letter, index < bytes.count, bytes[index] == UInt8(ascii: "/") { index += 1 }
    return bytes[start..<index]
  }

  private enum Kind {
    case letter, digit, other

    init(_ byte: UInt8) {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x80...:
        self = .letter
      case UInt8(ascii: "0")...UInt8(ascii: "9"): self = .digit
      default: self = .other
      }
    }
  }
}
