public import Foundation
internal import TurnwiseCore

/// Reads a file of records, with one JSON object per line.
///
/// Every record is validated, because traces may come from untrusted sources. Blank lines are ignored. A damaged
/// line is reported in ``damage`` and skipped. The file may still be growing: an incomplete last line is
/// reported as ``cut`` instead of damage.
public struct RecordReader<Record: TraceRecord>: Sequence, IteratorProtocol {
  /// How many damaged lines are reported in ``damage``; all of them are counted.
  public static var namedLimit: Int { 10 }

  private let file: String
  private var lines: LineReader
  private var isAtEnd = false
  /// The line of the last record that was returned, from 1.
  public private(set) var line = 0
  /// The place of an incomplete last record, once it was reached.
  public private(set) var cut: TraceError?
  /// The errors of the first damaged lines.
  public private(set) var damage: [TraceError] = []
  /// The number of damaged lines so far.
  public private(set) var damagedLines = 0

  /// Opens a file.
  ///
  /// - Throws: A ``TraceError`` if it cannot be read.
  public init(_ url: URL, of type: Record.Type = Record.self) throws {
    file = url.relativePath
    lines = LineReader(try RegularFile(url))
  }

  /// The first error, if there was one.
  public var error: TraceError? { damage.first }

  /// Reads the next record; returns `nil` at the end.
  public mutating func next() -> Record? {
    while !isAtEnd {
      let line: LineReader.Line?
      do {
        line = try lines.next()
      } catch {
        isAtEnd = true
        note(error)
        return nil
      }
      guard let line else {
        isAtEnd = true
        return nil
      }
      guard !line.isBlank else { continue }
      do {
        let record = try TraceJSON.record(
          Record.self, line.bytes, explains: damage.count < Self.namedLimit)
        self.line = line.number
        return record
      } catch {
        // Only an incomplete last line that begins like a record may be one that is still being written.
        let isCut = line.isCut && error.isCut && line.bytes.first == UInt8(ascii: "{")
        let place = (line: line.number, byte: line.start)
        if isCut {
          cut = TraceError(.cutShort, file: file, line: place.line, byte: place.byte)
        } else {
          note(TraceError(error.problem, file: file, line: place.line, byte: place.byte))
        }
      }
    }
    return nil
  }

  private mutating func note(_ error: TraceError) {
    damagedLines += 1
    if damage.count < Self.namedLimit { damage.append(error) }
  }

  /// Reads all records up to the end or an incomplete record.
  ///
  /// - Throws: A ``TraceError`` that names file, line and byte of the first damage.
  public mutating func readAll() throws -> [Record] {
    var records: [Record] = []
    while let record = next() { records.append(record) }
    if let error { throw error }
    return records
  }
}

/// Reads the JSON of a run's files, in time and memory proportional to its length.
package enum TraceJSON {
  /// Why a text cannot be read.
  package struct Refusal: Error {
    /// What is wrong.
    package var problem: TraceError.Problem
    /// Whether the text ends too early.
    package var isCut = false
  }

  private struct Version: Decodable { var version: Int }

  /// The largest ``JSONText/weight`` for which Foundation's slow decoder is used to explain an error.
  private static let explainedWeight = 100_000

  /// Reads a record and validates it.
  static func record<Record: TraceRecord>(
    _ type: Record.Type, _ text: some Collection<UInt8>, explains: Bool = true
  ) throws(Refusal) -> Record {
    let json = try parsed(text)
    // The version is checked first, because a record of another version may have any shape.
    let version = try decoded(Version.self, json, explains).version
    guard TraceLayout.readableVersions ~= version else {
      throw Refusal(problem: .version(version, expected: TraceLayout.version))
    }
    var record = try decoded(type, json, explains)
    record.upgrade()
    if let problem = record.problem { throw Refusal(problem: .inconsistent(problem)) }
    return record
  }

  /// Reads a value.
  ///
  /// - Throws: A ``Refusal``.
  package static func value<T: Decodable>(
    _ type: T.Type, _ text: some Collection<UInt8>
  ) throws(Refusal) -> T {
    try decoded(type, parsed(text), true)
  }

  private static func parsed(_ text: some Collection<UInt8>) throws(Refusal) -> JSONText {
    do {
      return try JSONText(text)
    } catch {
      throw Refusal(problem: .notARecord("\(error)"), isCut: error.isCut)
    }
  }

  private static func decoded<T: Decodable>(
    _ type: T.Type, _ json: JSONText, _ explains: Bool
  ) throws(Refusal) -> T {
    do {
      return explains && json.weight <= explainedWeight
        ? try json.value.decode(type) : try json.value.decodeBriefly(type)
    } catch let error as DecodingError {
      throw Refusal(problem: .notARecord(error.plainDescription))
    } catch {
      throw Refusal(problem: .notARecord("\(error)"))
    }
  }
}

extension TraceLayout {
  /// Reads `run.json`.
  ///
  /// - Throws: A ``TraceError``.
  public func readRun() throws -> RunRecord {
    let bytes = try RegularFile.bytes(of: run)
    do {
      return try TraceJSON.record(RunRecord.self, bytes)
    } catch {
      throw TraceError(error.problem, file: run.relativePath, line: 1, byte: 0)
    }
  }

  /// Reads a file of the run that contains one JSON value.
  ///
  /// - Throws: A ``TraceError``.
  package func read<T: Decodable>(_ type: T.Type, from file: URL) throws -> T {
    let bytes = try RegularFile.bytes(of: file)
    do {
      return try TraceJSON.value(type, bytes)
    } catch {
      throw TraceError(error.problem, file: file.relativePath)
    }
  }
}
