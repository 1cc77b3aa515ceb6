import Foundation
import Testing
import TurnwiseCore
import TurnwiseModel

@Suite struct `A tokenizer` {
  static let corpus = (0..<200).map { index in
    Array("cat notes\(index % 7).txt | grep -n \"alpha\" > out/report\(index).log\n".utf8)
  }
  let tokenizer = BytePairTokenizer(training: corpus, vocabulary: 320, special: ["end", "turn"])

  @Test func `decodes what it encoded`() {
    var generator = SplitMix(1)
    for length in [0, 1, 2, 63, 64, 65, 500, 5000] {
      let random = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(tokenizer.decode(tokenizer.encode(random)) == random)
      let spaces = [UInt8](repeating: 0x20, count: length)
      #expect(tokenizer.decode(tokenizer.encode(spaces)) == spaces)
      // Parts of the corpus that start and end anywhere.
      let text = Self.corpus.flatMap(\.self).dropFirst(.random(in: 0..<99, using: &generator))
      let piece = Array(text.prefix(length))
      #expect(tokenizer.decode(tokenizer.encode(piece)) == piece)
    }
    #expect(tokenizer.decode(tokenizer.encode("grüße 🎈")) == Array("grüße 🎈".utf8))
  }

  @Test func `shortens texts like those it was trained on`() {
    let text = Self.corpus[3]
    #expect(tokenizer.encode(text).count * 2 < text.count)
    #expect(tokenizer.vocabulary <= 320)
  }

  @Test func `gives a name the same tokens wherever it occurs`() {
    let name = tokenizer.encode("report")
    for text in ["report", " report", "/report", "7report7", "\"report\""] {
      let tokens = tokenizer.encode(text)
      #expect(tokens.indices.contains { tokens[$0...].starts(with: name) })
    }
  }

  @Test func `gives a name in another script the same tokens wherever it occurs`() {
    let texts = ["где Волга?", "Волга, река", "open Волга #1"].map { Array($0.utf8) }
    let tokenizer = BytePairTokenizer(training: texts + texts, vocabulary: 290)
    let name = tokenizer.encode("Волга")
    #expect(name.count < "Волга".utf8.count)
    for text in ["(Волга)", "и Волга", "7Волга7"] {
      let tokens = tokenizer.encode(text)
      #expect(tokens.indices.contains { tokens[$0...].starts(with: name) })
    }
  }

  @Test(arguments: [("Paris", "“Paris”"), ("Волга", "«Волга»…"), ("東京", "「東京」、")])
  func `separates a name from the punctuation around it`(name: String, text: String) {
    let texts = [[UInt8]](repeating: Array("\(text) \(text)".utf8), count: 4)
    let tokenizer = BytePairTokenizer(training: texts, vocabulary: 300)
    let alone = tokenizer.encode(name)
    #expect(alone.count == 1 && tokenizer.encode(text).contains(alone[0]))
    // A text may end within a punctuation mark.
    for length in 0...text.utf8.count {
      let beginning = Array(text.utf8.prefix(length))
      #expect(tokenizer.decode(tokenizer.encode(beginning)) == beginning)
    }
  }

  @Test func `never merges digits`() {
    let numbers = BytePairTokenizer(training: [Array("10 10 10 10 10 10".utf8)], vocabulary: 300)
    #expect(numbers.encode("1010") == "1010".utf8.map { Int32($0) })
  }

  @Test func `is the same for the same texts, with the smallest pair first if counts are equal`() {
    let again = BytePairTokenizer(training: Self.corpus, vocabulary: 320, special: ["end", "turn"])
    #expect(again == tokenizer)
    let tied = BytePairTokenizer(training: [Array("zy zy ab ab".utf8)], vocabulary: 257)
    #expect(tied.bytes(of: 256) == Array("ab".utf8))
  }

  @Test func `separates special tokens from bytes`() throws {
    let end = try #require(tokenizer.special("end"))
    let turn = try #require(tokenizer.special("turn"))
    #expect(end != turn && end >= 256)
    #expect(tokenizer.special("unknown") == nil)
    #expect(!tokenizer.encode("end turn <end>").contains(end))
    #expect(tokenizer.decode([97, end, 98]) == Array("ab".utf8))
  }

  @Test func `is equal after encoding and decoding`() throws {
    let data = try JSONEncoder().encode(tokenizer)
    let back = try JSONDecoder().decode(BytePairTokenizer.self, from: data)
    #expect(back == tokenizer)
    #expect(back.encode(Self.corpus[5]) == tokenizer.encode(Self.corpus[5]))
  }

  @Test(arguments: [
    #"{"merges":[[97]],"special":[]}"#, #"{"merges":[[97,256]],"special":[]}"#,
    #"{"merges":[[-1,97]],"special":[]}"#, #"{"merges":[],"special":["a","a"]}"#,
  ])
  func `is refused if it is malformed`(_ text: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(BytePairTokenizer.self, from: Data(text.utf8))
    }
  }

  // Time that grows with the square of the length would be days; the limit is far from what a busy machine needs.
  @Test(.timeLimit(.minutes(60))) func `encodes megabytes`() {
    let text = (0..<60).flatMap { _ in Self.corpus.flatMap(\.self) }
    #expect(tokenizer.encode(text).count * 2 < text.count)
    let blank = [UInt8](repeating: 0x20, count: 1_000_000)
    #expect(tokenizer.decode(tokenizer.encode(blank)) == blank)
  }

  @Test func `is read only if its merges form short tokens of earlier ones`() throws {
    func read(_ merges: [[Int]], special: [String] = []) -> Bool {
      struct Stored: Encodable {
        var merges: [[Int]]
        var special: [String]
      }
      guard let data = try? JSONEncoder().encode(Stored(merges: merges, special: special)) else {
        return false
      }
      return (try? JSONDecoder().decode(BytePairTokenizer.self, from: data)) != nil
    }
    #expect(read([]) && read([[97, 98], [256, 256]]))
    #expect(!read([[]]) && !read([[97]]) && !read([[256, 97]]) && !read([[-1, 97]]))
    #expect(!read([[97, 98], [97, 98]]))
    // Each merge doubles the token before it: forty of them would be a terabyte.
    #expect(!read([[97, 97]] + (0..<40).map { [256 + $0, 256 + $0] }))
    #expect(!read([], special: ["end", "end"]))
  }
}
