public import Foundation

/// An environment that can play tasks from a folder, so that a user adds tasks without writing Swift.
///
/// The command line's option `--tasks FOLDER` uses it. The tasks become parameters of the environment: a run
/// records them with all their files, so reading a run does not need the folder.
///
/// The environment defines the format of the folder. The protocol is in this module because both the command
/// line and the environments depend on it.
public protocol TaskFolderEnvironment: Environment {
  /// What a task in the folder needs so that the environment's expert can play it, such as "a solution".
  static var expertNeed: String { get }

  /// Returns a copy of the environment that plays the tasks of a folder instead of its own.
  ///
  /// - Throws: An ``InputError`` that names the file and what is wrong with it.
  func playing(tasksIn folder: URL) throws -> Self

  /// Warnings for the author of the tasks, one line each: what was ignored or interpreted differently from how
  /// it was written. The command line prints them after it has read a folder.
  var taskWarnings: [String] { get }
}

extension TaskFolderEnvironment {
  /// No warnings.
  public var taskWarnings: [String] { [] }
}

extension URL {
  /// The path of a folder as the user typed it, without a slash at its end, for messages.
  package var typedPath: String {
    var path = relativePath
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }
}
