import Foundation
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseTestSupport

/// Help pages are golden files.
///
/// To renew them, from the folder of the package:
///
///     golden=Tests/TurnwiseCLITests/Golden
///     for page in $golden/help-*.txt; do c=${page#*/help-}; turnwise ${c%.txt} --help > $page; done
///     turnwise --help > $golden/help.txt; turnwise list > $golden/list.txt
@Suite struct `The help` {
  private static let commands = CommandLineTool.commandNames

  /// The lines between a title and the next empty line.
  private func block(_ title: String, of page: String) -> [String] {
    page.components(separatedBy: "\n").drop { $0 != title }.dropFirst().prefix { !$0.isEmpty }
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }

  @Test(arguments: commands) func `of a command is as it was`(command: String) async throws {
    let page = await turnwise([command, "--help"])
    #expect(page.answer == (try golden("help-\(command)")))
    #expect(page.status == 0 && page.note == "")
  }

  @Test(arguments: [[], ["help"], ["--help"], ["-h"]])
  func `lists the commands`(arguments: [String]) async throws {
    let page = await turnwise(arguments)
    #expect(page.answer == (try golden("help")))
    #expect(page.status == 0 && page.note == "")
  }

  @Test func `has a page for each command and for nothing else`() throws {
    let files = try FileManager.default.contentsOfDirectory(
      atPath: repository("Tests/TurnwiseCLITests/Golden").path)
    #expect(
      files.filter { $0.hasPrefix("help-") }.sorted()
        == Self.commands.map { "help-\($0).txt" }.sorted())
  }

  @Test(arguments: commands) func `of a command has three ways to it`(command: String) async {
    let page = await turnwise([command, "--help"])
    for arguments in [["help", command], [command, "-h"], ["--help", command]] {
      #expect(await turnwise(arguments).answer == page.answer)
    }
    #expect(await turnwise([]).answer.contains("  \(command) "))
  }

  @Test(arguments: commands) func `has examples that parse`(command: String) async {
    let page = await turnwise([command, "--help"]).answer
    let examples = block("examples:", of: page)
    #expect(!examples.isEmpty)
    for example in examples {
      #expect(example.hasPrefix("turnwise \(command)"))
      #expect(await turnwise(example.dropFirst(9) + " --help").answer == page, "\(example)")
    }
  }

  /// The lines of the options, of all groups.
  private func options(of page: String) -> [String] {
    page.components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { $0.hasPrefix("--") }
  }

  @Test(arguments: commands) func `has an option for each flag that is not said to be unknown`(
    command: String
  ) async {
    for line in options(of: await turnwise([command, "--help"]).answer) {
      let words = line.split(separator: " ").map(String.init)
      let takesValue = words.count > 1 && words[1] == words[1].uppercased() && words[1] != "a"
      let value = takesValue ? [words[0], "1"] : [words[0]]
      #expect(await turnwise([command] + value + ["--help"]).status == 0, "\(line)")
    }
  }

  @Test(arguments: [("train", []), ("compare", ["warm-start"])])
  func `has a flag and a line for each option of a training configuration`(
    command: String, others: [String]
  ) async throws {
    let lines = options(of: await turnwise([command, "--help"]).answer)
    let described = try OptionDescription.all(of: RunConfiguration())
    let known = described.filter { !others.contains($0.flag) }
    for option in known where command == "train" || option.flag != "credit" {
      let help = option.help.dropFirst().dropLast()
      #expect(
        lines.contains { $0.hasPrefix("--\(option.flag) ") && $0.contains(help) }, "\(option.flag)")
    }
    // And nothing but these options and the flags of every long run.
    let own = command == "compare" ? ["seeds", "threshold", "batches", "learning-rates"] : []
    let common = [
      "config", "seed", "env-set", "tasks", "workers", "out", "force", "resume", "save-every",
      "headroom", "json", "help",
    ]
    #expect(lines.count == known.count + own.count + common.count)
    #expect(Set(described.map(\.flag)).count == described.count, "flags are unique")
  }

  @Test func `shows the defaults that are recorded`() async throws {
    let lines = options(of: await turnwise(["train", "--help"]).answer)
    let recorded = try JSONValue(encoding: RunConfiguration())
    for option in try OptionDescription.all(of: RunConfiguration()) {
      let value = option.path.reduce(recorded) { $0[$1] ?? .null }
      let text =
        if case .string(let word) = value { word } else {
          String(decoding: try JSON.encode(value), as: UTF8.self)
        }
      #expect(
        lines.contains {
          $0.hasPrefix("--\(option.flag) ") && (text.isEmpty || $0.hasSuffix(" [\(text)]"))
        },
        "\(option.flag)")
    }
  }

  @Test func `shows everyday options first, and the others by groups`() async {
    let page = await turnwise(["train", "--help"]).answer
    let titles = page.split(separator: "\n").filter { $0.hasSuffix(":") && !$0.hasPrefix(" ") }
    #expect(
      titles == [
        "examples:", "options:", "budget:", "evaluation:", "optimizer:", "loss:",
        "selection of groups:", "what the warm start imitates:", "how it imitates:", "model:",
        "critic:", "process reward model:",
      ])
    #expect(block("options:", of: page).contains { $0.hasPrefix("--credit ") })
    #expect(block("critic:", of: page).contains { $0.hasPrefix("--critic-epochs ") })
  }

  @Test func `names the version`() async {
    let version = await turnwise(["--version"])
    #expect(version.answer == "turnwise \(turnwiseVersion)\n")
    #expect(version.status == 0 && version.note == "")
  }
}
