public import Foundation
public import TurnwiseCore
internal import TurnwiseSandbox

extension Search: TaskFolderEnvironment {
  /// Documents that lead to the answer, each of which a search by words read so far brings up.
  public static var expertNeed: String { "evidence that can be found" }

  /// Plays the questions of a folder on the corpus of that folder; see <doc:SearchCorpus>.
  ///
  /// - Throws: A ``CorpusError``, or `Sandbox.ExposedPath` where agents of other environments, which
  ///   have a shell, could read the answers.
  public func playing(tasksIn folder: URL) throws -> Search {
    try Sandbox.requireHidden(folder.typedPath)
    var search = self
    search.files = try CorpusFiles(folder: folder.typedPath)
    // What is wrong with the files is said before anything is played.
    _ = try search.library
    return search
  }

  /// What was taken otherwise than it was written, and answers that no document holds.
  public var taskWarnings: [String] {
    ((try? library.warnings(by: answers)) ?? []).map(\.description)
  }
}
