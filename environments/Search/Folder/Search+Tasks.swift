public import Foundation
public import TurnwiseCore
internal import TurnwiseSandbox

extension Search: TaskFolderEnvironment {
  /// What a question needs so that an expert can answer it.
  public static var expertNeed: String { "evidence that can be found" }

  /// Returns an environment that plays the questions of a folder on its corpus; see <doc:SearchCorpus>.
  ///
  /// - Throws: A ``TaskFileError``, or `Sandbox.ExposedPath` if agents of other environments, which have
  ///   a shell, could read the answers.
  public func playing(tasksIn folder: URL) throws -> Search {
    try Sandbox.requireHidden(folder.typedPath)
    var search = self
    search.files = try CorpusFiles(folder: folder.typedPath)
    // Read now, so that problems in the files are reported before anything is played.
    _ = try search.library
    return search
  }

  /// What was changed or ignored in the files, and questions whose answers no document contains.
  public var taskWarnings: [String] {
    ((try? library.warnings(by: answers)) ?? []).map(\.description)
  }
}
