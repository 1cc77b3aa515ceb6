import Testing
import TurnwiseCore
import TurnwiseEnvironments

@Suite struct `A corpus that cannot be read` {
  private let folder = CorpusFixture.makeEmpty()

  private func error() throws -> TaskFileError {
    try #require(throws: TaskFileError.self) { try folder.search() }
  }

  @Test func `gives one error for all kinds of problems and all their lines`() throws {
    var lines = (1...20).map { #"{"id": "\#($0)", "body": "x"}"# }
    lines[4] = "nonsense"
    lines[6] = #"{"id": "1", "text": "x",}"#
    try folder.write(corpus: lines)
    let path = folder.path + "/corpus.jsonl"
    #expect(
      try error().description == """
        \(path):1: 'text' is missing; the same in lines 2, 3, 4, 6, 8 and 12 more
        \(path):5: is not JSON: expected a value at 'nonsense'; the same in line 7
        """)
    #expect(try error().hint?.contains("\nhint:  each line is one JSON object") == true)
    lines = (1...4).map { _ in #"{"id": "a", "text": "x"}"# }
    try folder.write(corpus: lines)
    #expect(
      try error().description
        == "\(path):2: 'id' 'a' is already in line 1; the same in lines 3 and 4")
    try folder.write(
      corpus: [#"{"id": "a", "text": "x"}"#],
      questions: (1...3).map { #"{"question": "\#($0)?", "answer": "x", "evidence": "e\#($0)"}"# })
    #expect(
      try error().description
        == "\(folder.path)/questions.jsonl:1: 'evidence' 'e1' is not a document of the corpus; "
        + "the same in lines 2 and 3")
  }

  /// A file in another format: its description, its first bytes, and the command in the hint.
  struct Packed: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var command: String
    var testDescription: String { name }
  }

  @Test(arguments: [
    Packed(
      name: "a gzip file", bytes: [0x1F, 0x8B, 8, 0],
      command: "gzip -dc < PATH > PATH.new && mv PATH.new PATH"),
    Packed(
      name: "a zstd file", bytes: [0x28, 0xB5, 0x2F, 0xFD],
      command: "zstd -dc < PATH > PATH.new && mv PATH.new PATH"),
    Packed(
      name: "a zip file", bytes: Array("PK\u{3}\u{4}".utf8),
      command: "unzip -p PATH > PATH.new && mv PATH.new PATH"),
    Packed(
      name: "text in UTF-16", bytes: [0xFF, 0xFE, 0x7B, 0],
      command: "iconv -f UTF-16 -t UTF-8 < PATH > PATH.new && mv PATH.new PATH"),
    Packed(
      name: "text in UTF-16BE", bytes: [0, 0x7B, 0, 0x22],
      command: "iconv -f UTF-16BE -t UTF-8 < PATH > PATH.new && mv PATH.new PATH"),
  ])
  func `that is compressed is refused with the command that converts it`(packed: Packed) throws {
    try folder.write(corpus: [])
    try folder.write("corpus.jsonl", bytes: packed.bytes + [1, 2, 3])
    let path = "\(folder.path)/corpus.jsonl"
    #expect(
      try error().description == "\(path): is \(packed.name); expected lines of JSON in UTF-8")
    #expect(try error().hint == packed.command.replacing("PATH", with: path))
  }

  @Test func `with a compressed file beside the missing one is refused with its name`() throws {
    try folder.write("corpus.jsonl.gz", bytes: [0x1F, 0x8B])
    let path = "\(folder.path)/corpus.jsonl"
    #expect(try error().description.hasPrefix("\(path).gz: is a gzip file"))
    #expect(try error().hint == "gzip -dc < \(path).gz > \(path)")
  }

  @Test func `that is one array is refused with the command that converts it`() throws {
    try folder.write(corpus: ["[", #"{"id": "a", "text": "x"}"#, "]"])
    let path = "\(folder.path)/corpus.jsonl"
    #expect(
      try error().description == "\(path): is one JSON array; expected a JSON object on each line")
    #expect(try error().hint == "jq -c '.[]' \(path) > \(path).new && mv \(path).new \(path)")
  }

  @Test func `that is damaged is refused with the exact reason`() throws {
    for (line, reason) in [
      ("\u{0}\u{0}\u{0}", "there is a NUL byte where a value is expected"),
      (#"{"id": "a", "text": "x"#, "a text has no closing quote"),
      (#"{"id": "a", "text": "\ud8"}"#, #"four hexadecimal digits must follow '\u'"#),
      (#"{"id": "a", "text": "\q"}"#, #"'\q' is not a JSON escape"#),
      (#"{"id": 'a'}"#, "expected a value at ''a'}'"),
      (#"{id: "a"}"#, "expected a name in quotes at 'id:'"),
      (#"{"id": "a", "id": "b", "text": ""}"#, "the name 'id' occurs twice"),
      (#"{"id": NaN}"#, "expected a value at 'NaN}'"),
      (
        "{\"a\": " + String(repeating: "[", count: 50_000), "it is nested more than 256 levels deep"
      ),
    ] {
      try folder.write(corpus: [line])
      #expect(try error().description == "\(folder.path)/corpus.jsonl:1: is not JSON: \(reason)")
    }
  }
}
