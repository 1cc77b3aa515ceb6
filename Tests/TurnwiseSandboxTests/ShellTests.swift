import Testing
import TurnwiseCore
import TurnwiseSandbox

@Suite struct `The shell of a sandbox` {
  @Test(arguments: [
    ("exec true", 0), ("echo \"open", 2), ("if then", 2), ("cat <<X\nopen heredoc", 0),
    ("trap - EXIT; cd /tmp", 0), ("export PATH=/nope", 0), ("", 0), ("# only a comment", 0),
    ("exit 300", 44), ("no-such-command", 127), ("/etc", 126), ("set -e; false; echo no", 1),
    ("set -u; echo $undefined", 127), ("(exit 5)", 5), ("trap 'echo bye' EXIT; false", 1),
    ("trap 'exit 9' EXIT; exit 1", 9), ("exec false", 1), ("set -n; false", 0),
    ("exec 0<&- 1>&- 2>&- 6>&-; exit 3", 3), ("kill -9 $$; exit 4", 4), ("kill -STOP $$", 0),
    ("exec sh -c 'kill -9 $$; exit 3'", 3),
    ("shopt -s extglob; unset -v RANDOM; set -- x; (exit 1)", 1),
    ("exec 1>/dev/null 2>&1; false", 1), ("{ exit 6; }", 6),
  ])
  func `ends with the status of bash`(command: String, status: Int) async throws {
    let result = try await play(Text(command))
    #expect(result.ending == .exited(status))
    // The next shell works.
    #expect(try await play("echo well", in: result.workspace).output == "well\n")
  }

  @Test(arguments: [
    ("ulimit -t 0; while :; do :; done", 9),
    ("exec python3 -c 'import ctypes; ctypes.string_at(0)'", 11),
  ])
  func `reports the signal that ended it`(command: String, signal: Int) async throws {
    let result = try await play("cd /tmp", Text(command))
    #expect(result.ending == .signaled(signal))
    #expect(result.status == 128 + signal)
    #expect(result.workspace.shell.directory == "/tmp")
  }

  @Test func `reports errors as bash -c does`() async throws {
    let result = try await play("true\nfoo\nset -x; cd /tmp")
    #expect(result.errors == "bash: line 2: foo: command not found\n++ cd /tmp\n")
    #expect(result.workspace.shell.directory == "/tmp")
  }

  @Test func `finds an empty input`() async throws {
    let result = try await play("read x; echo $?; cat; python3 -c 'input()' 2>&1 | tail -1")
    #expect(result.output == "1\nEOFError: EOF when reading a line\n")
  }

  @Test func `runs long commands`() async throws {
    let words = String(repeating: "echo -n abcdefgh;\n", count: 17_000)
    let result = try await play(Text(words + "exit 7"))
    #expect(result.status == 7)
    #expect(result.standardOutput.omittedBytes == 8 * 17_000 - 32 * 1024)
  }

  @Test func `runs commands that are not UTF-8`() async throws {
    let result = try await play(Text(Array("printf '%s' '".utf8) + [0xFF, 0x80] + Array("'".utf8)))
    #expect(result.standardOutput.text == Text([0xFF, 0x80]))
  }

  @Test func `does not get commands that it could not run`() async throws {
    await #expect(throws: CommandError.containsNUL) { try await play("a\0b") }
    let long = Text([UInt8](repeating: 32, count: 1 << 20 + 1))
    await #expect(throws: CommandError.tooLong(bytes: long.bytes.count, limit: 1 << 20)) {
      try await play(long)
    }
  }

  @Test func `sees nothing of its supervision but one descriptor`() async throws {
    let result = try await play(
      "ls /proc/self/fd; compgen -v | grep -i turn; declare -F; echo \"$#$*\"; jobs; trap -p INT; ls -a . /run"
    )
    #expect(result.output == "0\n1\n2\n3\n6\n0\n.:\n.\n..\n")
  }
}

@Suite struct `The output of a command` {
  @Test func `is kept apart by stream, byte for byte`() async throws {
    let result = try await play("printf '\\xff\\xfe\\x00ok\\x80\\n'; printf '\\033]0;x\\007' >&2")
    #expect(result.standardOutput.head == Text([0xFF, 0xFE, 0, 0x6F, 0x6B, 0x80, 0x0A]))
    #expect(result.standardError.text == "\u{1B}]0;x\u{07}")
    #expect(!result.standardOutput.isTruncated)
  }

  @Test func `keeps its beginning and its end`() async throws {
    let result = try await play("printf start; head -c 5000000 /dev/zero | tr '\\0' a; printf end")
    let output = result.standardOutput
    #expect(output.head.bytes.count == 24 * 1024 && output.head.string.hasPrefix("startaa"))
    #expect(output.tail.bytes.count == 8 * 1024 && output.tail.string.hasSuffix("aaend"))
    #expect(output.omittedBytes == 5_000_008 - 32 * 1024)
    #expect(output.text.string.contains("a\n[… 4967240 bytes omitted …]\na"))
    #expect(result.status == 0)
  }

  @Test(arguments: ["yes", "yes >&2"])
  func `without end stops the command, always at the same byte`(command: String) async throws {
    let first = try await play(Text(command))
    #expect(first.ending == .stopped(.output))
    let flood = command == "yes" ? first.standardOutput : first.standardError
    #expect(flood.omittedBytes == 8 << 20 - 32 << 10)
    #expect(try await play(Text(command)) == first)
  }

  @Test func `is complete if the last writer is a background process`() async throws {
    let result = try await play("(for i in 1 2 3; do echo $i; done) & wait; echo end")
    #expect(result.output == "1\n2\n3\nend\n")
  }
}
