import Foundation
import Testing
import Turnwise
import TurnwiseTestSupport

@Suite struct `A new package` {
  private let folder = TemporaryFolder()

  private func new(_ line: String) async -> Printed {
    await turnwise(
      "new \(line) --turnwise \(repository("").path)".split(separator: " ").map(String.init))
  }

  @Test(arguments: ["game", "tools", "tasks"]) func `has rules, a program, tests and a page`(
    template: String
  ) async throws {
    let printed = await new("log-detective --template \(template) --out \(folder.path)")
    #expect(printed.status == 0, "\(printed.note)")
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    for file in [
      "Package.swift", "README.md", "Sources/LogDetectiveProgram/main.swift",
      "Tests/LogDetectiveTests/LogDetectiveTests.swift",
    ] { #expect(files.contains(file)) }
    for file in files {
      let url = folder.url.appending(path: file)
      let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
      #expect(!text.contains("{{"), "\(file)")
      if file.hasSuffix("/check") {
        #expect(FileManager.default.isExecutableFile(atPath: url.path))
      }
    }
    // The commands of the page are those that the command prints.
    let page = try String(contentsOf: folder.url.appending(path: "README.md"), encoding: .utf8)
    for line in printed.answer.split(separator: "\n") where line.hasPrefix("  swift") {
      #expect(page.contains(line.dropFirst(2)))
    }
  }

  @Test(arguments: [
    ("lockbox", "lockbox", "Lockbox"), ("log-detective", "log-detective", "LogDetective"),
    ("LogDetective", "log-detective", "LogDetective"), ("log_2", "log-2", "Log2"),
  ]) func `is named after one name in the ways of packages, types and environments`(
    name: String, package: String, type: String
  ) async throws {
    let json = try await new("\(name) --json --out \(folder.path)").json
    #expect(json["environment"] == .string(package + "-v1"))
    let files = try (json["files"]).items
    #expect(files.contains(.string("Sources/\(type)/\(type).swift")))
  }

  @Test(arguments: ["3x", "x y", "été", "", "shell", "Turnwise", "turnwise-more", "class"])
  func `does not take a name that has a meaning or cannot be one`(name: String) async throws {
    let arguments = ["new", name, "--out", folder.path, "--turnwise", repository("").path]
    let printed = await turnwise(arguments)
    #expect(printed.status == 2 && printed.note.hasPrefix("error: '\(name)': expected "))
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }

  @Test func `replaces nothing, and names what is missing`() async throws {
    #expect(await new("lockbox --out \(folder.path)").status == 0)
    let again = await new("lockbox --out \(folder.path)")
    #expect(again.status == 2 && again.note.contains("is not empty"))
    let lost = await turnwise("new lockbox --turnwise /nowhere --out \(folder.path)/x")
    #expect(lost.status == 2 && lost.note.contains("expected the folder with Turnwise's"))
    let template = await new("lockbox --template gmae --out \(folder.path)/x")
    #expect(template.note == "error: --template gmae: expected game, tools, tasks\n")
  }
}

extension PackagesOfOthers {
  @Suite(.serialized) struct `New packages` {
    @Test(arguments: ["game", "tools", "tasks"])
    func `are tested, checked, trained, shown and played as their pages say`(template: String)
      async throws
    {
      let folder = place.appending(path: template)
      try? FileManager.default.removeItem(at: folder)
      let written = await turnwise([
        "new", "fresh-\(template)", "--template", template, "--out", folder.path, "--turnwise",
        repository("").path,
      ])
      try #require(written.status == 0, "\(written.note)")
      let file = folder.appending(path: "Package.swift")
      let manifest = try String(contentsOf: file, encoding: .utf8)
      let path = ".package(path: \"\(repository("").path)\")"
      try #require(manifest.contains(path))
      let identity = "package: \"\(repository("").lastPathComponent)\""
      try manifest.replacing(path, with: try await release.value)
        .replacing(identity, with: "package: \"turnwise\"")
        .write(to: file, atomically: true, encoding: .utf8)
      let commands = written.answer.split(separator: "\n")
        .map { $0.trimmingCharacters(in: .whitespaces) }
        .filter { $0.hasPrefix("swift ") && !$0.hasSuffix("human") }
      #expect(commands.count == 5)
      var last = ""
      for command in commands {
        let words = command.dropFirst("swift ".count).replacing(" train ", with: " train --seed 2 ")
        last = String(decoding: try await swift(String(words), in: folder), as: UTF8.self)
      }
      let line = try #require(last.split(separator: "\n").first { $0.hasPrefix("success ") })
      let success = try #require(Double(line.split(separator: " ")[1]))
      #expect(success >= 80, "\(last)")
    }
  }
}
