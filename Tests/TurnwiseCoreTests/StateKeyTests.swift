import Testing
import TurnwiseCore

@Suite struct `A state key` {
  @Test func `is equal for equal states and for no others`() throws {
    let keys = try (0..<2000).map { try StateKey(of: ["rung": $0 % 1000]) }
    #expect(Set(keys).count == 1000)
    #expect(Array(keys[..<1000]) == Array(keys[1000...]))
  }

  @Test func `is written as 32 digits and read back`() throws {
    let key = try StateKey(of: "here")
    #expect(key.hexadecimal.count == 32)
    #expect(StateKey(hexadecimal: key.hexadecimal) == key)
    #expect(try JSON.decode(StateKey.self, from: JSON.encode(key)) == key)
  }

  @Test(arguments: [
    "", "0", "+0000000000000000000000000000001", "0000000000000000-000000000000001",
    "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "000000000000000000000000000000001",
  ])
  func `refuses what is not 32 digits`(text: String) {
    #expect(StateKey(hexadecimal: text) == nil)
    #expect(throws: DecodingError.self) {
      try JSON.decode(StateKey.self, from: JSON.encode(text))
    }
  }

  @Test(arguments: [(0, "0000000000000000"), (UInt64.max, "ffffffffffffffff")])
  func `has a seed's manner of writing`(seed: UInt64, digits: String) throws {
    #expect(String(decoding: try JSON.encode(HexSeed(seed)), as: UTF8.self) == "\"\(digits)\"")
    #expect(try JSON.decode(HexSeed.self, from: JSON.encode(HexSeed(seed))).value == seed)
  }

  @Test(arguments: ["+1", "-1", "", "10000000000000000", "seed"])
  func `refuses seeds that are not hexadecimal digits`(text: String) {
    #expect(throws: DecodingError.self) { try JSON.decode(HexSeed.self, from: JSON.encode(text)) }
  }
}
