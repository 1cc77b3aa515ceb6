public import Foundation
internal import TurnwiseCore

/// Reads a file of records, one JSON object a line.
///
/// Every record is validated, because a trace comes from outside. The file may still be growing: a
/// last line that was cut short is reported as ``cut`` and not as an error.
public struct RecordReader<Record: TraceRecord>: Sequence, IteratorProtocol {
  private let file: String
  private let data: Data
  private var position = 0
  private var line = 0
  /// Where the file was cut inside its last record, once that was reached.
  public private(set) var cut: TraceError?
  /// The first thing that was wrong; reading ends there.
  public private(set) var error: TraceError?

  /// Opens a file.
  ///
  /// - Throws: A ``TraceError`` if it cannot be read.
  public init(_ url: URL, of type: Record.Type = Record.self) throws {
    file = url.relativePath
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw TraceError(.missing, file: file)
    }
    do {
      data = try Data(contentsOf: url, options: .alwaysMapped)
    } catch {
      throw TraceError(.system(error.localizedDescription), file: file)
    }
  }

  /// Reads the next record; returns `nil` at the end, at a cut, and at an error.
  public mutating func next() -> Record? {
    guard error == nil, cut == nil, position < data.count else { return nil }
    let start = position
    let end = data[start...].firstIndex(of: UInt8(ascii: "\n"))
    position = (end ?? data.count) + (end == nil ? 0 : 1)
    line += 1
    do {
      return try Self.record(data[start..<(end ?? data.count)])
    } catch {
      // Only a last line without its end that begins as records do can be one that was being written.
      if end == nil, data[start] == UInt8(ascii: "{"), case .notARecord = error {
        cut = TraceError(.cutShort, file: file, line: line, byte: start)
      } else {
        self.error = TraceError(error, file: file, line: line, byte: start)
      }
      return nil
    }
  }

  /// Reads all records up to the end or a cut.
  ///
  /// - Throws: A ``TraceError`` that names file, line and byte.
  public mutating func readAll() throws -> [Record] {
    var records: [Record] = []
    while let record = next() { records.append(record) }
    if let error { throw error }
    return records
  }

  private struct Version: Decodable { var version: Int }

  static func record(_ line: Data) throws(TraceError.Problem) -> Record {
    do {
      // The version first: a record of another version may have any shape.
      let version = try JSON.decode(Version.self, from: line).version
      guard version == TraceLayout.version else {
        throw TraceError.Problem.version(version, expected: TraceLayout.version)
      }
      let record = try JSON.decode(Record.self, from: line)
      if let problem = record.problem { throw TraceError.Problem.inconsistent(problem) }
      return record
    } catch let problem as TraceError.Problem {
      throw problem
    } catch let error as DecodingError {
      throw .notARecord(error.plainDescription)
    } catch {
      throw .notARecord("\(error)")
    }
  }
}

extension TraceError.Problem: Error {}

extension TraceLayout {
  /// Reads `run.json`.
  ///
  /// - Throws: A ``TraceError``.
  public func readRun() throws -> RunRecord {
    guard FileManager.default.fileExists(atPath: run.path) else {
      throw TraceError(.missing, file: run.relativePath)
    }
    do {
      return try RecordReader<RunRecord>.record(Data(contentsOf: run))
    } catch let problem as TraceError.Problem {
      throw TraceError(problem, file: run.relativePath, line: 1, byte: 0)
    } catch {
      throw TraceError(.system(error.localizedDescription), file: run.relativePath)
    }
  }
}
