import Foundation
import Testing
import TurnwiseCore

@Suite struct `A JSON value` {
  private func spelled(_ value: some Encodable) throws -> String {
    String(decoding: try JSON.encode(value), as: UTF8.self)
  }

  @Test(arguments: [0, -1, 1 << 53, 9_007_199_254_740_993, .max, .min] as [Int])
  func `keeps integers exact`(number: Int) throws {
    let value = try JSONValue(encoding: number)
    #expect(value == .integer(number))
    #expect(try value.decode(Int.self) == number)
    #expect(try spelled(value) == "\(number)")
  }

  @Test(arguments: [UInt64.max, .max - 1, 1 << 63, 1 << 63 - 1] as [UInt64])
  func `keeps integers exact that only an unsigned word can hold`(number: UInt64) throws {
    #expect(try JSONValue(encoding: number).decode(UInt64.self) == number)
    #expect(try spelled(JSONValue(encoding: number)) == "\(number)")
  }

  @Test(
    arguments: [
      0.1, -2.5, 1e300, .leastNonzeroMagnitude, 9.2e18, 1.8e19, 2.5e19, -9.3e18, 100, -0.0,
    ] as [Double])
  func `keeps numbers to the last bit`(number: Double) throws {
    let value = try JSONValue(encoding: number).decode(Double.self)
    #expect(value.bitPattern == number.bitPattern)
  }

  @Test func `keeps a generator that a state holds`() throws {
    var random = Randomness(seed: 7)
    _ = random.next()
    #expect(try JSONValue(encoding: random).decode(Randomness.self) == random)
  }

  struct Everything: Codable, Equatable {
    enum Colour: String, Codable { case red, green, blue, white }
    var set: Set<[String]> = [["a", "b"], [], ["c"], ["d"]]
    var colours: [Colour: Set<Int>] = [.red: [1, 2, 3], .green: [], .blue: [4], .white: [7]]
    var counts = [7: "seven", -7: "minus seven"]
    var empty: [String: Int] = [:]
    var noColours: [Colour: Int] = [:]
    var number: Float = 0.1
    var share = 5.0
    var data = Data([0xFF, 0])
    var date = Date(timeIntervalSinceReferenceDate: 0.5)
    var link = URL(string: "https://example.org/a?b")
    var missing: Int?
    var text: Text = "x"
  }

  @Test func `is what Foundation would write, but for the order of sets`() throws {
    let value = Everything()
    let json = try JSONValue(encoding: value)
    #expect(try json.decode(Everything.self) == value)
    var plain = value
    plain.set = [["c"]]
    plain.colours = [.blue: [4]]
    let foundation = try JSON.decode(JSONValue.self, from: JSON.encode(plain))
    #expect(try JSONValue(encoding: plain) == foundation)
  }

  @Test(arguments: 1...6) func `has one order for a set however it was filled`(rotation: Int) throws
  {
    let words = (0..<40).map { "word \($0)" }
    let turned = words[(rotation * 6)...] + words[..<(rotation * 6)]
    #expect(try JSONValue(encoding: Set(words)) == JSONValue(encoding: Set(turned)))
    let pairs = turned.map { (Blob(Array($0.utf8)), 1) }
    let dictionary = Dictionary(uniqueKeysWithValues: pairs)
    let other = Dictionary(uniqueKeysWithValues: pairs.reversed())
    #expect(try JSONValue(encoding: dictionary) == JSONValue(encoding: other))
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `has no word for a state's number that is not finite`(number: Double) {
    #expect(throws: EncodingError.self) { try JSONValue(encoding: [number]) }
    #expect(throws: EncodingError.self) { try JSONValue(encoding: [Float(number)]) }
  }

  struct Deep: Encodable {
    var plans: [String: [Plan]]
    struct Plan: Encodable { var cost: Float }
  }

  @Test(arguments: [(.infinity, "infinite"), (.nan, "not a number")] as [(Float, String)])
  func `names the place of what cannot be written`(cost: Float, words: String) {
    let value = Deep(plans: ["night": [.init(cost: 1), .init(cost: cost)]])
    let error = #expect(throws: EncodingError.self) { try JSONValue(encoding: value) }
    #expect(
      error?.plainDescription
        == "plans.night.1.cost is \(words): JSON cannot represent it; store nil or a large number")
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `writes numbers that are not finite as null`(number: Double) throws {
    #expect(try spelled([JSONValue.number(number)]) == "[null]")
    #expect(try spelled([FiniteNumber(number)]) == "[null]")
    #expect(try JSON.decode([FiniteNumber].self, from: Data("[null]".utf8))[0].value.isNaN)
  }

  @Test func `reads and writes every shape in one spelling`() throws {
    let text = #"{"a":[true,false,null,"\u001b/é",{}],"b":{"":[]},"c":-3,"d":0.5}"#
    let value = try JSON.decode(JSONValue.self, from: Data(text.utf8))
    let expected: JSONValue = [
      "d": 0.5, "c": -3, "b": ["": []], "a": [true, false, .null, "\u{1B}/é", [:]],
    ]
    #expect(value == expected)
    #expect(try spelled(value) == text)
    #expect(value["a"] != nil && value["z"] == nil && JSONValue.null["a"] == nil)
  }

  @Test(arguments: ["", "{", "{\"a\":}", "nul", "\u{0}"])
  func `refuses what is not JSON`(text: String) {
    #expect(throws: DecodingError.self) { try JSON.decode(JSONValue.self, from: Data(text.utf8)) }
  }

  @Test(
    arguments: [
      (#"{"a":"x\ud83d"}"#, #"\ud83d at byte 7"#),
      (#"["\udE00 \ud83d\ude00"]"#, #"\udE00 at byte 2"#),
      (#"["\\ud83d","\ud83d\ud83d\ude00"]"#, #"\ud83d at byte 12"#),
    ])
  func `says which half of a surrogate pair is no character`(text: String, words: String) {
    let error = #expect(throws: DecodingError.self) {
      try JSON.decode(JSONValue.self, from: Data(text.utf8))
    }
    #expect(
      error?.plainDescription
        == words
        + #" is half of a surrogate pair, which is not a character; write \ufffd in its place"#)
  }

  @Test func `reads whole surrogate pairs and backslashes before a u`() throws {
    let text = #"["\ud83d\ude00","\\ud83d"]"#
    #expect(try JSON.decode(JSONValue.self, from: Data(text.utf8)) == ["\u{1F600}", #"\ud83d"#])
  }

  @Test func `refuses to nest without end`() {
    let text = String(repeating: "[", count: 100_000)
    #expect(throws: DecodingError.self) { try JSON.decode(JSONValue.self, from: Data(text.utf8)) }
  }
}
