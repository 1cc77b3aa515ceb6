package import Foundation
package import TurnwiseCore

/// A folder with a JSON value and files of tensors, replaced atomically as one unit.
///
/// The name of a file of tensors ends with the digest of its content: `policy-0123456789abcdef.safetensors`.
/// `state.json` contains the value and the digests of its files. It is renamed last, so it always refers to
/// complete files of the same save, even if the program or the machine stops. Files that it does not refer to
/// are removed.
package struct StateFolder {
  /// The folder.
  package let folder: URL

  /// Refers to a folder, which need not exist.
  package init(_ folder: URL) { self.folder = folder }

  /// The content of `state.json`.
  package struct Index: Codable, Sendable {
    /// The version of the format.
    package var version: Int
    /// The digest of each file, by its name.
    package var files: [String: String]
    /// The value.
    package var state: JSONValue
  }

  /// The version that this code writes and reads.
  package static let version = 2

  /// The file `state.json`, which is renamed last.
  package var index: URL { folder.appending(path: "state.json") }

  /// Replaces the content.
  ///
  /// - Parameters:
  ///   - files: The files by their names, which may contain letters, digits, hyphens and underscores.
  ///   - state: The value.
  /// - Throws: A ``TraceError``.
  package func write(_ files: [String: Data], state: JSONValue) throws(TraceError) {
    if mkdir(folder.path, 0o777) == 0 {
      DurableFile.synchronize(folder.deletingLastPathComponent())
    } else if errno != EEXIST {
      throw TraceError(.system(SystemReason.words(errno)), file: folder.relativePath)
    }
    var index = Index(version: Self.version, files: [:], state: state)
    for (name, data) in files.sorted(by: { $0.key < $1.key }) {
      require(Self.isName(name), "'\(name)' cannot be the name of a file of tensors.")
      let digest = Self.digest(of: data)
      index.files[name] = digest
      let file = file(name, digest)
      // A file that exists under this name is complete, because it was flushed before it was renamed.
      if !FileManager.default.fileExists(atPath: file.path) {
        try DurableFile.replace(file, with: data)
      }
    }
    DurableFile.synchronize(folder)
    let data: Data
    do {
      data = try JSON.encode(index)
    } catch {
      throw TraceError(.system("\(error)"), file: self.index.relativePath)
    }
    try DurableFile.replace(self.index, with: data)
    DurableFile.synchronize(folder)
    removeOthers(than: index)
  }

  /// Reads `state.json`.
  ///
  /// - Throws: A ``TraceError``.
  package func readIndex() throws(TraceError) -> Index {
    let bytes = try RegularFile.bytes(of: index)
    do throws(TraceJSON.Refusal) {
      let value = try TraceJSON.value(JSONValue.self, bytes)
      if case .integer(let version)? = value["version"], version != Self.version {
        throw TraceJSON.Refusal(problem: .version(version, expected: Self.version))
      }
      return try TraceJSON.value(Index.self, bytes)
    } catch {
      throw TraceError(error.problem, file: index.relativePath)
    }
  }

  /// Reads everything.
  ///
  /// - Returns: The bytes of the files by their names, and the value.
  /// - Throws: A ``TraceError``, also if the content of a file does not have the recorded digest.
  package func read() throws(TraceError) -> (files: [String: [UInt8]], state: JSONValue) {
    var index = try readIndex()
    while true {
      do {
        var files: [String: [UInt8]] = [:]
        for (name, digest) in index.files { files[name] = try read(name, digest) }
        return (files, index.state)
      } catch  where error.problem == .missing {
        // A writer may have replaced the files after `state.json` was read.
        let newer = try readIndex()
        guard newer.files != index.files else { throw error }
        index = newer
      }
    }
  }

  private func read(_ name: String, _ digest: String) throws(TraceError) -> [UInt8] {
    guard Self.isName(name), Self.isName(digest) else {
      throw TraceError(
        .inconsistent("'\(name)' is not a valid file name"), file: index.relativePath)
    }
    let file = file(name, digest)
    let bytes = try RegularFile.bytes(of: file)
    guard Self.digest(of: bytes) == digest else {
      throw TraceError(
        .inconsistent("its content does not match the digest in its name"),
        file: file.relativePath)
    }
    return bytes
  }

  /// Removes the files of a writer that was stopped while it replaced the content.
  package func removeLeftovers() {
    if let index = try? readIndex() { removeOthers(than: index) }
  }

  /// Removes all files of the state, and the folder if it is empty then.
  package func remove() {
    removeOthers(than: Index(version: Self.version, files: [:], state: .null))
    unlink(index.path)
    rmdir(folder.path)
  }

  private func removeOthers(than index: Index) {
    let kept = Set(index.files.map { file($0.key, $0.value).lastPathComponent })
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where !kept.contains(name) {
      let isTemporary = name.hasPrefix(".") && name.hasSuffix(".new")
      if isTemporary || name.wholeMatch(of: /[-\w]+-[0-9a-f]{16}\.safetensors/) != nil {
        unlink(folder.appending(path: name).path)
      }
    }
  }

  private func file(_ name: String, _ digest: String) -> URL {
    folder.appending(path: "\(name)-\(digest).safetensors")
  }

  private static func digest(of bytes: some Collection<UInt8>) -> String {
    String(Digest(of: bytes).hexadecimal.prefix(16))
  }

  private static func isName(_ text: String) -> Bool { text.wholeMatch(of: /[-\w]+/) != nil }
}
