import Testing
import TurnwiseCore
import TurnwiseSandbox
import TurnwiseTestSupport

extension ContractCase {
  private static let megabytes = Text((0..<5 << 20).map { UInt8(truncatingIfNeeded: $0 * 7 >> 3) })

  /// Promises about files that the host and commands write and read.
  static let files: [ContractCase] = [
    roundTrip("text is kept byte for byte", "one\ntwo\n"),
    roundTrip("no newline is added to the end of text", "one\r\ntwo"),
    roundTrip("text of all scripts is kept", "naïve Größe 漢字 שלום 🦊\u{0301}\n"),
    roundTrip("all byte values are kept", Text((0..<512).map { UInt8($0 & 0xFF) })),
    roundTrip("an empty file is kept", ""),
    roundTrip("a file of 5 MB is kept", megabytes),
    roundTrip("a name may have spaces and quotes", "x", name: "a 'b' \"c\" $d\nend"),
    roundTrip("a name may look like an option", "x", name: "-rf"),
    roundTrip("a name need not be UTF-8", "x", name: Text([0x66, 0xFF, 0x80])),
    roundTrip("a name may have 255 bytes", "x", name: Text([UInt8](repeating: 0x78, count: 255))),
    ContractCase("5 MB that a command wrote can be read") {
      let result = try await play("yes 123456789 | head -c 5000000 > big")
      let text = try result.workspace.read("big")
      #expect(text.bytes.count == 5_000_000)
      #expect(text.bytes.starts(with: Array("123456789\n123456789\n".utf8)))
    },
    ContractCase("writing to a longer file replaces all of it") {
      var workspace = try containing([("f", "a long text")])
      try workspace.write("short", to: "f")
      #expect(try await play("cat f; wc -c < f", in: workspace).output == "short5\n")
    },
    ContractCase("writing to a file keeps its permissions") {
      var workspace = try await play("echo 'echo old' > run; chmod 750 run").workspace
      try workspace.write("echo new", to: "run")
      #expect(try await play("./run; stat -c %a run", in: workspace).output == "new\n750\n")
    },
    ContractCase("missing directories are created") {
      let workspace = try containing([("new/deep/f", "x"), ("new/g", "y")])
      let result = try await play("find . -type f | sort; stat -c '%a %F' new/deep", in: workspace)
      #expect(result.output == "./new/deep/f\n./new/g\n755 directory\n")
    },
    ContractCase("a path in the workspace may be absolute") {
      let workspace = try containing([("/workspace/d/f", "x")])
      #expect(try workspace.read("d/f") == "x")
      #expect(try await play("cat /workspace/d/f", in: workspace).output == "x")
    },
    ContractCase("a list has the entries of a directory, but not those of its subdirectories") {
      let workspace = try await play("mkdir -p d/e; touch d/e/f d/b d/a; ln -s a d/l").workspace
      #expect(try workspace.list("d").map(\.path) == ["d/a", "d/b", "d/e", "d/l"])
      #expect(try workspace.list(".").map(\.path) == ["d"])
    },
    ContractCase("a file that a command deletes is missing") {
      let workspace = try await play("rm f", in: containing([("f", "x")])).workspace
      #expect(throws: FileError.missing("f")) { try workspace.read("f") }
    },
    refusal("a missing file cannot be read", after: "mkdir d", is: .missing("d/f")) {
      _ = try $0.read("d/f")
    },
    refusal("a directory is not read as a file", after: "mkdir d", is: .isDirectory("d")) {
      _ = try $0.read("d")
    },
    refusal("a file is not read as a directory", after: "touch f", is: .isNotDirectory("f")) {
      _ = try $0.read("f/x")
    },
    refusal("a file is not listed as a directory", after: "touch f", is: .isNotDirectory("f")) {
      _ = try $0.list("f")
    },
    refusal("a directory is not replaced by a file", after: "mkdir d", is: .isDirectory("d")) {
      try $0.write("x", to: "d")
    },
    refusal("nothing is written below a file", after: "touch f", is: .isNotDirectory("f")) {
      try $0.write("x", to: "f/x")
    },
    refusal(
      "a file without permission is not read", after: "echo x > f; chmod 200 f",
      is: .notAllowed("f")
    ) { _ = try $0.read("f") },
    refusal(
      "a file without permission is not written", after: "echo x > f; chmod 400 f",
      is: .notAllowed("f")
    ) { try $0.write("y", to: "f") },
    refusal(
      "a path outside the workspace is not read", after: "true", is: .leadsUp("../etc/passwd")
    ) {
      _ = try $0.read("../etc/passwd")
    },
    refusal("a link is not followed", after: "ln -s /etc/passwd l", is: .isLink("l")) {
      _ = try $0.read("l")
    },
    ContractCase("a file larger than the caller's limit is not read") {
      let folder = try TemporaryFolder(containing: containing([("f", "12345")]))
      defer { folder.remove() }
      let host = try HostFolder(folder.path)
      #expect(try host.read("f", limit: 5) == "12345")
      #expect(throws: FileError.tooLarge("f", bytes: 5, limit: 4)) { try host.read("f", limit: 4) }
    },
  ]
}
