public import Foundation
internal import TurnwiseCore

/// A file of named arrays of floats in the safetensors format, with text metadata.
///
///     let file = try Safetensors(contentsOf: url)
///     let weights = try file.tensor("model.norm.weight", shape: [64])
///
/// Only 32-bit floats are read and written.
public struct Safetensors: Sendable, Equatable {
  /// A named array.
  public struct Tensor: Sendable, Equatable {
    /// The name, which is unique in the file.
    public var name: String
    /// The length of each dimension, outermost first.
    public var shape: [Int]
    /// The elements, row by row.
    public var values: [Float]

    /// Creates an array.
    public init(name: String, shape: [Int], values: [Float]) {
      require(
        shape.reduce(1, *) == values.count,
        "Tensor \(name) of shape \(shape) cannot have \(values.count) elements.")
      (self.name, self.shape, self.values) = (name, shape, values)
    }
  }

  /// The arrays, in the order of the file.
  public var tensors: [Tensor] { didSet { places = [:] } }
  /// The text of each key in the file's `__metadata__`.
  public var metadata: [String: String]
  /// The index of each name, as far as it is known; searching for each name would take quadratic time.
  private var places: [String: Int]

  /// Creates a file.
  public init(tensors: [Tensor], metadata: [String: String] = [:]) {
    (self.tensors, self.metadata) = (tensors, metadata)
    places = Dictionary(
      zip(tensors.map(\.name), tensors.indices), uniquingKeysWith: { first, _ in first })
  }

  /// Whether two files contain the same arrays and text.
  public static func == (a: Safetensors, b: Safetensors) -> Bool {
    a.tensors == b.tensors && a.metadata == b.metadata
  }

  /// Returns the elements of a tensor.
  ///
  /// - Parameters:
  ///   - name: The name of the tensor.
  ///   - shape: The shape that it must have.
  /// - Returns: The elements, row by row.
  /// - Throws: A ``SafetensorsError`` if there is no such tensor, or it has another shape.
  public func tensor(_ name: String, shape: [Int]) throws(SafetensorsError) -> [Float] {
    guard let index = places[name] ?? tensors.firstIndex(where: { $0.name == name }),
      tensors.indices.contains(index), tensors[index].name == name
    else { throw .missingTensor(name) }
    guard tensors[index].shape == shape else {
      throw .unexpectedShape(name, found: tensors[index].shape, expected: shape)
    }
    return tensors[index].values
  }

  /// The bytes of the file; equal files have equal bytes.
  public var encoded: Data {
    var entries: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      let text = pairs.map { "\(quoted($0.key)):\(quoted($0.value))" }.joined(separator: ",")
      entries.append("\"__metadata__\":{\(text)}")
    }
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.values.count * 4
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries.append(
        "\(quoted(tensor.name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Data("{\(entries.joined(separator: ","))}".utf8)
    // In this format the elements start at a multiple of eight bytes.
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
    var data = Data(capacity: 8 + header.count + offset)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(header)
    // Copied as a block each: appending millions of bytes one by one takes as long as an update.
    var end = data.count
    data.count += offset
    data.withUnsafeMutableBytes { bytes in
      for tensor in tensors {
        let words = tensor.values.map { $0.bitPattern.littleEndian }
        words.withUnsafeBytes {
          UnsafeMutableRawBufferPointer(rebasing: bytes[end..<end + $0.count]).copyMemory(from: $0)
          end += $0.count
        }
      }
    }
    return data
  }

  /// Writes the file under a temporary name, then renames it, so that a reader never sees a part of it.
  ///
  /// - Parameter url: The place of the file.
  /// - Throws: An error of Foundation if the file cannot be written.
  public func write(to url: URL) throws {
    try encoded.write(to: url, options: .atomic)
  }
}

/// Returns `text` as a JSON string.
private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case _ where scalar.value < 0x20:
      let hex = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
