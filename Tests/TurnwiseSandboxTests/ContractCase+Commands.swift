import Testing
import TurnwiseCore
import TurnwiseSandbox

extension ContractCase {
  private static let hasty = Sandbox.limited { $0.seconds = 1 }

  /// Promises about the start, the surroundings and the end of commands.
  static let commands: [ContractCase] = [
    ending(
      "the status is that of the command",
      [("true", .exited(0)), ("false", .exited(1)), ("(exit 255)", .exited(255))]),
    ending(
      "a missing program and a file that is not a program have the statuses of a shell",
      [("no-such-command", .exited(127)), ("echo x > f; chmod 644 f; ./f", .exited(126))]),
    ContractCase("the two outputs are separate") {
      let result = try await play("echo out; echo err >&2; echo out again")
      #expect(result.output == "out\nout again\n" && result.errors == "err\n")
    },
    ContractCase("output need not be text") {
      let result = try await play("printf '\\000\\377'; printf '\\376' >&2")
      #expect(result.standardOutput.text == Text([0, 0xFF]))
      #expect(result.standardError.text == Text([0xFE]))
    },
    printed(
      "the standard input is empty, and reading it does not wait",
      "cat; read -r line; echo $?; python3 -c 'import sys; print(len(sys.stdin.read()))'",
      expected: "1\n0\n"),
    printed(
      "a command can have input of its own", "cat <<'X' | tr a-z A-Z\nnaïve $X\nX\nwc -c <<< 12345",
      expected: "NAïVE $X\n6\n"),
    printed(
      "input may be any bytes", "printf '\\000\\377\\n' > f", "od -An -tx1 < f",
      expected: " 00 ff 0a\n"),
    printed(
      "commands and output may use all scripts",
      "text='漢字 🦊'; echo \"$text\" | wc -m; echo '漢字 🦊'",
      expected: "5\n漢字 🦊\n"),
    printed(
      "a command may have many lines", "for i in 1 2; do\n  echo $i  # one\ndone\n\necho \"a\nb\"",
      expected: "1\n2\na\nb\n"),
    printed(
      "exported variables are kept", "export A='x y' B=", "echo \"$A,${B-none}\"",
      expected: "x y,\n"),
    printed(
      "other variables are not kept", "A=1; B=2 true", "echo ${A-none} ${B-none}",
      expected: "none none\n"
    ),
    printed(
      "a variable can be unset", "export A=1", "unset A", "echo ${A-none}", expected: "none\n"),
    printed("commands start in the workspace", "pwd", expected: "/workspace\n"),
    printed(
      "a relative working directory is kept", "mkdir -p a/b; cd a", "cd b", "pwd",
      expected: "/workspace/a/b\n"),
    printed("an absolute working directory is kept", "cd /usr/bin", "pwd", expected: "/usr/bin\n"),
    printed(
      "a deleted working directory is replaced by the workspace", "mkdir d; cd d", "rmdir ../d",
      "pwd",
      expected: "/workspace\n"),
    printed(
      "commands run as a user without rights", "id -u; id -gn; test -w /usr || echo no",
      expected: "1000\nagent\nno\n"),
    printed(
      "the files of a command that fails are kept", "echo x > f; exit 3", "cat f", expected: "x\n"),
    ContractCase("a command of almost a megabyte runs") {
      let comment = String(repeating: "# abcdefghijklmnopqrstuvwxyz\n", count: 34_000)
      let result = try await play(Text(comment + "echo end"))
      #expect(result.output == "end\n")
    },
    ContractCase("a longer command is refused before it starts") {
      let (size, limit) = (Sandbox.Limits().commandBytes + 1, Sandbox.Limits().commandBytes)
      await #expect(throws: CommandError.tooLong(bytes: size, limit: limit)) {
        try await play(Text([UInt8](repeating: 0x20, count: size)))
      }
    },
    ContractCase("each output is kept up to its limit, and omitted bytes are counted") {
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
      "endless output stops the command",
      [("yes", .stopped(.output)), ("yes >&2", .stopped(.output))]),
    ContractCase("the time limit stops the command and everything that it started") {
      // Without the limit, the command would take a quarter of an hour.
      let result = try await play(
        "echo begun; (setsid sleep 1000 &); trap '' TERM; sleep 1000 & wait", by: hasty)
      #expect(result.ending == .stopped(.time) && result.output == "begun\n")
      #expect(try await play("ps -e --no-headers -o comm").output == "bash\nps\n")
    },
    ending(
      "a signal that ends a command early does not count as the time limit",
      [("exec sh -c 'exec 2>&-; ulimit -t 0; while :; do :; done'", .signaled(9))], by: hasty),
    ContractCase("a command that is stopped leaves the files as they were") {
      let before = try containing([("f", "x")])
      let result = try await play("echo y > f; sleep 1000", in: before, by: hasty)
      #expect(result.workspace == before && result.status == 137)
    },
    ContractCase("commands at the same time do not share files") {
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
