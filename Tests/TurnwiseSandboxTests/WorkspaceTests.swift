import Foundation
import Testing
import TurnwiseCore
import TurnwiseSandbox

@Suite struct `A workspace` {
  @Test func `is built from paths and contents`() throws {
    let workspace = try Workspace([("notes/todo.txt", "milk\n"), ("a.txt", "")])
    #expect(workspace.paths == ["a.txt", "notes", "notes/todo.txt"])
    #expect(workspace["notes/todo.txt"] == "milk\n")
    #expect(workspace["notes"] == nil)
    #expect(workspace["missing"] == nil)
    #expect(workspace.shell.directory == "/workspace")
  }

  @Test func `keeps the permission bits of a mode`() throws {
    let workspace = try Workspace([("run", 0o4755, "")])
    #expect(workspace.entry("run")?.mode == 0o755)
  }

  @Test func `is sorted by the bytes of its paths`() throws {
    let one = try Workspace([("a/b", "1"), ("a.txt", "2"), ("B", "3")])
    let other = try Workspace([("B", "3"), ("a.txt", "2"), ("a/b", "1")])
    #expect(one == other)
    #expect(one.paths == ["B", "a", "a.txt", "a/b"])
  }

  @Test func `loses a file, or a folder with its contents and nothing beside it`() throws {
    var workspace = try Workspace([("a/b", "1"), ("a/c/d", "2"), ("a.txt", "3"), ("ab", "4")])
    try workspace.remove("a/b")
    #expect(workspace.paths == ["a", "a.txt", "a/c", "a/c/d", "ab"])
    try workspace.remove("./a/")
    try workspace.remove("nowhere")
    #expect(workspace.paths == ["a.txt", "ab"])
    #expect(throws: FileError.self) { try workspace.remove("../x") }
    #expect(throws: FileError.self) { try workspace.remove(".") }
  }

  @Test func `starts a new shell in a folder, and the next command continues in the sandbox`()
    async throws
  {
    var workspace = try Workspace([("job1/a", "1"), ("job2/b", "2")])
    workspace = try await Sandbox.shared.run(
      "cd job1; export A=x; echo hi > /tmp/t", in: workspace, seed: 1
    ).workspace
    try workspace.remove("job1")
    try workspace.startShell(in: "job2")
    let result = try await Sandbox.shared.run(
      "pwd; ls ..; echo \"[$A]\"; cat /tmp/t b", in: workspace, seed: 1)
    let text = result.transcript.excerpt(limit: 400).string
    #expect(text == "/workspace/job2\njob2\n[]\nhi\n2")
    #expect(throws: FileError.self) { try workspace.startShell(in: "job1") }
    #expect(throws: FileError.self) { try workspace.startShell(in: "job2/b") }
    try workspace.startShell(in: ".")
    #expect(workspace.shell == Workspace.empty.shell)
  }

  @Test func `has a key that depends on its contents`() throws {
    let one = try Workspace([("a", "1"), ("b", "2")])
    let same = try Workspace([("b", "2"), ("a", "1")])
    #expect(try StateKey(of: one) == StateKey(of: same))
    for (path, mode, contents) in [("a", 0o644, "x"), ("a", 0o600, "1"), ("c", 0o644, "1")] {
      let other = try Workspace([
        (Text(path), UInt16(mode), Text(contents)), ("b", 0o644, "2"),
      ])
      #expect(try StateKey(of: one) != StateKey(of: other))
    }
  }

  @Test func `survives encoding, also with names and contents that are not UTF-8`() throws {
    let odd = Text([0xFF, 0xFE, 0x0A])
    let entries = [
      Workspace.Entry(path: odd, kind: .file(Blob([0, 0xFF])), mode: 0o600),
      Workspace.Entry(path: "d", kind: .directory, mode: 0o700),
      Workspace.Entry(path: "d/l", kind: .symbolicLink("../nowhere"), mode: 0),
    ]
    let workspace = try Workspace(entries: entries)
    let data = try JSONEncoder().encode(workspace)
    #expect(try JSONDecoder().decode(Workspace.self, from: data) == workspace)
  }

  @Test func `has the entries of /tmp as a part of its own`() throws {
    let entry = Workspace.Entry(path: "a", kind: .file(Blob([1])), mode: 0o644)
    let inside = try Workspace(entries: [entry])
    let beside = try Workspace(entries: [], temporaryEntries: [entry])
    #expect(inside != beside && inside.paths == ["a"] && beside.paths == [])
    #expect(beside["a"] == nil && beside.size == 1)
    #expect(try StateKey(of: inside) != StateKey(of: beside))
    #expect(try StateKey(of: beside) != StateKey(of: Workspace.empty))
    let data = try JSONEncoder().encode(beside)
    #expect(try JSONDecoder().decode(Workspace.self, from: data) == beside)
    #expect(beside.withoutTemporaryEntries() == .empty)
    var written = beside
    try written.write("x", to: "b")
    #expect(written.temporaryEntries == [entry])
  }

  @Test func `is encoded without /tmp if /tmp is empty`() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let data = try encoder.encode(Workspace.empty)
    #expect(String(decoding: data, as: UTF8.self) == #"{"entries":[]}"#)
  }

  @Test func `refuses entries of /tmp that no command could have left, by their full path`() {
    let entry = Workspace.Entry(path: "a/b", kind: .directory, mode: 0o755)
    let error = #expect(throws: WorkspaceError.self) {
      try Workspace(entries: [], temporaryEntries: [entry])
    }
    #expect(error?.path == "/tmp/a/b")
  }

  @Test(arguments: [
    "/etc/passwd", "../up", "a/../b", "a//b", "./a", "a/", "", "a\0b", ".", "..", "no/parent",
  ])
  func `refuses a path that no command could have created`(path: String) throws {
    let entry = Workspace.Entry(path: Text(path), kind: .file(Blob([])), mode: 0o644)
    #expect(throws: WorkspaceError.self) { try Workspace(entries: [entry]) }
    // A trace file may contain anything.
    let json = try JSONEncoder().encode(["entries": [entry]])
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Workspace.self, from: json) }
  }

  @Test func `refuses two entries with one path`() {
    let entry = Workspace.Entry(path: "a", kind: .directory, mode: 0o755)
    #expect(throws: WorkspaceError.self) { try Workspace(entries: [entry, entry]) }
  }

  @Test func `refuses an entry below a file or a link`() {
    for kind in [Workspace.Entry.Kind.file(Blob([])), .symbolicLink("/etc")] {
      let parent = Workspace.Entry(path: "a", kind: kind, mode: 0o755)
      let child = Workspace.Entry(path: "a/passwd", kind: .file(Blob([])), mode: 0o644)
      #expect(throws: WorkspaceError.self) { try Workspace(entries: [parent, child]) }
    }
  }

  @Test func `refuses names and paths longer than the kernel's`() {
    for path in [String(repeating: "x", count: 256), String(repeating: "x/", count: 2100) + "x"] {
      #expect(throws: WorkspaceError.self) { try Workspace([(Text(path), "")]) }
    }
  }
}
