public import Foundation

/// An environment that can play tasks which somebody put into a folder, without a line of Swift.
///
/// The option `--tasks FOLDER` of the command line asks it to. The tasks become parameters: they are
/// recorded in the run with all their files, so nothing that reads a run asks for the folder again.
///
/// It is here because command line and environments meet nowhere else; what is in such a folder is the
/// environment's own affair.
public protocol TaskFolderEnvironment: Environment {
  /// What a task of a folder must have so that the environment's expert knows it, such as "a solution".
  static var expertNeed: String { get }

  /// Returns an environment that plays the tasks of a folder instead of its own.
  ///
  /// - Throws: An ``InputError`` that names the file and what is wrong with it.
  func playing(tasksIn folder: URL) throws -> Self

  /// What the author of the tasks should know and what is no error, a line each: what was left out, or taken
  /// otherwise than it was written. The command line prints it where it has read a folder.
  var taskWarnings: [String] { get }
}

extension TaskFolderEnvironment {
  /// Nothing to warn of.
  public var taskWarnings: [String] { [] }
}

extension URL {
  /// The path of a folder as it was typed, for messages: without a slash at its end.
  package var typedPath: String {
    var path = relativePath
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }
}
