/// Why bytes are not a safetensors file, or not the expected one.
public enum SafetensorsError: Error, Hashable, Sendable {
  /// The file ends before its header does.
  case headerCut(needed: Int, found: Int)
  /// The header is not a JSON object.
  case headerUnreadable
  /// An entry of the header lacks a field, or has one of the wrong kind.
  case malformedEntry(String)
  /// An entry holds elements other than 32-bit floats.
  case unsupportedType(String, type: String)
  /// The bytes of an entry are not as many as its shape needs.
  case wrongSize(String, bytes: Int, shape: [Int])
  /// The bytes of an entry overlap another's, leave a gap, or lie outside the file.
  case misplaced(String, start: Int, expected: Int)
  /// The entries together do not fill the file.
  case wrongLength(needed: Int, found: Int)
  /// There is no tensor of this name.
  case missingTensor(String)
  /// A tensor has another shape than its reader expects.
  case unexpectedShape(String, found: [Int], expected: [Int])
}

extension SafetensorsError: CustomStringConvertible {
  /// One sentence that says what is wrong with the file.
  public var description: String {
    switch self {
    case .headerCut(let needed, let found):
      "The header needs \(needed) bytes, but the file has \(found)."
    case .headerUnreadable: "The header is not a JSON object."
    case .malformedEntry(let name): "The header's entry \(name) is malformed."
    case .unsupportedType(let name, let type):
      "Tensor \(name) holds \(type); only F32 can be read."
    case .wrongSize(let name, let bytes, let shape):
      "Tensor \(name) has \(bytes) bytes, which do not fit its shape \(shape)."
    case .misplaced(let name, let start, let expected):
      "Tensor \(name) starts at byte \(start) of the data instead of \(expected)."
    case .wrongLength(let needed, let found):
      "The tensors need \(needed) bytes, but the file has \(found) of data."
    case .missingTensor(let name): "There is no tensor \(name)."
    case .unexpectedShape(let name, let found, let expected):
      "Tensor \(name) has shape \(found) instead of \(expected)."
    }
  }
}
