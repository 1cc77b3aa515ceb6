import Foundation
import Testing
import TurnwiseCore

@Suite struct `A JSON value that is decoded` {
  enum Colour: String, Codable { case red, green }

  struct Everything: Codable, Equatable {
    var whole: Int?
    var share: Double?
    var words: [String]?
    var colour: Colour?
    var text: Text?
    var counts: [Int: Bool]?
    var inner: [String: Inner]?
    var any: JSONValue?
  }

  struct Inner: Codable, Equatable {
    var link: URL?
    var data: Data?
    var when: Date?
    var amount: Decimal?
    var seed: UInt64 = 0
  }

  class Base: Codable, Equatable {
    var low = 0
    static func == (left: Base, right: Base) -> Bool { left.low == right.low }
  }
  final class Derived: Base {
    var high = 0
    var pair: [Int] = []
    private enum CodingKeys: CodingKey { case high, pair }
    required init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      high = try container.decode(Int.self, forKey: .high)
      var list = try container.nestedUnkeyedContainer(forKey: .pair)
      while !list.isAtEnd { pair.append(try list.decodeNil() ? -1 : list.decode(Int.self)) }
      try super.init(from: container.superDecoder())
    }
  }

  private static let numbers: [JSONValue] = [
    0, 1, -1, 127, 128, 255, 256, .integer(.max), .integer(.min), .unsigned(.max),
    .unsigned(1 << 63), 0.5, -0.0, 3.0, -2.0, 1e15, 1e16, 1e18, 9.007199254740993e15, 1e300, -1e19,
    .number(0x1p63), .number(0x1p64), .number(.leastNonzeroMagnitude), 0.1, 16_777_217,
    .number(3.4028235677973366e38), .number(.nan), .number(-.infinity),
  ]

  private static let values: [JSONValue] =
    numbers + [
      .null, true, false, "", "x", "12", "red", "blue", "é\u{0}\u{1F600}", [], [1, 2], [1, .null],
      [[]],
      [:], ["a": 1], ["1": true, "-2": false], ["whole": .null], ["whole": 2, "other": "x"],
      ["whole": 2.5], ["share": 7], ["words": ["a", "b"]], ["words": ["a", 1]],
      ["colour": "green"], ["colour": "blue"], ["text": ["base64": "/w=="]], ["text": "x"],
      ["counts": ["1": true]], ["counts": ["x": true]], ["counts": [1, true]],
      ["any": [1, 2.0, ["x": .null], .number(.nan)]],
      ["inner": ["a": ["seed": .unsigned(.max), "link": "https://example.org", "data": "/w=="]]],
      ["inner": ["a": ["seed": 1, "when": 0.5, "amount": 12.5]]], ["inner": ["a": ["seed": -1]]],
      ["high": 1, "pair": [1, .null], "super": ["low": 2]], ["high": 1, "pair": [1]],
      ["high": 1, "pair": ["x"], "super": ["low": 2]],
    ]

  /// What the detour over text makes of a value is what decoding it makes of it.
  private func agree<T: Decodable & Equatable>(_ type: T.Type) throws {
    for value in Self.values {
      let direct = Result { try value.decode(type) }
      let detour = Result { try JSON.decode(type, from: JSON.encode(value)) }
      switch (direct, detour) {
      case (.success(let left), .success(let right)):
        #expect(left == right || "\(left)" == "\(right)", "\(value) as \(type)")
      case (.failure, .failure): break
      default: Issue.record("\(value) as \(type): \(direct), not \(detour)")
      }
    }
  }

  @Test func `is what a reader of its text would make of it`() throws {
    try agree(Int.self)
    try agree(Int8.self)
    try agree(UInt.self)
    try agree(UInt64.self)
    try agree(Double.self)
    try agree(Float.self)
    try agree(String.self)
    try agree(Bool.self)
    try agree(Optional<Int>.self)
    try agree([Int].self)
    try agree([Double?].self)
    try agree([String: Int].self)
    try agree([Int: Bool].self)
    try agree(Set<Int>.self)
    try agree(Colour.self)
    try agree(Text.self)
    try agree(JSONValue.self)
    try agree(Date.self)
    try agree(Data.self)
    try agree(URL.self)
    try agree(Decimal.self)
    try agree(Everything.self)
    try agree(Inner.self)
    try agree(Derived.self)
  }

  @Test func `keeps the sign of a zero`() throws {
    #expect(try JSONValue.number(-0.0).decode(Double.self).sign == .minus)
    #expect(try JSONValue.number(-0.0).decode(Float.self).sign == .minus)
  }

  @Test func `finds the bytes of its blobs in the store`() throws {
    let (blob, store) = (Blob([1, 2, 3]), BlobStore())
    let value = try JSONValue(encoding: [blob], blobs: store)
    #expect(try value.decode([Blob].self, blobs: store).first?.bytes == [1, 2, 3])
    #expect(throws: DecodingError.self) { try value.decode([Blob].self, blobs: BlobStore()) }
  }
}
