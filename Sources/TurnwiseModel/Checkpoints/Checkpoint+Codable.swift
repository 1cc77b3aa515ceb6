internal import Foundation

extension Checkpoint: Codable {
  /// Reads the bytes of a safetensors file.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    do {
      try self.init(decoding: Safetensors(decoding: container.decode(Data.self)))
    } catch let error as DecodingError {
      throw error
    } catch {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
    }
  }

  /// Writes the bytes of a safetensors file; in JSON they are base64.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(try encoded().encoded)
  }
}
