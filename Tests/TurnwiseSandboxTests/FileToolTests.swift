import Foundation
import Testing
import TurnwiseCore
import TurnwiseSandbox

@Suite struct `The file tools` {
  /// A state of an environment that has only a workspace.
  struct State: Codable, Sendable { var workspace: Workspace }

  private static let tools = Toolbox<State>.files(in: \.workspace, replyLimit: 64)

  private static func state() throws -> State {
    State(
      workspace: try Workspace(entries: [
        .init(path: "a.txt", kind: .file(Blob(Array("one\ntwo\n".utf8))), mode: 0o644),
        .init(path: "d", kind: .directory, mode: 0o755),
        .init(path: "d/secret", kind: .file(Blob(Array("x".utf8))), mode: 0o200),
        .init(path: "d/fixed", kind: .file(Blob(Array("x".utf8))), mode: 0o444),
        .init(path: "link", kind: .symbolicLink("/etc"), mode: 0o777),
        .init(path: "closed", kind: .directory, mode: 0o555),
        .init(path: "z", kind: .directory, mode: 0o600),
        .init(path: "z/f", kind: .file(Blob([])), mode: 0o644),
      ]))
  }

  private static func call(
    _ name: String, _ arguments: JSONValue, on state: inout State,
    tools: Toolbox<State> = Self.tools
  ) async throws -> ToolReply {
    var random = Randomness(seed: 1)
    let outcome = try await tools.run(.call(name, arguments), on: &state, using: &random)
    return try #require(outcome.replies.first)
  }

