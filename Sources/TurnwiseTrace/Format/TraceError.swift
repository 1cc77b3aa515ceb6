/// What is wrong with a trace and where.
public struct TraceError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// The file or folder does not exist.
    case missing
    /// The file could not be read or written; contains the reason.
    case system(String)
    /// The record was written in another version of the format.
    case version(Int, expected: Int)
    /// The line is not a JSON object of the expected shape.
    case notARecord(String)
    /// The record is inconsistent in itself or with another part of the run.
    case inconsistent(String)
    /// The file ends in the middle of its last record.
    case cutShort
    /// The folder is not empty.
    case notEmpty
    /// The folder contains files that were not written by a run.
    case notARun
    /// Another process writes into the folder; contains the process, if it is known.
    case held(FolderHolder?)
    /// The folder was moved, removed or replaced while it was written to.
    case replaced
    /// The data to write is larger than the limit; both in bytes.
    case tooLarge(Int, limit: Int)
  }

  /// The file.
  public var file: String
  /// The line, from 1, if the problem is in a line.
  public var line: Int?
  /// The offset of the line in bytes.
  public var byte: Int?
  /// What is wrong.
  public var problem: Problem

  /// Creates an error.
  public init(_ problem: Problem, file: String, line: Int? = nil, byte: Int? = nil) {
    self.file = file
    self.line = line
    self.byte = byte
    self.problem = problem
  }
}

extension TraceError: CustomStringConvertible {
  /// The place and the problem, on one line.
  public var description: String {
    let place = line.map { line in
      file + " line \(line)" + (byte.map { " (byte \($0))" } ?? "")
    }
    return "\(place ?? file): \(problem.words)"
  }

  /// What to do about it.
  public var hint: String? {
    switch problem {
    case .missing: "a run's folder contains run.json and episodes.jsonl"
    case .version(let found, let expected) where found > expected: "read it with a newer Turnwise"
    case .version: "read it with the Turnwise that wrote it"
    case .notEmpty: "choose another --out, or add --force to replace the earlier run"
    case .notARun: "--force replaces only runs of Turnwise; choose another --out"
    case .held: "wait until it has ended, or choose another folder"
    case .replaced: "what was written may be lost; do not move a folder while it is written to"
    default: nil
    }
  }
}

extension TraceError.Problem {
  fileprivate var words: String {
    switch self {
    case .missing: "no such file or folder"
    case .system(let reason): reason
    case .version(let found, let expected):
      "has version \(found); this program reads versions up to \(expected)"
    case .notARecord(let reason): "is not a valid record: \(reason)"
    case .inconsistent(let reason): "contradicts itself: \(reason)"
    case .cutShort: "the file ends inside this record"
    case .notEmpty: "is not empty"
    case .notARun: "is not empty, and its content was not written by Turnwise"
    case .held(let holder): "is being written to by \(holder?.description ?? "another process")"
    case .replaced: "is no longer the folder that was opened"
    case .tooLarge(let bytes, let limit): "would grow by \(bytes) bytes, and \(limit) are allowed"
    }
  }
}
