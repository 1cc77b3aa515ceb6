import Testing
import TurnwiseCore

@Suite struct `Canonical bytes` {
  enum Colour: String, Codable, CaseIterable { case red, green, blue, black, white, brown }

  struct Everything: Codable, Sendable {
    var colours: Set<String> = ["red", "green", "blue", "black", "white"]
    var counts: [Int: [String: Set<Int>]] = [
      7: ["x": [1, 2, 3, 4], "y": []], -7: [:], 0: ["": [0]],
    ]
    var names: [Colour: [Colour?]] = [.red: [nil, .blue], .green: [], .brown: [.white]]
    var seed = UInt64.max
    var debt = Int64.min
    var share: Double? = 0.1
    var nothing: Int?
    var tail: [Double] = [0, -0.0, .infinity, .leastNonzeroMagnitude]
  }

  private func bytes(_ value: some Encodable) throws -> [UInt8] {
    try CanonicalEncoder.bytes(of: value)
  }

  @Test(arguments: 1...6) func `do not depend on how a set was filled`(rotation: Int) throws {
    let words = (0..<40).map { "word \($0)" }
    let turned = Array(words[(rotation * 6)...] + words[..<(rotation * 6)])
    var grown = Set(words + (0..<500).map { "\($0)" })
    grown.subtract((0..<500).map { "\($0)" })
    #expect(try bytes(Set(words)) == bytes(Set(turned)))
    #expect(try bytes(Set(words)) == bytes(grown))
  }

  @Test func `do not depend on how a dictionary was filled`() throws {
    let pairs = Colour.allCases.enumerated().map { ($1, $0) }
    let forwards = Dictionary(uniqueKeysWithValues: pairs)
    let backwards = Dictionary(uniqueKeysWithValues: pairs.reversed())
    #expect(try bytes(forwards) == bytes(backwards))
    #expect(try bytes([1: "a", -2: "b"]) == bytes([-2: "b", 1: "a"]))
    #expect(try bytes([1: "a", -2: "b"]) != bytes([1: "b", -2: "a"]))
  }

  @Test func `are equal in another process`() async throws {
    let here = try StateKey(of: Everything()).hexadecimal
    await #expect(processExitsWith: .success) { [here = here as String] in
      try #require(StateKey(of: Everything()).hexadecimal == here)
    }
    // And on every machine, for ever: traces hold these keys.
    #expect(here == "ae14e1f9fd03132483655642e6e85930")
  }

  struct Pair: Encodable {
    var first: [Int]
    var second: [Int]
  }

  @Test func `tell containers apart that hold the same`() throws {
    #expect(try bytes(Pair(first: [1], second: [])) != bytes(Pair(first: [], second: [1])))
    #expect(try bytes([[1], [2]]) != bytes([[1, 2]]))
    #expect(try bytes([1, 2]) != bytes([2, 1]))
    #expect(try bytes(Set([1])) != bytes([1]))
    #expect(try bytes("1") != bytes(1))
    #expect(try bytes(1) != bytes(1.0))
    #expect(try bytes(["ab", ""]) != bytes(["a", "b"]))
    #expect(try bytes(true) != bytes(1))
  }

  @Test func `hold optionals as what is in them`() throws {
    #expect(try bytes(Int?.some(5)) == bytes(5))
    #expect(try bytes([Int?.none]) != bytes([0]))
    #expect(try bytes([Int?.none]) != bytes([Int]()))
    #expect(try bytes(Set<Int>?.some([1, 2])) == bytes(Set([2, 1])))
  }

  @Test func `keep integers exact and of one kind`() throws {
    #expect(try bytes(UInt64.max) != bytes(UInt64.max - 1))
    #expect(try bytes(Int.max) != bytes(Int.max - 1))
    #expect(try bytes(-1) != bytes(UInt64.max))
    #expect(try bytes(UInt8(7)) == bytes(Int64(7)))
  }

  @Test func `keep the bits of floating-point numbers`() throws {
    #expect(try bytes(0.0) != bytes(-0.0))
    #expect(try bytes(0.1 + 0.2) != bytes(0.3))
    #expect(try bytes(Float(0.1)) != bytes(Double(0.1)))
    #expect(try bytes(Double.nan) == bytes(Double.nan))
    #expect(try bytes(Double.infinity) != bytes(-Double.infinity))
  }

  @Test func `hold a blob as its digest`() throws {
    let long = Blob([UInt8](repeating: 1, count: 100_000))
    #expect(try bytes(long).count < 100)
    #expect(try bytes(long) != bytes(Blob([1])))
    #expect(try bytes([long]) == bytes([Blob([UInt8](repeating: 1, count: 100_000))]))
  }

  class Base: Encodable {
    var low = 1
  }
  final class Derived: Base {
    var high = 2
    enum CodingKeys: CodingKey { case high, list }
    override func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(high, forKey: .high)
      try super.encode(to: container.superEncoder())
      var list = container.nestedUnkeyedContainer(forKey: .list)
      try list.encode(low)
      try list.encodeNil()
      var deep = list.nestedContainer(keyedBy: CodingKeys.self)
      try deep.encode(high, forKey: .high)
    }
  }

  @Test func `reach into classes and nested containers`() throws {
    let (left, right) = (Derived(), Derived())
    #expect(try bytes(left) == bytes(right))
    right.low = 3
    #expect(try bytes(left) != bytes(right))
  }

  struct Stubborn: Encodable {
    func encode(to encoder: any Encoder) throws { throw Unready() }
  }

  @Test func `pass on what a value throws`() {
    #expect(throws: Unready.self) { try CanonicalEncoder.bytes(of: [Stubborn()]) }
  }
}
