internal import Foundation
internal import Turnwise

/// The template of a new package.
enum PackageTemplate: String, CaseIterable, WordChoice {
  /// A text game with a few tools.
  case game
  /// Files and bash in a sandbox.
  case tools
  /// A folder of shell tasks, with no Swift except the program.
  case tasks

  /// A file of the package.
  struct File {
    var path: String
    var text: String
    var isExecutable = false
  }

  /// Returns the files of a package.
  func files(_ names: PackageNames, turnwise: URL) -> [File] {
    let own =
      switch self {
      case .game: Self.gameFiles
      case .tools: Self.toolsFiles
      case .tasks: Self.tasksFiles
      }
    let replacements = [
      "{{Type}}": names.type, "{{package}}": names.package, "{{id}}": environment(names),
      "{{turnwise}}": turnwise.path, "{{identity}}": turnwise.lastPathComponent.lowercased(),
      "{{commands}}": commands(names).joined(separator: "\n"),
    ]
    return (own + Self.sharedFiles).map { file in
      var file = file
      for (key, value) in replacements {
        file.path = file.path.replacingOccurrences(of: key, with: value)
        file.text = file.text.replacingOccurrences(of: key, with: value)
      }
      file.text = Self.sortingImports(file.text)
      return file
    }
  }

  /// Sorts the imports, whose order depends on the name of the package.
  private static func sortingImports(_ text: String) -> String {
    let lines = text.components(separatedBy: "\n")
    let isImport = { (line: String) in line.hasPrefix("import ") }
    let imports = lines.prefix(while: isImport)
    return (imports.sorted() + lines.dropFirst(imports.count)).joined(separator: "\n")
  }

  /// Returns the id of the environment that the program plays.
  func environment(_ names: PackageNames) -> String {
    self == .tasks ? "shell-v1" : names.environment
  }

  /// Returns command lines that test, check, play, train and read, in this order.
  ///
  /// Without testable imports the tests are built as the program is, so that Turnwise is compiled once.
  func commands(_ names: PackageNames) -> [String] {
    let environment = environment(names)
    let program = "swift run -c release \(names.package)"
    let tasks = self == .tasks ? " --tasks Tasks" : ""
    // Small, for a first result within a minute. The tasks are few, and need fewer demonstrations.
    let small =
      self == .tasks
      ? "--updates 10 --demonstrations 200 --cloning-steps 400"
      : "--updates 15 --demonstrations 1000 --cloning-steps 2500"
    return [
      "swift test -c release --disable-testable-imports", "\(program) check \(environment)\(tasks)",
      "\(program) run \(environment)\(tasks) --policy human",
      "\(program) train \(environment)\(tasks) \(small) --out traces/first",
      "\(program) show traces/first",
      "\(program) run \(environment)\(tasks) --policy traces/first",
    ]
  }

  private static let sharedFiles = [
    File(path: ".gitignore", text: ".build/\ntraces/\n")
  ]
}
