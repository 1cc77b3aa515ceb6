internal import Glibc
public import TurnwiseCore

/// Why a path of a workspace or a folder cannot be read or written.
public enum FileError: Error, Hashable, Sendable {
  /// The path is empty.
  case empty
  /// The path contains a NUL byte, which no name can.
  case containsNUL
  /// The path, or a name in it, is longer than the kernel allows.
  case tooLong
  /// The path is absolute and not below `/workspace`.
  case absolute(Text)
  /// The path contains `..`.
  case leadsUp(Text)
  /// Nothing exists at the path.
  case missing(Text)
  /// The path is a directory instead of a file.
  case isDirectory(Text)
  /// The path, or a name on the way, is not a directory.
  case isNotDirectory(Text)
  /// The path, or a name on the way, is a symbolic link. Links are not followed.
  case isLink(Text)
  /// The path is a pipe, socket or device.
  case isSpecial(Text)
  /// The permissions do not allow it.
  case notAllowed(Text)
  /// There are more bytes than can be read or written.
  case tooLarge(Text, bytes: Int, limit: Int)
  /// There are more entries, or deeper directories, than a workspace may have.
  case tooMany(Text)
  /// The text to replace does not occur.
  case noMatch(Text)
  /// The text to replace occurs more than once.
  case manyMatches(Text, count: Int)
  /// Paths cannot be resolved safely on this machine.
  case refused(Sandbox.Refusal)
  /// The system reported another error.
  case system(Text, code: Int32)
}

extension FileError: CustomStringConvertible {
  /// The reason in a sentence, with names in quotes and without control characters.
  public var description: String {
    switch self {
    case .empty: "The path is empty."
    case .containsNUL: "The path contains a NUL byte."
    case .tooLong: "The path, or a name in it, is too long."
    case .absolute(let path): "\(Self.quoted(path)) is not below \(SandboxLayout.workspacePath)."
    case .leadsUp(let path): "\(Self.quoted(path)) leads up with '..'."
    case .missing(let path): "There is no \(Self.quoted(path))."
    case .isDirectory(let path): "\(Self.quoted(path)) is a directory."
    case .isNotDirectory(let path): "\(Self.quoted(path)) is not a directory."
    case .isLink(let path): "\(Self.quoted(path)) is a symbolic link; links are not followed."
    case .isSpecial(let path): "\(Self.quoted(path)) is not a regular file."
    case .notAllowed(let path): "The permissions of \(Self.quoted(path)) do not allow this."
    case .tooLarge(let path, let bytes, let limit):
      "\(Self.quoted(path)) has \(bytes) bytes; at most \(limit) are possible."
    case .tooMany(let path):
      "There are too many names, or too many levels, at \(Self.quoted(path))."
    case .noMatch(let path): "The old text does not occur in \(Self.quoted(path))."
    case .manyMatches(let path, let count):
      "The old text occurs \(count) times in \(Self.quoted(path)); it must occur once."
    case .refused(let refusal): refusal.description
    case .system(let path, let code): "\(Self.quoted(path)): \(Errno(code))."
    }
  }

  private static func quoted(_ path: Text) -> String { path.string.debugDescription }

  /// Creates the error for an error number of a call that opens a path.
  init(_ error: Errno, at path: Text) {
    self =
      switch error.code {
      case ENOENT: .missing(path)
      case EISDIR: .isDirectory(path)
      case ENOTDIR: .isNotDirectory(path)
      case ELOOP: .isLink(path)
      case EXDEV: .leadsUp(path)
      case ENXIO, ENODEV: .isSpecial(path)
      case EACCES, EPERM: .notAllowed(path)
      case ENAMETOOLONG: .tooLong
      default: .system(path, code: error.code)
      }
  }
}
