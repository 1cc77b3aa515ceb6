package import TurnwiseCore

/// A JSON text, parsed in one pass, in time and memory proportional to its length.
///
/// Errors say exactly what is wrong and where. Foundation's decoder is not used, because its time grows with
/// the square of the depth, its errors lack a position, and traces may come from untrusted sources.
package struct JSONText {
  /// How deeply lists and objects may be nested.
  package static let depthLimit = 200

  /// What is wrong with a text and where.
  package struct Flaw: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package var reason: String
    /// The offset of the error in bytes.
    package var byte: Int
    /// Whether the text ends too early.
    package var isCut = false

    /// The reason and the offset, on one line.
    package var description: String { "\(reason) at byte \(byte)" }
  }

  /// The value of the text.
  package let value: JSONValue
  /// The sum of the depths of all values, which is proportional to the time of Foundation's decoder.
  package let weight: Int

  /// Parses a text.
  ///
  /// - Throws: A ``Flaw``.
  package init(_ bytes: some Collection<UInt8>) throws(Flaw) {
    let result: Result<(JSONValue, Int), Flaw>? =
      bytes.withContiguousStorageIfAvailable { bytes in
        var scanner = JSONScanner(bytes)
        do throws(Flaw) {
          return .success((try scanner.document(), scanner.weight))
        } catch {
          return .failure(error)
        }
      }
    guard let result else {
      self = try JSONText(Array(bytes))
      return
    }
    (value, weight) = try result.get()
  }
}
