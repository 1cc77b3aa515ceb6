public import Foundation

extension Safetensors {
  /// Reads and validates a file.
  ///
  /// - Parameter url: The file.
  /// - Throws: A ``SafetensorsError``, or an error of Foundation if the file cannot be read.
  public init(contentsOf url: URL) throws {
    try self.init(decoding: Data(contentsOf: url))
  }

  /// Reads and validates the bytes of a file.
  ///
  /// - Parameter data: The bytes.
  /// - Throws: A ``SafetensorsError`` that says what is wrong with them.
  public init(decoding data: Data) throws(SafetensorsError) {
    let bytes = [UInt8](data)
    guard bytes.count >= 8 else { throw .headerCut(needed: 8, found: bytes.count) }
    let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(bytes.count - 8) else {
      throw .headerCut(needed: Int(clamping: length), found: bytes.count - 8)
    }
    let start = 8 + Int(length)
    guard
      let object = try? JSONSerialization.jsonObject(with: Data(bytes[8..<start])),
      let header = object as? [String: Any]
    else { throw .headerUnreadable }

    var metadata: [String: String] = [:]
    var entries: [Entry] = []
    for (name, value) in header {
      guard name == "__metadata__" else {
        entries.append(try Entry(name, value))
        continue
      }
      guard let text = value as? [String: String] else { throw .malformedEntry(name) }
      metadata = text
    }
    // Two tensors start at the same byte if one of them is empty. Their names then determine the order,
    // so that the error is always the same.
    entries.sort { ($0.start, $0.end, $0.name) < ($1.start, $1.end, $1.name) }

    var offset = 0
    var tensors: [Tensor] = []
    for entry in entries {
      guard entry.start == offset else {
        throw .misplaced(entry.name, start: entry.start, expected: offset)
      }
      guard entry.end <= bytes.count - start else {
        throw .wrongLength(needed: entry.end, found: bytes.count - start)
      }
      let values = bytes[(start + entry.start)..<(start + entry.end)].withUnsafeBytes { raw in
        (0..<(raw.count / 4)).map { index in
          let word = raw.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
          return Float(bitPattern: UInt32(littleEndian: word))
        }
      }
      tensors.append(Tensor(name: entry.name, shape: entry.shape, values: values))
      offset = entry.end
    }
    guard offset == bytes.count - start else {
      throw .wrongLength(needed: offset, found: bytes.count - start)
    }
    self.init(tensors: tensors, metadata: metadata)
  }
}

/// The entry of one tensor in the header.
private struct Entry {
  let name: String
  let shape: [Int]
  let start: Int
  let end: Int

  init(_ name: String, _ value: Any) throws(SafetensorsError) {
    guard let fields = value as? [String: Any],
      let type = fields["dtype"] as? String,
      let shape = fields["shape"] as? [Int],
      let offsets = fields["data_offsets"] as? [Int], offsets.count == 2,
      offsets[0] >= 0, offsets[1] >= offsets[0], shape.allSatisfy({ $0 >= 0 })
    else { throw .malformedEntry(name) }
    guard type == "F32" else { throw .unsupportedType(name, type: type) }
    var size = 4
    for length in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      guard !overflow else { throw .malformedEntry(name) }
      size = product
    }
    guard size == offsets[1] - offsets[0] else {
      throw .wrongSize(name, bytes: offsets[1] - offsets[0], shape: shape)
    }
    (self.name, self.shape, start, end) = (name, shape, offsets[0], offsets[1])
  }
}
