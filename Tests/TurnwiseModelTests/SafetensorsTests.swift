import Foundation
import Testing
import TurnwiseModel

@Suite struct `A safetensors file` {
  let file = Safetensors(
    tensors: [
      .init(name: "b", shape: [2, 3], values: [1, -2, .infinity, 0.5, -0.0, 1e-30]),
      .init(name: "a \"quoted\"\n", shape: [], values: [7]),
      .init(name: "empty", shape: [0, 4], values: []),
    ], metadata: ["note": "a \\ and a \u{1} and é", "a": ""])

  @Test func `is read as it was written`() throws {
    let back = try Safetensors(decoding: file.encoded)
    #expect(back == file)
    #expect(back.encoded == file.encoded)
    #expect(try back.tensor("b", shape: [2, 3])[3] == 0.5)
  }

  @Test func `is written to disk and replaces an older file`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "turnwise-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appending(path: "model.safetensors")
    try Data("old".utf8).write(to: url)
    try file.write(to: url)
    #expect(try Safetensors(contentsOf: url) == file)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
  }

  @Test func `starts its data at a multiple of eight bytes`() {
    let length = file.encoded.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(length.isMultiple(of: 8))
  }

  @Test func `is refused if it is longer or shorter than it should be`() {
    let bytes = file.encoded
    for length in 0..<bytes.count {
      #expect(throws: SafetensorsError.self) { try Safetensors(decoding: bytes.prefix(length)) }
    }
    #expect(throws: SafetensorsError.wrongLength(needed: 28, found: 29)) {
      try Safetensors(decoding: bytes + [0])
    }
  }

  /// Returns a file with a given header.
  private func bytes(_ header: String, data: Int) -> Data {
    var bytes = Data()
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
    return bytes + Data(header.utf8) + Data(count: data)
  }

  private static func entry(_ type: String, _ shape: String, _ from: Int, _ to: Int) -> String {
    #"{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(from),\#(to)]}"#
  }

  static let broken: [(header: String, data: Int, error: SafetensorsError)] = [
    ("{", 0, .headerUnreadable), ("[]", 0, .headerUnreadable),
    (#"{"x":1}"#, 0, .malformedEntry("x")),
    (#"{"__metadata__":{"x":1}}"#, 0, .malformedEntry("__metadata__")),
    (#"{"x":\#(entry("F16", "[2]", 0, 4))}"#, 4, .unsupportedType("x", type: "F16")),
    (#"{"x":\#(entry("F32", "[2]", 0, 4))}"#, 4, .wrongSize("x", bytes: 4, shape: [2])),
    (#"{"x":\#(entry("F32", "[-1]", 0, 4))}"#, 4, .malformedEntry("x")),
    (#"{"x":\#(entry("F32", "[1.5]", 0, 4))}"#, 4, .malformedEntry("x")),
    (#"{"x":\#(entry("F32", "[1]", 4, 0))}"#, 4, .malformedEntry("x")),
    (
      #"{"x":\#(entry("F32", "[4611686018427387904,4]", 0, 4))}"#, 4, .malformedEntry("x")
    ),
    (#"{"x":\#(entry("F32", "[1]", 4, 8))}"#, 8, .misplaced("x", start: 4, expected: 0)),
    (
      #"{"x":\#(entry("F32", "[2]", 0, 8)),"y":\#(entry("F32", "[1]", 4, 8))}"#, 8,
      .misplaced("y", start: 4, expected: 8)
    ),
    (#"{"x":\#(entry("F32", "[2]", 0, 8))}"#, 4, .wrongLength(needed: 8, found: 4)),
  ]

  @Test(arguments: broken.indices)
  func `is refused with the reason if its header is wrong`(_ index: Int) {
    let (header, data, error) = Self.broken[index]
    #expect(throws: error) { try Safetensors(decoding: bytes(header, data: data)) }
  }

  @Test func `is refused if the header claims to be larger than memory`() {
    #expect(throws: SafetensorsError.headerCut(needed: .max, found: 4)) {
      try Safetensors(decoding: Data([UInt8](repeating: 0xFF, count: 8) + [0, 0, 0, 0]))
    }
  }

  @Test func `says which tensor is missing or has another shape`() {
    #expect(throws: SafetensorsError.missingTensor("c")) { try file.tensor("c", shape: []) }
    #expect(throws: SafetensorsError.unexpectedShape("b", found: [2, 3], expected: [3, 2])) {
      try file.tensor("b", shape: [3, 2])
    }
  }
}
