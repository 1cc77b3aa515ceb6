/// The pieces of a text, which merges do not cross: runs of letters, single digits, runs of other bytes.
///
/// A name must have the same tokens wherever it occurs, in every script. So bytes beyond ASCII count as
/// letters, since most of them are parts of letters of other scripts. Exceptions are the punctuation marks
/// that occur next to names: those of Latin-1, such as «, general punctuation, such as “ and —, and those
/// of Chinese and Japanese, such as 、.
///
/// A slash belongs to the letters before it. A model copies what follows a slash by looking up what
/// followed it before; if the slash were a token of its own, it would be followed by two different parts in
/// a path of three parts.
struct PieceSequence: Sequence, IteratorProtocol {
  /// The maximum number of bytes of a piece.
  ///
  /// Merging takes time quadratic in it, and a text may be one run of spaces.
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

  /// Returns the kind of what begins at an index, and its bytes: those of a punctuation mark, or one.
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

  /// Whether the byte at an index continues a character.
  private func isContinuation(_ index: Int) -> Bool {
    index < bytes.count && bytes[index] & 0xC0 == 0x80
  }
}
