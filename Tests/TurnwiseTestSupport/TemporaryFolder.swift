public import Foundation

/// A folder for the files of a test, which is removed with its last reference.
public final class TemporaryFolder: Sendable {
  /// The folder; it exists after something was written to it.
  public let url = FileManager.default.temporaryDirectory.appending(
    path: "turnwise-test-\(UUID())", directoryHint: .isDirectory)

  /// Chooses the path of a new folder.
  public init() {}

  /// Creates a new folder.
  public static func created() throws -> TemporaryFolder {
    let folder = TemporaryFolder()
    try folder.create()
    return folder
  }

  deinit { remove() }

  /// The path of the folder, without a slash at its end.
  public var path: String { url.path }

  /// Creates the folder.
  public func create() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  /// Writes a file and creates the folders that contain it.
  public func write(_ contents: some Sequence<UInt8>, to path: String) throws {
    let file = url.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(contents).write(to: file)
  }

  /// Removes a file or a folder in this folder.
  public func remove(_ path: String) throws {
    try FileManager.default.removeItem(at: url.appending(path: path))
  }

  /// Removes this folder before the last reference to it is released.
  public func remove() { try? FileManager.default.removeItem(at: url) }
}

/// Returns the file or folder of the repository at a path.
public func repository(_ path: String) -> URL {
  URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: path)
}
