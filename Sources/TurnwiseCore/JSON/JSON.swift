public import Foundation

/// Reads and writes JSON.
///
/// Equal values give equal text, so that equal runs give equal files.
public enum JSON {
  /// Encodes a value with sorted keys, on one line unless `pretty` is true.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - pretty: Whether the JSON is indented.
  ///   - blobs: Receives the bytes of blobs. Without a store, the JSON contains the bytes.
  /// - Returns: The JSON as UTF-8.
  /// - Throws: An `EncodingError`, also for numbers that are not finite (see ``FiniteNumber``).
  public static func encode(
    _ value: some Encodable, pretty: Bool = false, blobs: BlobStore? = nil
  ) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    if let blobs { encoder.userInfo[BlobStore.userInfoKey] = blobs }
    return try encoder.encode(value)
  }

  /// Decodes a value.
  ///
  /// - Parameters:
  ///   - type: The type of the value.
  ///   - data: The JSON.
  ///   - blobs: The store that the bytes of blobs are read from.
  /// - Returns: The value.
  /// - Throws: A `DecodingError`. For half of a surrogate pair, it names the escape and its place.
  public static func decode<T: Decodable>(
    _ type: T.Type, from data: Data, blobs: BlobStore? = nil
  ) throws -> T {
    let decoder = JSONDecoder()
    if let blobs { decoder.userInfo[BlobStore.userInfoKey] = blobs }
    do {
      return try decoder.decode(type, from: data)
    } catch {
      guard let half = SurrogateHalf(in: data) else { throw error }
      throw DecodingError.dataCorrupted(
        .init(codingPath: [], debugDescription: half.description, underlyingError: error))
    }
  }
}
