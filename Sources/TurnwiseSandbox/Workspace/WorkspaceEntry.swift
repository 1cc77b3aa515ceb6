internal import Glibc
public import TurnwiseCore

extension Workspace {
  /// A file, directory or symbolic link under `/workspace` or `/tmp`.
  public struct Entry: Hashable, Sendable {
    /// The kind of an entry, with its contents.
    public enum Kind: Hashable, Sendable {
      /// A regular file and its bytes.
      case file(Blob)
      /// A directory; its contents are entries of the workspace.
      case directory
      /// A symbolic link and its target.
      case symbolicLink(Text)
    }

    /// The path relative to `/workspace` (or `/tmp`), such as `notes/todo.txt`.
    public let path: Text
    /// The kind of the entry.
    public let kind: Kind
    /// The permission bits, 0 to 0o777; always 0o777 for a symbolic link.
    public let mode: UInt16

    /// Creates an entry.
    ///
    /// - Parameters:
    ///   - path: The path relative to `/workspace` (or `/tmp`).
    ///   - kind: The kind of the entry.
    ///   - mode: The permission bits; other bits are dropped.
    public init(path: Text, kind: Kind, mode: UInt16) {
      self.path = path
      self.kind = kind
      if case .symbolicLink = kind { self.mode = 0o777 } else { self.mode = mode & 0o777 }
    }

    /// The bytes of a file; nil for other entries.
    public var blob: Blob? { if case .file(let blob) = kind { blob } else { nil } }

    /// The bytes that the entry takes in a file system in memory, which are whole pages.
    var allocatedBytes: Int {
      switch kind {
      case .file(let blob): Self.allocatedBytes(forBytes: blob.bytes.count)
      case .symbolicLink: Self.allocatedBytes(forBytes: 1)
      case .directory: 0
      }
    }

    /// The bytes that a file of `count` bytes takes in a file system in memory.
    static func allocatedBytes(forBytes count: Int) -> Int {
      let page = sysconf(Int32(_SC_PAGESIZE))
      return count > Int.max - page ? Int.max : (count + page - 1) / page * page
    }
  }
}

extension [Workspace.Entry] {
  /// The entry at a path; the array must be sorted.
  func entry(_ path: Text) -> Workspace.Entry? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].path.bytes.lexicographicallyPrecedes(path.bytes) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < count, self[low].path == path else { return nil }
    return self[low]
  }

  /// The entries, sorted by the bytes of their paths.
  func sortedByPath() -> [Workspace.Entry] {
    sorted { $0.path.bytes.lexicographicallyPrecedes($1.path.bytes) }
  }

  /// The bytes that all entries take in a file system in memory.
  ///
  /// Files that fitted as one file with several names, or with holes, may not fit when they are
  /// written again.
  var allocatedBytes: Int { reduce(0) { $0 + $1.allocatedBytes } }

  /// The largest number of directories that are nested in one another.
  var depth: Int {
    reduce(0) { depth, entry in
      let slashes = entry.path.bytes.count { $0 == UInt8(ascii: "/") }
      return Swift.max(depth, entry.kind == .directory ? slashes + 1 : slashes)
    }
  }
}