  struct Submit: Tool {
    static let name = "submit"
    static let summary = "Ends the task."
    struct Arguments: Decodable {}
    func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness)
      -> ToolReply
    { "" }
  }

  @Test func `can be combined with other tools`() {
    let tools: Toolbox<State> = .files(in: \.workspace) + Toolbox { Submit() }
    #expect(tools.descriptions.map(\.name) == ["list", "read", "replace", "submit", "write"])
  }

  @Test func `list, read, write and replace`() async throws {
    var state = try Self.state()
    let list = try await Self.call("list", ["path": "."], on: &state)
    #expect(list.text.string.hasPrefix("644 8 a.txt\n555 directory closed/\n755 directory d/\nl"))
    #expect(list.text.string.hasSuffix("more bytes …]"))
    #expect(
      try await Self.call("list", ["path": "d"], on: &state).text == "444 1 fixed\n200 1 secret")
    #expect(try await Self.call("read", ["path": "a.txt"], on: &state).text == "one\ntwo\n")
    let part = try await Self.call("read", ["path": "/workspace/./a.txt", "start": 4], on: &state)
    #expect(part.text == "two\n")
    let written = try await Self.call("write", ["path": "n/m/f", "text": "new"], on: &state)
    #expect(written.text == "written, 3 bytes" && state.workspace["n/m/f"] == "new")
    #expect(state.workspace.entry("n/m")?.kind == .directory)
    _ = try await Self.call("replace", ["path": "a.txt", "old": "two", "new": "2"], on: &state)
    #expect(state.workspace["a.txt"] == "one\n2\n")
  }

  @Test func `show odd names on one line each, without control characters`() async throws {
    var state = State(
      workspace: try Workspace([
        (Text([0x1B, 0x0A, 0xFF]), ""), ("é", "1"), ("a\\x0a", "abc"),
      ]))
    let list = try await Self.call("list", ["path": "."], on: &state)
    #expect(list.text == "644 0 \\x1b\\x0a\\xff\n644 3 a\\x5cx0a\n644 1 é")
  }

  /// A call that is refused, and why.
  ///
  /// This is a class because the compiler (Swift 6.3.1, release) reserves too few bytes for the frame of an
  /// `async` function that has such an error as a parameter, and the heap is overwritten.
  final class Refused: Sendable, CustomTestStringConvertible {
    let (name, arguments, error): (String, JSONValue, FileError)

    init(_ name: String, _ arguments: JSONValue, _ error: FileError) {
      (self.name, self.arguments, self.error) = (name, arguments, error)
    }

    var testDescription: String { "\(name) \(arguments)" }
  }

  @Test(
    arguments: [
      Refused("read", ["path": ""], .empty), Refused("read", ["path": "a\0"], .containsNUL),
      Refused("read", ["path": "/etc/passwd"], .absolute("/etc/passwd")),
      Refused("read", ["path": "/workspaces/a"], .absolute("/workspaces/a")),
      Refused("read", ["path": "d/../a.txt"], .leadsUp("d/../a.txt")),
      Refused("read", ["path": "none"], .missing("none")),
      Refused("read", ["path": "d"], .isDirectory("d")),
      Refused("read", ["path": "."], .isDirectory("")),
      Refused("read", ["path": "a.txt/x"], .isNotDirectory("a.txt")),
      Refused("read", ["path": "link"], .isLink("link")),
      Refused("read", ["path": "link/passwd"], .isLink("link")),
      Refused("read", ["path": "d/secret"], .notAllowed("d/secret")),
      Refused("read", ["path": "z/f"], .notAllowed("z")),
      Refused("read", ["path": "z/none"], .notAllowed("z")),
      Refused("list", ["path": "z"], .notAllowed("z")),
      Refused("write", ["path": "z/f", "text": ""], .notAllowed("z")),
      Refused("list", ["path": "a.txt"], .isNotDirectory("a.txt")),
      Refused("list", ["path": "link"], .isNotDirectory("link")),
      Refused("write", ["path": "d", "text": ""], .isDirectory("d")),
      Refused("write", ["path": "link/x", "text": ""], .isLink("link")),
      Refused("write", ["path": "d/fixed", "text": ""], .notAllowed("d/fixed")),
      Refused("write", ["path": "closed/new", "text": ""], .notAllowed("closed")),
      Refused("write", ["path": "a.txt/new", "text": ""], .isNotDirectory("a.txt")),
      Refused("replace", ["path": "a.txt", "old": "three", "new": ""], .noMatch("a.txt")),
      Refused("replace", ["path": "a.txt", "old": "", "new": "x"], .noMatch("a.txt")),
      Refused(
        "replace", ["path": "a.txt", "old": "o", "new": ""], .manyMatches("a.txt", count: 2)),
    ])
  func `tell the agent why a call is not possible, and change nothing`(refused: Refused)
    async throws
  {
    var state = try Self.state()
    let reply = try await Self.call(refused.name, refused.arguments, on: &state)
    #expect(reply.isRefusal && reply.text.string == refused.error.description)
    #expect(try state.workspace == Self.state().workspace)
  }

  @Test func `find a text quickly in a megabyte of its own prefixes`() async throws {
    // A search that starts again at each position would take more than a minute.
    let half = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 19)
    var workspace = try Workspace([("f", Text(half + half + [UInt8(ascii: "b")]))])
    try workspace.replace(Text(half + [UInt8(ascii: "b")]), with: "", in: "f")
    #expect(try workspace.read("f") == Text(half))
    #expect(throws: FileError.manyMatches("f", count: 2)) {
      try workspace.replace(Text(half.dropLast()), with: "", in: "f")
    }
  }

  @Test func `do not make a workspace larger than a sandbox accepts`() async throws {
    var limits = Sandbox.Limits()
    // Each file and link occupies at least a page.
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    (limits.workspaceEntries, limits.workspaceBytes, limits.workspaceDepth) = (9, 5 * page, 2)
    let tools = Toolbox<State>.files(in: \.workspace, limits: limits)
    var state = try Self.state()
    for path in ["new/file", "d/e/f/g"] {
      let reply = try await Self.call(
        "write", ["path": .string(path), "text": ""], on: &state, tools: tools)
      #expect(reply.isRefusal && reply.text.string.hasPrefix("There are too many names"))
    }
    let text = String(repeating: "x", count: page + 1)
    let reply = try await Self.call(
      "write", ["path": "a", "text": .string(text)], on: &state, tools: tools)
    #expect(
      reply.text.string == "\"/workspace\" has \(6 * page) bytes; at most \(5 * page) are possible."
    )
    #expect(try state.workspace == Self.state().workspace)
  }
}
