internal import Foundation
internal import TurnwiseCore

extension TraceLayout {
  /// Adds credit to recorded episodes, and appends episodes that were played for it.
  ///
  /// What a record holds beside the credit stays as it is, fields of later writers included; credit of
  /// the same name is replaced. The new file takes the place of the old one by a rename.
  ///
  /// - Parameters:
  ///   - credit: The credit by estimator, by the number of the record, from 1.
  ///   - more: Records to append.
  /// - Throws: A ``TraceError``, in which case nothing is changed; also where the file ends inside a
  ///   record, since somebody may still be writing it.
  public func addCredit(
    _ credit: [Int: [String: CreditRecord]], appending more: [EpisodeRecord] = []
  ) throws {
    do {
      var lines = try Data(contentsOf: episodes).split(
        separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      guard lines.last?.isEmpty ?? true else {
        throw TraceError(.cutShort, file: episodes.relativePath, line: lines.count)
      }
      for (number, credit) in credit {
        lines[number - 1] = try Self.adding(credit, to: lines[number - 1])[...]
      }
      lines.removeLast()
      lines += try more.map { try JSON.encode($0)[...] }
      let file = Data(lines.map { $0 + [UInt8(ascii: "\n")] }.joined())
      try file.write(to: episodes, options: .atomic)
    } catch let error as TraceError {
      throw error
    } catch {
      throw TraceError(.system(error.localizedDescription), file: episodes.relativePath)
    }
  }

  private static func adding(_ credit: [String: CreditRecord], to line: Data) throws -> Data {
    guard case .object(var record) = try JSON.decode(JSONValue.self, from: line) else {
      return line
    }
    var all: [String: JSONValue] = [:]
    if case .object(let known)? = record["credit"] { all = known }
    for (name, credit) in credit { all[name] = try JSONValue(encoding: credit) }
    record["credit"] = .object(all)
    return try JSON.encode(JSONValue.object(record))
  }
}
