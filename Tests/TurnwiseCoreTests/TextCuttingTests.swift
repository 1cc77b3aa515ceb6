import Testing
import TurnwiseCore

@Suite struct `A text that is cut` {
  private static let words = [
    "abc", "aé", "漢字", "🦊x", "e\u{301}", "\u{7FF}\u{800}\u{FFFF}\u{10000}",
  ]

  @Test(arguments: words)
  func `ends before or after a character, and never within one`(word: String) {
    let bytes = Array(word.utf8)
    var boundaries: [Int] = [0]
    for scalar in word.unicodeScalars {
      boundaries.append((boundaries.last ?? 0) + String(scalar).utf8.count)
    }
    for index in -1...bytes.count + 1 {
      let before = boundaries.last { $0 <= max(index, 0) }
      let after = boundaries.first { $0 >= min(index, bytes.count) }
      #expect(Text.boundary(atOrBefore: index, in: bytes) == before)
      #expect(Text.boundary(atOrAfter: index, in: bytes) == after)
      #expect(Text(word).prefix(maxBytes: index).bytes == Array(bytes[..<(before ?? 0)]))
    }
    // A slice counts from where it begins.
    let slice = (Array("xyz".utf8) + bytes)[3...]
    #expect(Text.boundary(atOrBefore: slice.endIndex - 1, in: slice) >= 3)
  }

  /// Bytes that begin or go on with a character that is not there.
  @Test(
    arguments: [
      [0x80, 0x80, 0x80, 0x80, 0x80], [0xC0, 0x80, 0x41], [0xE6, 0xBC, 0x41], [0xED, 0xA0, 0x80],
      [0xF5, 0x80, 0x80, 0x80], [0xFF, 0xFE, 0x00], [0xE0, 0x80, 0x80], [0xE6, 0xBC],
    ] as [[UInt8]])
  func `that is not UTF-8 is cut anywhere`(bytes: [UInt8]) {
    for index in 0...bytes.count {
      #expect(Text.boundary(atOrBefore: index, in: bytes) == index)
      #expect(Text.boundary(atOrAfter: index, in: bytes) == index)
    }
  }

  @Test func `tells where a character is unfinished`() {
    for word in Self.words {
      let bytes = Array(word.utf8)
      for end in 0...bytes.count {
        let start = Text.startOfUnfinishedCharacter(in: bytes[..<end])
        #expect(start == Text.boundary(atOrBefore: end, in: bytes))
      }
    }
    for bytes: [UInt8] in [[0x41, 0xFF], [0xC0], [0x80], [0xE6, 0xBC, 0x97, 0x80], [0xED, 0xA0]] {
      #expect(Text.startOfUnfinishedCharacter(in: bytes) == bytes.count)
    }
  }
}
