import Testing
import TurnwiseCore
import TurnwiseSandbox

extension ContractCase {
  private static let hasty = Sandbox.limited { $0.seconds = 1 }

  /// Commands: how they begin, what they find, how they end.
  static let commands: [ContractCase] = [
    ending(
      "the status is that of the command",
      [("true", .exited(0)), ("false", .exited(1)), ("(exit 255)", .exited(255))]),
    ending(
      "what is not there, or not a program, is told as a shell does",
      [("no-such-command", .exited(127)), ("echo x > f; chmod 644 f; ./f", .exited(126))]),
    ContractCase("outputs are kept apart") {
      let result = try await play("echo out; echo err >&2; echo out again")
      #expect(result.output == "out\nout again\n" && result.errors == "err\n")
    },
    ContractCase("output need not be text") {
      let result = try await play("printf '\\000\\377'; printf '\\376' >&2")
      #expect(result.standardOutput.text == Text([0, 0xFF]))
      #expect(result.standardError.text == Text([0xFE]))
    },
    printed(
      "there is no input, and nobody waits for it",
      "cat; read -r line; echo $?; python3 -c 'import sys; print(len(sys.stdin.read()))'",
      expected: "1\n0\n"),
    printed(
      "a command brings its own input", "cat <<'X' | tr a-z A-Z\nnaïve $X\nX\nwc -c <<< 12345",
      expected: "NAïVE $X\n6\n"),
    printed(
      "input may be any bytes", "printf '\\000\\377\\n' > f", "od -An -tx1 < f",
      expected: " 00 ff 0a\n"),
    printed(
      "commands and output may be of all scripts",
      "text='漢字 🦊'; echo \"$text\" | wc -m; echo '漢字 🦊'",
      expected: "5\n漢字 🦊\n"),
    printed(
      "a command may have many lines", "for i in 1 2; do\n  echo $i  # one\ndone\n\necho \"a\nb\"",
      expected: "1\n2\na\nb\n"),
    printed(
      "exported variables stay", "export A='x y' B=", "echo \"$A,${B-none}\"", expected: "x y,\n"),
    printed(
      "other variables do not", "A=1; B=2 true", "echo ${A-none} ${B-none}", expected: "none none\n"
    ),
    printed(
      "a variable can be taken back", "export A=1", "unset A", "echo ${A-none}", expected: "none\n"),
    printed("commands begin in the workspace", "pwd", expected: "/workspace\n"),
    printed(
      "a relative directory stays", "mkdir -p a/b; cd a", "cd b", "pwd",
      expected: "/workspace/a/b\n"),
    printed("an absolute directory stays", "cd /usr/bin", "pwd", expected: "/usr/bin\n"),
    printed(
      "a directory that is gone is left for the workspace", "mkdir d; cd d", "rmdir ../d", "pwd",
      expected: "/workspace\n"),
    printed(
      "commands run as a user without rights", "id -u; id -gn; test -w /usr || echo no",
      expected: "1000\nagent\nno\n"),
    printed(
      "a command that fails leaves its files", "echo x > f; exit 3", "cat f", expected: "x\n"),
    ContractCase("a command of almost a megabyte runs") {
      let comment = String(repeating: "# abcdefghijklmnopqrstuvwxyz\n", count: 34_000)
      let result = try await play(Text(comment + "echo end"))
      #expect(result.output == "end\n")
    },
    ContractCase("a longer command is refused before it begins") {
      let (size, limit) = (Sandbox.Limits().commandBytes + 1, Sandbox.Limits().commandBytes)
      await #expect(throws: CommandError.tooLong(bytes: size, limit: limit)) {
        try await play(Text([UInt8](repeating: 0x20, count: size)))
      }
    },
    ContractCase("each output is kept up to its limit, and what is missing is counted") {
      let limits = Sandbox.Limits()
      let result = try await play("head -c 3000000 /dev/zero | tee /dev/stderr")
      for output in [result.standardOutput, result.standardError] {
        #expect(output.head.bytes.count == limits.outputHeadBytes)
        #expect(output.tail.bytes.count == limits.outputTailBytes)
        #expect(output.omittedBytes == 3_000_000 - limits.outputHeadBytes - limits.outputTailBytes)
      }
      #expect(result.ending == .exited(0))
    },
    ending(
      "an output without end ends the command",
      [("yes", .stopped(.output)), ("yes >&2", .stopped(.output))]),
    ContractCase("time that is up ends the command, with all that it started") {
      // Would take a quarter of an hour, and the test with it.
      let result = try await play(
        "echo begun; (setsid sleep 1000 &); trap '' TERM; sleep 1000 & wait", by: hasty)
      #expect(result.ending == .stopped(.time) && result.output == "begun\n")
      #expect(try await play("ps -e --no-headers -o comm").output == "bash\nps\n")
    },
    ending(
      "a quick death by a signal is not time that is up",
      [("exec sh -c 'exec 2>&-; ulimit -t 0; while :; do :; done'", .signaled(9))], by: hasty),
    ContractCase("a command that is stopped leaves the files as they were") {
      let before = try containing([("f", "x")])
      let result = try await play("echo y > f; sleep 1000", in: before, by: hasty)
      #expect(result.workspace == before && result.status == 137)
    },
    ContractCase("commands at the same time do not meet") {
      let outputs = try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<4 {
          group.addTask {
            try await play(Text("echo \(number) > f; sleep 0.1; cat f; ls /tmp")).output
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }.sorted()
      }
      #expect(outputs == ["0\n", "1\n", "2\n", "3\n"])
    },
  ]
}
