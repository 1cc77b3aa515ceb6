import Foundation
import Testing
import TurnwiseCore
import TurnwiseTestSupport

extension PackagesOfOthers {
  /// The README and the articles of `Turnwise.docc`.
  ///
  /// Every Swift block is compiled. One that begins with an import is a file, and all files are compiled together with
  /// the environment of the README. Any other one repeats lines of a file. The article on contributing is left out: its
  /// blocks are files of this package.
  @Suite struct `The environment in the README` {
    private static let root = repository("")
    private static let program = "environments: [Lockbox()]"

    /// The Swift blocks of a page, in order.
    private func blocks(of page: URL) throws -> [String] {
      try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```swift\n")
        .dropFirst()
        .map { $0.components(separatedBy: "```")[0] }
    }

    private func readme() throws -> [String] {
      try blocks(of: Self.root.appending(path: "README.md"))
    }

    private func block(with words: String) throws -> String {
      try #require(try readme().first { $0.contains(words) }, "The README has no '\(words)'.")
    }

    /// The Swift blocks of the README and of the articles, and the name of the page of each.
    private func allBlocks() throws -> [(page: String, text: String)] {
      let articles = Self.root.appending(path: "Sources/Turnwise/Turnwise.docc")
      let names = try FileManager.default.contentsOfDirectory(atPath: articles.path)
        .filter { $0.hasSuffix(".md") && $0 != "Contributing.md" }.sorted()
      let pages =
        [Self.root.appending(path: "README.md")] + names.map { articles.appending(path: $0) }
      return try pages.flatMap { page in
        let name = page.deletingPathExtension().lastPathComponent
        return try blocks(of: page).map { (name, $0) }
      }
    }

    /// Lays out the README's package, which depends on a release of this one.
    private func layOut() async throws -> URL {
      let package = PackagesOfOthers.place.appending(path: "lockbox", directoryHint: .isDirectory)
      let sources = package.appending(path: "Sources/lockbox", directoryHint: .isDirectory)
      try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
      let (manifest, path) = (
        try block(with: "name: \"lockbox\""), ".package(path: \"../turnwise\")"
      )
      try #require(manifest.contains(path))
      try write(
        manifest.replacingOccurrences(of: path, with: try await PackagesOfOthers.release.value),
        to: package.appending(path: "Package.swift"))
      var names: Set = ["main.swift"]
      for (index, (page, text)) in try files().enumerated() {
        let isProgram = text.contains(Self.program)
        // The program knows the estimator and the policy that the pages add to it.
        let words = Self.program + ", estimators: [FromHere()], policies: [Reader()]"
        let name = isProgram ? "main.swift" : "\(page)\(index).swift"
        names.insert(name)
        try write(
          isProgram ? text.replacingOccurrences(of: Self.program, with: words) : text,
          to: sources.appending(path: name))
      }
      for name in try FileManager.default.contentsOfDirectory(atPath: sources.path)
      where !names.contains(name) {
        try FileManager.default.removeItem(at: sources.appending(path: name))
      }
      return package
    }

    /// The blocks that are files.
    private func files() throws -> [(page: String, text: String)] {
      try allBlocks().filter { $0.text.hasPrefix("import ") }
    }

    private func write(_ text: String, to file: URL) throws {
      if (try? String(contentsOf: file, encoding: .utf8)) == text { return }
      try text.write(to: file, atomically: true, encoding: .utf8)
    }

    private struct Played: Decodable { var success: Double }

    @Test func `has at most 35 lines`() throws {
      let lines = try block(with: "struct Lockbox").split(separator: "\n")
      #expect(lines.count <= 35)
    }

    @Test func `is on a page that is read in ten minutes`() throws {
      let page = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
      #expect(page.utf8.count <= 12_000)
      #expect(page.split(separator: "\n", omittingEmptySubsequences: false).count <= 221)
    }

    @Test func `is one of the Swift blocks that are all compiled`() throws {
      let lines = Set(try files().flatMap { Self.lines(of: $0.text) })
      for (page, text) in try allBlocks() where !text.hasPrefix("import ") {
        let isManifest = text.hasPrefix("// swift-tools-version")
        #expect(isManifest || lines.isSuperset(of: Self.lines(of: text)), "\(page): \(text)")
      }
    }

    private static func lines(of text: String) -> [String] {
      text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    @Test func `stands after the credit of an episode, as the program prints it`() async throws {
      let page = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
      let table = try #require(page.components(separatedBy: "```text\n").dropFirst().first)
        .components(separatedBy: "```")[0]
      let command = try #require(
        page.split(separator: "\n").first { $0.contains("turnwise credit traces/examples/group") })
      let words = command.components(separatedBy: "turnwise ")[1].replacingOccurrences(
        of: "traces", with: Self.root.appending(path: "traces").path)
      let printed = await turnwise(words)
      #expect(printed.status == 0)
      func squeezed(_ text: some StringProtocol) -> String {
        text.split(separator: " ").joined(separator: " ")
      }
      for line in table.split(separator: "\n") {
        #expect(squeezed(printed.answer).contains(squeezed(line)), "\(line)")
      }
    }

    @Test func `builds in a package of its own and learns 50 points more than chance`() async throws
    {
      let package = try await layOut()
      _ = try await PackagesOfOthers.swift("build -c release", in: package)
      func lockbox(_ arguments: String) async throws -> Data {
        try await PackagesOfOthers.run(
          [PackagesOfOthers.build.appending(path: "release/lockbox").path]
            + arguments.split(separator: " ").map(String.init), in: package)
      }
      _ = try await lockbox("check lockbox-v1")
      let play = "run lockbox-v1 --episodes 200 --json --force"
      let random = try JSON.decode(
        Played.self, from: try await lockbox(play + " --policy random --out traces/random"))
      _ = try await lockbox(
        "train lockbox-v1 --cloning-steps 3000 --updates 10 --out traces/mine --force"
      )
      let trained = try JSON.decode(
        Played.self, from: try await lockbox(play + " --policy traces/mine --out traces/trained"))
      #expect(trained.success - random.success >= 0.5, "\(random.success) → \(trained.success)")

      // The estimator is known to every command that knows estimators, and breaks no law.
      let laws = String(decoding: try await lockbox("laws --credit from-here,rloo"), as: UTF8.self)
      #expect(laws.contains("from-here"))
      let credit = String(
        decoding: try await lockbox("credit traces/mine --credit from-here,rloo --limit 1"),
        as: UTF8.self
      )
      #expect(credit.contains("from-here"))
      let compared = String(
        decoding: try await lockbox(
          "compare lockbox-v1 --credit rloo,from-here --seeds 1 --turns 60 --demonstrations 50"
            + " --cloning-steps 20 --evaluation-episodes 4 --out traces/compared --force"),
        as: UTF8.self)
      #expect(compared.contains("from-here"))
    }
  }
}
