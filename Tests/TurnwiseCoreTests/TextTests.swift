import Foundation
import Testing
import TurnwiseCore

@Suite struct `Text of bytes` {
  @Test(
    arguments: [
      [], [0], Array("naïve 日本 🐟\u{0}\r\n\u{1B}[2J".utf8), [0xFF], [0xC3], [0xC3, 0x28],
      [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], Array(0...255),
      Array("e\u{301}".utf8), Array("é".utf8),
    ] as [[UInt8]])
  func `survives JSON byte for byte`(bytes: [UInt8]) throws {
    let text = Text(bytes)
    #expect(try JSON.decode(Text.self, from: JSON.encode(text)).bytes == bytes)
    #expect(try JSONValue(encoding: text).decode(Text.self).bytes == bytes)
  }

  @Test func `is a string where it is UTF-8 and base64 where it is not`() throws {
    #expect(try JSONValue(encoding: Text("fox")) == "fox")
    #expect(try JSONValue(encoding: Text([0xFF, 0x00])) == ["base64": "/wA="])
    #expect(Text([0xFF]).validString == nil)
    #expect(Text([0xFF]).string == "\u{FFFD}")
  }

  @Test func `is compared by bytes and not by looks`() {
    #expect("é" as String == "e\u{301}")
    #expect(Text("é") != Text("e\u{301}"))
  }

  @Test(arguments: [#"{"base64":"*"}"#, #"{"base64":7}"#, "{}", "7", "null"])
  func `refuses what is neither`(json: String) {
    #expect(throws: DecodingError.self) { try JSON.decode(Text.self, from: Data(json.utf8)) }
  }

  @Test func `spells values as a string does`() {
    struct Plain {
      var number = 3
    }
    let (word, part, missing): (String, Substring, Int?) = ("naïve 日本", "e\u{301}x".dropLast(), nil)
    let text: Text =
      "\(word)|\(part)|\(-7)|\(0.1)|\(true)|\(String(describing: missing))|\(Plain())|\([1])"
    let string: String =
      "\(word)|\(part)|\(-7)|\(0.1)|\(true)|\(String(describing: missing))|\(Plain())|\([1])"
    #expect(text.bytes == Array(string.utf8))
    #expect(("\(word)!" as ToolReply).text == "naïve 日本!")
    #expect(("\(word)!" as Observation).text == "naïve 日本!")
    #expect(("\(missing, default: "none") \(Int?(7), default: "none")" as Text) == "none 7")
  }

  @Test func `keeps a text within a text byte for byte`() {
    let printed = Text([0xFF, 0x00, 0xC3])
    let bytes: [UInt8] = [0x3A, 0xFF, 0x00, 0xC3, 0x21]
    #expect((":\(printed)!" as Text).bytes == bytes)
    #expect((":\(Text?(printed), default: "none")!" as Text).bytes == bytes)
    #expect((":\(printed)!" as ToolReply).text.bytes == bytes)
    #expect((":\(printed)!" as Observation).text.bytes == bytes)
  }
}
