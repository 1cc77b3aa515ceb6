import Foundation
import Testing
import TurnwiseCore

@Suite struct `The environment in the README` {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The Swift blocks of the README, in order.
  private func blocks() throws -> [String] {
    try readme().components(separatedBy: "```swift\n").dropFirst().map { block in
      block.components(separatedBy: "```")[0]
    }
  }

  private func readme() throws -> String {
    try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
  }

  private func block(with words: String) throws -> String {
    try #require(try blocks().first { $0.contains(words) }, "The README has no '\(words)'.")
  }

  /// Runs a program and returns what it wrote to standard output.
  private func run(_ arguments: [String], in folder: URL) throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let log = folder.appending(path: "log.txt")
    try Data().write(to: log)
    process.standardError = try FileHandle(forWritingTo: log)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let errors = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
    let words = String(decoding: data, as: UTF8.self) + errors
    try #require(process.terminationStatus == 0, "\(arguments.joined(separator: " ")): \(words)")
    return data
  }

  /// Lays out the README's package beside a copy of this one, under the name that the README uses.
  ///
  /// It depends on a version of the copy, as users of a release do, for which SwiftPM has stricter
  /// rules than for a path. The folder stays, so that the next run builds only what has changed.
  private func layOut() throws -> URL {
    let folder = Self.root.appending(path: ".build/readme", directoryHint: .isDirectory)
    let copy = folder.appending(path: "turnwise", directoryHint: .isDirectory)
    let package = folder.appending(path: "lockbox", directoryHint: .isDirectory)
    let sources = package.appending(path: "Sources/lockbox", directoryHint: .isDirectory)
    try? FileManager.default.removeItem(at: copy)  // Else a file that was renamed stays.
    for place in [copy, sources] {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    }
    for name in ["Package.swift", "Sources", "environments", "Tests"] {
      _ = try run(
        ["cp", "-R", "--preserve=timestamps", Self.root.appending(path: name).path, "."],
        in: copy)
    }
    let (manifest, path) = (try block(with: "name: \"lockbox\""), ".package(path: \"../turnwise\")")
    try #require(manifest.contains(path))
    let version = ".package(url: \"file://\(copy.path)\", exact: \"\(try release(copy))\")"
    try write(
      manifest.replacingOccurrences(of: path, with: version),
      to: package.appending(path: "Package.swift"))
    let (plain, registered) = (
      "environments: [Lockbox()])", "environments: [Lockbox()], estimators: [FromHere()])"
    )
    let main = try block(with: "struct Lockbox")
    try #require(main.contains(plain) && (try readme()).contains(registered))
    try write(
      main.replacingOccurrences(of: plain, with: registered),
      to: sources.appending(path: "main.swift"))
    try write(try block(with: "struct FromHere"), to: sources.appending(path: "FromHere.swift"))
    // The flat loop must compile as well.
    try write(try block(with: "func train("), to: sources.appending(path: "Loop.swift"))
    return package
  }

  /// Makes a folder a repository with one version, whose number comes from the contents.
  private func release(_ folder: URL) throws -> String {
    func git(_ arguments: String...) throws -> String {
      // With times that are the same for the same contents, so is the commit.
      let times = [
        "GIT_AUTHOR_DATE=2000-01-01T00:00:00Z", "GIT_COMMITTER_DATE=2000-01-01T00:00:00Z",
      ]
      let identity = ["-c", "user.name=Test", "-c", "user.email=test@localhost"]
      return String(
        decoding: try run(times + ["git"] + identity + arguments, in: folder), as: UTF8.self)
    }
    _ = try git("init", "--quiet")
    _ = try git("add", "--all", "--", ":!log.txt")
    _ = try git("commit", "--quiet", "--message", "A copy")
    let number = try #require(Int(try git("rev-parse", "HEAD").prefix(7), radix: 16))
    _ = try git("tag", "1.0.\(number)")
    return "1.0.\(number)"
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

  @Test func `builds in a package of its own and learns 50 points more than chance`() throws {
    let package = try layOut()
    _ = try run(["swift", "build", "-c", "release", "--disable-dependency-cache"], in: package)
    func lockbox(_ arguments: String) throws -> Data {
      try run(
        [".build/release/lockbox"] + arguments.split(separator: " ").map(String.init), in: package)
    }
    _ = try lockbox("check lockbox-v1")
    let play = "run lockbox-v1 --episodes 200 --json --force"
    let random = try JSON.decode(
      Played.self, from: lockbox(play + " --policy random --out traces/random"))
    _ = try lockbox(
      "train lockbox-v1 --cloning-steps 3000 --updates 10 --out traces/mine --force"
    )
    let trained = try JSON.decode(
      Played.self, from: lockbox(play + " --policy traces/mine --out traces/trained"))
    #expect(trained.success - random.success >= 0.5, "\(random.success) → \(trained.success)")

    // The estimator is known to every command that knows estimators, and breaks no law.
    let laws = String(decoding: try lockbox("laws --credit from-here,rloo"), as: UTF8.self)
    #expect(laws.contains("from-here"))
    let credit = String(
      decoding: try lockbox("credit traces/mine --credit from-here,rloo --limit 1"), as: UTF8.self)
    #expect(credit.contains("from-here"))
    let compared = String(
      decoding: try lockbox(
        "compare lockbox-v1 --credit rloo,from-here --seeds 1 --turns 60 --demonstrations 50"
          + " --cloning-steps 20 --evaluation-episodes 4 --out traces/compared --force"),
      as: UTF8.self)
    #expect(compared.contains("from-here"))
  }
}
