import Testing
import TurnwiseCore
import TurnwiseSandbox

@Suite struct `The excerpt of a transcript` {
  private static func transcript(_ pieces: (OutputStream, String)...) -> Transcript {
    Transcript(pieces.map { .init($0.0, Text($0.1)) })
  }

  private static let numbers = (1...200).map { "\($0)\n" }.joined()

  @Test func `is the whole transcript if it fits`() {
    let transcript = Self.transcript((.output, "a\nb\n"), (.error, "c\n\n"), (.output, "d\n"))
    #expect(transcript.excerpt(limit: 8) == "a\nb\nc\n\nd")
    #expect(transcript.excerpt(limit: 8) == transcript.text)
  }

  @Test func `begins a new line when the output changes`() {
    let transcript = Self.transcript((.output, "a"), (.error, "b"), (.output, "c\n"))
    #expect(transcript.text == "a\nb\nc")
  }

  @Test func `keeps the beginning, the end and the last errors`() {
    let error = "ls: cannot access 'nosuch': No such file or directory\n"
    for pieces: [(OutputStream, String)] in [
      [(.output, Self.numbers), (.error, error)],
      [(.error, error), (.output, Self.numbers)],
      [(.output, Self.numbers), (.error, error), (.output, Self.numbers)],
      [(.error, Self.numbers + error), (.output, Self.numbers)],
    ] {
      let transcript = Transcript(pieces.map { .init($0.0, Text($0.1)) })
      let text = transcript.excerpt(limit: 400).string
      let whole = transcript.text.string
      #expect(text.contains(error.dropLast()))
      #expect(text.hasPrefix(whole.prefix(60)) && text.hasSuffix(whole.suffix(60)))
      // The counts of omitted bytes are correct.
      let notes = text.split(separator: "\n").filter { $0.hasPrefix("[…") }
      let missing = notes.compactMap { Int($0.split(separator: " ")[1]) }.reduce(0, +)
      #expect(missing == whole.utf8.count - 400)
    }
  }

  @Test(arguments: 0...40)
  func `shows part of an error at any limit`(limit: Int) {
    let transcript = Self.transcript(
      (.output, "abcdefghij\n"), (.error, "?!\n"), (.output, "0123456789\n"))
    let text = transcript.excerpt(limit: limit).string
    let shown = text.split(separator: "\n").filter { !$0.hasPrefix("[…") }.joined(separator: "\n")
    // The newlines around the notes about omitted bytes are not counted.
    #expect(shown.filter { $0 != "\n" }.count <= limit)
    #expect(limit == 0 || text.contains("!"))
    #expect(limit < 3 || text.hasPrefix("a") && text.hasSuffix("9"))
    #expect(limit >= 24 || text.contains(" omitted …]"))
  }

  @Test(arguments: ["漢字", "é", "🦊", "a🦊é漢"])
  func `never cuts a character`(word: String) throws {
    let words = String(repeating: word, count: 40)
    for padding in 0..<5 {
      let text = String(repeating: "x", count: padding) + words
      for limit in 0..<60 {
        for stream in OutputStream.allCases {
          let cut = Self.transcript((stream, text), (.output, "end")).excerpt(limit: limit)
          _ = try #require(cut.validString)
        }
      }
    }
  }

  @Test func `leaves bytes that are not UTF-8 as they are`() {
    let bytes = [UInt8](repeating: 0xE6, count: 50) + [0x80, 0x80, 0x80, 0x80]
    let cut = Transcript([.init(.output, Text(bytes))]).excerpt(limit: 20)
    #expect(cut.bytes.filter { $0 == 0xE6 }.count == 16)
    #expect(cut.bytes.suffix(4) == [0x80, 0x80, 0x80, 0x80])
  }

  @Test func `counts bytes that the sandbox did not keep`() async throws {
    let result = try await play("head -c 3000000 /dev/zero | tr '\\0' a; ls nosuch; echo end")
    let text = result.transcript.excerpt(limit: 200).string
    #expect(text.hasPrefix("aaa") && text.hasSuffix("nosuch': No such file or directory\nend"))
    let missing = try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    #expect(missing > 2_999_000)
  }
}

@Suite struct `The head and the tail of an output` {
  @Test(arguments: 0..<4)
  func `are cut between characters`(offset: Int) async throws {
    let sandbox = Sandbox.limited { ($0.outputHeadBytes, $0.outputTailBytes) = (100, 50) }
    for word in ["漢字", "🦊é"] {
      let result = try await play(
        Text("python3 -c \"print('x' * \(offset) + '\(word)' * 200)\""), by: sandbox)
      let output = result.standardOutput
      #expect(output.head.validString != nil && output.tail.validString != nil)
      #expect(97...100 ~= output.head.bytes.count && 47...50 ~= output.tail.bytes.count)
      let all = offset + word.utf8.count * 200 + 1
      #expect(output.omittedBytes == all - output.head.bytes.count - output.tail.bytes.count)
      #expect(result.transcript.text.validString != nil)
    }
  }

  @Test func `contain the errors of the program that wrote last`() async throws {
    let sandbox = Sandbox.limited { ($0.outputHeadBytes, $0.outputTailBytes) = (100, 50) }
    let command: Text = "{ seq 1000 >&2; } & { sleep 0.05; seq 2000 3000 >&2; } & wait"
    let errors = try await play(command, by: sandbox).standardError
    #expect(errors.head.string.hasPrefix("1\n2\n") && errors.tail.string.hasSuffix("2999\n3000\n"))
    #expect(errors.omittedBytes == 3893 + 5005 - 150)
  }
}
