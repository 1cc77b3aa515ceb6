internal import Foundation
internal import Turnwise

/// Writes a package with a new environment, ready to build.
struct NewCommand: Subcommand {
  let name = "new"
  let summary = "write a package with an environment of your own: rules, expert, tests, program"
  let operand: String? = "NAME"
  let examples = [
    "turnwise new lockbox", "turnwise new log-detective --template tools",
    "turnwise new chores --template tasks --out ~/chores",
  ]
  let flags = [Self.template, Self.package, Self.folder, .json]
  let needsKernels = false

  private static let template = Flag(
    "template", "what to start from: \(PackageTemplate.words)", value: "WORD",
    default: PackageTemplate.game.rawValue)
  private static let package = Flag(
    "turnwise", "the folder of the package Turnwise, on which the new one depends", value: "FOLDER",
    default: "the one in which this program was built")

  private static let folder = Flag(
    "out", "the folder of the package", value: "FOLDER", default: "a folder with its name")

  private struct Answer: Encodable {
    var package: String
    var environment: String
    var files: [String]
  }

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    guard let text = invocation.operands.first else {
      throw UsageError.missingOperand("the new package, such as 'lockbox'")
    }
    let names = try PackageNames(text)
    let template = try invocation.choice(Self.template, default: PackageTemplate.game)
    let turnwise = try invocation.text(Self.package).map(Self.package(at:)) ?? Self.ownPackage()
    let folder = URL(
      filePath: invocation.text(Self.folder) ?? names.package, directoryHint: .isDirectory)
    let files = template.files(names, turnwise: turnwise)
    try Self.write(files, to: folder)
    if invocation.has(.json) {
      try context.console.answer(
        json: Answer(
          package: folder.relativePath, environment: names.environment,
          files: files.map(\.path)))
    } else {
      context.console.answer(
        (files.map { "\(folder.relativePath)/\($0.path)" } + [
          "", "next:", "  cd \(folder.relativePath)",
        ] + template.commands(names).map { "  " + $0 }).joined(separator: "\n"))
    }
    return .success
  }

  // MARK: - The package that the new one depends on

  /// Returns the folder of Turnwise's package that the user names.
  ///
  /// - Throws: A ``UsageError`` if it does not contain the package.
  private static func package(at path: String) throws -> URL {
    let folder = URL(filePath: path, directoryHint: .isDirectory).standardizedFileURL
    guard isTurnwise(folder) else {
      throw UsageError.badValue(
        flag: package.name, text: path, expected: "the folder with Turnwise's Package.swift")
    }
    return folder
  }

  /// Returns the folder of Turnwise's package that contains this program, if SwiftPM has built it there.
  ///
  /// - Throws: A ``UsageError`` if the program is not in such a folder.
  private static func ownPackage() throws -> URL {
    var folder = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
    while let place = folder, place.pathComponents.count > 1 {
      if isTurnwise(place) { return place }
      folder = place.deletingLastPathComponent()
    }
    throw UsageError.conflict(
      "this program is not in the package that it was built from; add --\(package.name) FOLDER"
    )
  }

  private static func isTurnwise(_ folder: URL) -> Bool {
    let manifest = folder.appending(path: "Package.swift")
    let text = (try? String(contentsOf: manifest, encoding: .utf8)) ?? ""
    return text.contains("name: \"turnwise\"")
  }

  // MARK: - Files

  private static func write(_ files: [PackageTemplate.File], to folder: URL) throws {
    let manager = FileManager.default
    let present = (try? manager.contentsOfDirectory(atPath: folder.path)) ?? []
    guard present.isEmpty else {
      throw UsageError.conflict("\(folder.relativePath) is not empty; choose another --out")
    }
    for file in files {
      let url = folder.appending(path: file.path)
      do {
        try manager.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(file.text.utf8).write(to: url)
        if file.isExecutable {
          try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
        }
      } catch {
        throw TraceError(.system(SystemReason.words(error)), file: url.relativePath)
      }
    }
  }
}
