import Foundation
import Testing
import Turnwise
import TurnwiseTestSupport

/// A pseudo-terminal with what a person has typed into it.
private struct TypedTerminal {
  private let keyboard: Int32
  /// What a program reads as its standard input.
  let input: FileHandle

  init(typing text: String) throws {
    keyboard = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    // What `unlockpt` and `ptsname` do; Swift's module of the C library does not have them.
    let (unlock, number) = (UInt(0x4004_5431), UInt(0x8004_5430))
    var (isLocked, terminalNumber) = (Int32(0), Int32(0))
    try #require(keyboard >= 0 && ioctl(keyboard, unlock, &isLocked) == 0)
    try #require(ioctl(keyboard, number, &terminalNumber) == 0)
    let terminal = open("/dev/pts/\(terminalNumber)", O_RDWR | O_NOCTTY)
    try #require(terminal >= 0 && isatty(terminal) == 1)
    input = FileHandle(fileDescriptor: terminal, closeOnDealloc: true)
    let bytes = Array(text.utf8)
    try #require(write(keyboard, bytes, bytes.count) == bytes.count)
  }

  func close() { Foundation.close(keyboard) }
}

@Suite struct `A person at the terminal` {
  private let folder = TemporaryFolder()
  /// The end of the input, as a terminal sends it.
  private static let end = "\u{4}"

  private func play(_ text: String, episodes: Int = 1, _ options: String = "") throws -> Printed {
    let terminal = try TypedTerminal(typing: text)
    defer { terminal.close() }
    return try turnwiseProgram(
      "run keydoor-v1 --policy human --episodes \(episodes) --seed 1 --out \(folder.path) \(options)",
      input: terminal.input)
  }

  private func episodes() throws -> [Episode] {
    var reader = try Run(opening: folder.url).episodes()
    return try reader.readAll().map(\.episode)
  }

  @Test func `plays an episode as the expert does`() async throws {
    let other = TemporaryFolder()
    let expert = await turnwise("run keydoor-v1 --episodes 1 --seed 1 --out \(other.path)")
    #expect(expert.status == 0)
    var reader = try Run(opening: other.url).episodes()
    let model = try #require(try reader.readAll().first?.episode)
    let lines = model.turns.map { $0.action.text.string + "\n" }
    let printed = try play(lines.joined())
    #expect(printed.status == 0, "\(printed.note)")
    let episode = try #require(try episodes().first)
    #expect(episode.policy == PolicyRecord(name: "human"))
    #expect(episode.turns == model.turns && episode.judgement?.success == true)
    #expect(printed.note.contains("over    success, reward 1.0"))
  }

  @Test func `is asked for the arguments of a tool, told of mistakes, and shown the tools`() throws
  {
    let printed = try play("?\n\ntake\nblue\nwalk {\"side\":\nwalk\nleft\nleave\n")
    #expect(printed.status == 0, "\(printed.note)")
    let calls = try #require(try episodes().first).turns.flatMap(\.action.calls)
    #expect(
      calls == [
        ToolCall("take", ["key": "blue"]), ToolCall("walk", ["side": "left"]), ToolCall("leave"),
      ])
    #expect(printed.note.contains("  key (string; The colour of the key.): "))
    #expect(printed.note.contains("The arguments of 'walk' are not a JSON object."))
    // At the start, and once for each line that asks.
    #expect(printed.note.components(separatedBy: "tool    leave  ").count == 4)
  }

  @Test func `ends the run by ending the input, and keeps what was played`() throws {
    let printed = try play("leave\nread\n" + Self.end, episodes: 5, "--json")
    #expect(printed.status == 0, "\(printed.note)")
    #expect(try printed.json["episodes"] == 1)
    #expect(try episodes().map { $0.turns.map(\.action.text) } == [["leave"]])
  }
}
