internal import Foundation

/// Half of a surrogate pair in JSON text: `\ud83d` without the other half.
///
/// It does not encode a character. Foundation reports it misleadingly, as an early end of the string or as a
/// value of the wrong type.
struct SurrogateHalf {
  /// The escape as it is written in the text.
  let escape: String
  /// The offset of the escape in bytes.
  let offset: Int

  /// Finds the first one in a text.
  init?(in data: Data) {
    let bytes = Array(data)
    var index = 0
    while index + 5 < bytes.count {
      guard bytes[index] == UInt8(ascii: "\\") else {
        index += 1
        continue
      }
      guard let unit = Self.unit(bytes, index) else {
        index += 2
        continue
      }
      let isHigh = (0xD800...0xDBFF).contains(unit)
      if isHigh, let next = Self.unit(bytes, index + 6), (0xDC00...0xDFFF).contains(next) {
        index += 12
        continue
      }
      guard isHigh || (0xDC00...0xDFFF).contains(unit) else {
        index += 6
        continue
      }
      escape = String(decoding: bytes[index..<index + 6], as: UTF8.self)
      offset = index
      return
    }
    return nil
  }

  /// The description in error messages.
  var description: String {
    "\(escape) at byte \(offset) is half of a surrogate pair, which is not a character;"
      + " write \\ufffd in its place"
  }

  /// Returns the code unit of an escape `\uXXXX` that begins at an index.
  private static func unit(_ bytes: [UInt8], _ index: Int) -> UInt16? {
    guard index + 5 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
      bytes[index + 1] == UInt8(ascii: "u")
    else { return nil }
    let digits = bytes[index + 2..<index + 6]
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
