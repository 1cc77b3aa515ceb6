/// The pieces of a text that merges do not cross: runs of letters, single digits, runs of others.
///
/// A name must have the same tokens wherever it stands, whatever it is written in. So bytes beyond ASCII
/// count as letters, since most are parts of letters of other scripts, but for the punctuation that
/// stands next to names: that of Latin-1, such as «, general punctuation, such as “ and —, and that of
/// Chinese and Japanese, such as 、.
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
    let (kind, length) = unit(at: start)
    index += length
    while kind != .digit, index < bytes.count {
      let next = unit(at: index)
      guard next.kind == kind, index + next.length - start <= Self.limit else { break }
      index += next.length
    }
    if kind == .letter, index < bytes.count, bytes[index] == UInt8(ascii: "/") { index += 1 }
    return bytes[start..<index]
  }

  private enum Kind { case letter, digit, other }

  /// What begins at an index, and how many bytes belong to it: all of a punctuation mark, else one.
  private func unit(at index: Int) -> (kind: Kind, length: Int) {
    switch bytes[index] {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): (.letter, 1)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): (.digit, 1)
    case ..<0x80: (.other, 1)
    // U+0080 to U+00BF.
    case 0xC2 where isContinuation(index + 1): (.other, 2)
    // U+2000 to U+203F, and U+3000 to U+303F.
    case 0xE2...0xE3 where isContinuation(index + 2) && bytes[index + 1] == 0x80: (.other, 3)
    default: (.letter, 1)
    }
  }

  /// Whether there is a byte at an index that goes on with a character.
  private func isContinuation(_ index: Int) -> Bool {
    index < bytes.count && bytes[index] & 0xC0 == 0x80
  }
}
