extension Text {
  /// Returns the last position at or before `index` at which no character is cut.
  ///
  /// Only characters that are complete in `bytes` count; bytes that are not UTF-8 can be cut anywhere.
  /// A character here is a Unicode scalar: sequences of several scalars can be cut between them.
  ///
  /// - Parameters:
  ///   - index: A position in `bytes`; a position outside is clamped to the beginning or the end.
  ///   - bytes: The bytes of a text.
  /// - Returns: A position at most three bytes before `index`.
  public static func boundary<Bytes: RandomAccessCollection>(
    atOrBefore index: Int, in bytes: Bytes
  ) -> Int where Bytes.Element == UInt8, Bytes.Index == Int {
    let index = min(max(index, bytes.startIndex), bytes.endIndex)
    return character(around: index, in: bytes)?.lowerBound ?? index
  }

  /// Returns the first position at or after `index` at which no character is cut; see
  /// ``boundary(atOrBefore:in:)``.
  public static func boundary<Bytes: RandomAccessCollection>(
    atOrAfter index: Int, in bytes: Bytes
  ) -> Int where Bytes.Element == UInt8, Bytes.Index == Int {
    let index = min(max(index, bytes.startIndex), bytes.endIndex)
    return character(around: index, in: bytes)?.upperBound ?? index
  }

  /// Returns the start of a character that is cut by the end of `bytes`; the end if there is none.
  public static func startOfUnfinishedCharacter<Bytes: RandomAccessCollection>(in bytes: Bytes)
    -> Int
  where Bytes.Element == UInt8, Bytes.Index == Int {
    for start in (bytes.startIndex..<bytes.endIndex).suffix(3).reversed() {
      let byte = bytes[start]
      if byte & 0xC0 == 0x80 { continue }
      // The bytes are the beginning of a character if some continuation makes them valid.
      let rest = Array(bytes[start...])
      let fillers: [[UInt8]] = [0x80, 0x90, 0xA0].map { [$0, 0x80, 0x80] }
      let length = length(after: byte)
      let isUnfinished =
        length > rest.count
        && fillers.contains {
          String(validating: rest + $0.prefix(length - rest.count), as: UTF8.self) != nil
        }
      return isUnfinished ? start : bytes.endIndex
    }
    return bytes.endIndex
  }

  /// Returns the beginning of the text, at most `limit` bytes, without cutting a character.
  public func prefix(maxBytes limit: Int) -> Text {
    Text(bytes[..<Self.boundary(atOrBefore: limit, in: bytes)])
  }

  /// Returns the range of the character that begins before `index` and ends after it.
  private static func character<Bytes: RandomAccessCollection>(
    around index: Int, in bytes: Bytes
  ) -> Range<Int>? where Bytes.Element == UInt8, Bytes.Index == Int {
    guard index > bytes.startIndex, index < bytes.endIndex, bytes[index] & 0xC0 == 0x80 else {
      return nil
    }
    for start in (bytes.startIndex..<index).suffix(3).reversed()
    where bytes[start] & 0xC0 != 0x80 {
      let end = start + length(after: bytes[start])
      guard end > index, end <= bytes.endIndex,
        String(validating: bytes[start..<end], as: UTF8.self) != nil
      else { return nil }
      return start..<end
    }
    return nil
  }

  /// Returns the length in bytes of a character with the given first byte.
  private static func length(after first: UInt8) -> Int {
    switch first {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 1
    }
  }
}
