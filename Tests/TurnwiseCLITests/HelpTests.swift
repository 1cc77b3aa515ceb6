import Foundation
import Testing
import Turnwise
import TurnwiseCLI

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

  @Test(arguments: commands) func `has an option for each flag that is not said to be unknown`(
    command: String
  ) async {
    for line in block("options:", of: await turnwise([command, "--help"]).answer)
    where line.hasPrefix("--") {
      let words = line.split(separator: " ").map(String.init)
      let takesValue = words.count > 1 && words[1] == words[1].uppercased() && words[1] != "a"
      let value = takesValue ? [words[0], "1"] : [words[0]]
      #expect(await turnwise([command] + value + ["--help"]).status == 0, "\(line)")
    }
  }

  @Test(arguments: ["train", "compare"])
  func `has a flag and a line for each property of a training configuration`(command: String)
    async throws
  {
    let page = await turnwise([command, "--help"]).answer
    let lines = block("options:", of: page)
    let settings = try Parameters.settings(of: RunConfiguration())
    #expect(settings.keys.filter { $0 != "seed" }.sorted() == RunConfiguration.help.keys.sorted())
    // A comparison names several estimators, and makes its own warm starts.
    let others = command == "compare" ? ["credit", "warmStart"] : []
    for (property, help) in RunConfiguration.help where !others.contains(property) {
      let flag = property.reduce(into: "--") { name, letter in
        name += letter.isUppercase ? "-" + letter.lowercased() : String(letter)
      }
      #expect(lines.contains { $0.hasPrefix(flag + " ") && $0.contains(help) }, "\(flag)")
    }
    // And nothing but these properties and the flags of every long run.
    let flags = lines.filter { $0.hasPrefix("--") }.count
    let own = command == "compare" ? ["credit", "seeds", "threshold"] : []
    let common = [
      "seed", "env-set", "tasks", "workers", "out", "force", "resume", "save-every", "json", "help",
    ]
    #expect(flags == settings.count - 1 - others.count + own.count + common.count)
  }

  @Test(arguments: ["train"]) func `shows the defaults that are recorded`(command: String)
    async throws
  {
    let lines = block("options:", of: await turnwise([command, "--help"]).answer)
    for (property, value) in try Parameters.settings(of: RunConfiguration())
    where property != "seed" {
      let text =
        if case .string(let word) = value { word } else {
          String(decoding: try JSON.encode(value), as: UTF8.self)
        }
      #expect(lines.contains { $0.hasSuffix("\(RunConfiguration.help[property] ?? "") [\(text)]") })
    }
  }

  @Test func `names the version`() async {
    let version = await turnwise(["--version"])
    #expect(version.answer == "turnwise \(turnwiseVersion)\n")
    #expect(version.status == 0 && version.note == "")
  }
}
