import Foundation
import Testing
import TurnwiseTestSupport

/// Packages that depend on this one, built and used as their pages say.
///
/// They depend on a release, as users do, for which SwiftPM has stricter rules than for a path. All are built in
/// one folder, one after the other, so that Turnwise is compiled once. The folder stays, so that the next run
/// builds only what has changed.
@Suite(.serialized) enum PackagesOfOthers {
  /// Where they are.
  static let place = repository(".build/packages")
  /// Where they are built.
  static let build = place.appending(path: "build", directoryHint: .isDirectory)

  /// The dependency on a copy of this package with a version, as it is written in a manifest.
  static let release = Task {
    let copy = place.appending(path: "turnwise", directoryHint: .isDirectory)
    try? FileManager.default.removeItem(at: copy)  // Else a file that was renamed stays.
    try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
    for name in ["Package.swift", "Sources", "environments", "Tests"] {
      _ = try await run(
        ["cp", "-R", "--preserve=timestamps", repository(name).path, "."], in: copy)
    }
    return ".package(url: \"file://\(copy.path)\", exact: \"\(try await version(of: copy))\")"
  }

  /// Makes a folder a repository with one version, whose number comes from the contents.
  private static func version(of folder: URL) async throws -> String {
    func git(_ arguments: String...) async throws -> String {
      // With times that are the same for the same contents, so is the commit.
      let times = [
        "GIT_AUTHOR_DATE=2000-01-01T00:00:00Z", "GIT_COMMITTER_DATE=2000-01-01T00:00:00Z",
      ]
      let identity = ["-c", "user.name=Test", "-c", "user.email=test@localhost"]
      return String(
        decoding: try await run(times + ["git"] + identity + arguments, in: folder), as: UTF8.self)
    }
    _ = try await git("init", "--quiet")
    _ = try await git("add", "--all", "--", ":!log.txt", ":!output.txt")
    _ = try await git("commit", "--quiet", "--message", "A copy")
    let number = try #require(Int(try await git("rev-parse", "HEAD").prefix(7), radix: 16))
    _ = try await git("tag", "1.0.\(number)")
    return "1.0.\(number)"
  }

  /// Runs a command of SwiftPM, such as `build -c release`, in the folder of a package.
  static func swift(_ command: String, in package: URL) async throws -> Data {
    // SwiftPM would take the plan of the package that was built here before.
    try? FileManager.default.removeItem(at: build.appending(path: "release.yaml"))
    let (verb, rest) = (command.prefix { $0 != " " }, command.drop { $0 != " " }.dropFirst())
    return try await run(
      ["swift", String(verb), "--disable-dependency-cache", "--scratch-path", build.path]
        + rest.split(separator: " ").map(String.init), in: package)
  }

  /// Runs a program and returns what it wrote to standard output.
  ///
  /// No thread waits for it: there are as few as processors, and other tests need them.
  static func run(_ arguments: [String], in folder: URL) async throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    let (log, output) = (folder.appending(path: "log.txt"), folder.appending(path: "output.txt"))
    for file in [log, output] { try Data().write(to: file) }
    process.standardError = try FileHandle(forWritingTo: log)
    process.standardOutput = try FileHandle(forWritingTo: output)
    try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in ended.resume() }
      do { try process.run() } catch {
        process.terminationHandler = nil
        ended.resume(throwing: error)
      }
    }
    let data = try Data(contentsOf: output)
    let errors = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
    let words = String(decoding: data, as: UTF8.self) + errors
    try #require(
      process.terminationStatus == 0, "\(arguments.joined(separator: " ")): \(words.suffix(4000))")
    return data
  }
}
