internal import Foundation
internal import TurnwiseCore

extension TraceLayout {
  /// Adds credit to recorded episodes, and appends episodes that were played to compute it.
  ///
  /// Other fields of a record do not change, including unknown fields of later versions; credit of the same
  /// name is replaced. Lines without a record do not change. The folder is locked, and the file is replaced
  /// atomically by a rename.
  ///
  /// - Parameters:
  ///   - credit: The credit by estimator, by the line of the record, from 1.
  ///   - more: Records to append.
  /// - Throws: A ``TraceError``, also if the file ends inside a record or another process writes into the
  ///   folder; the file is not changed then.
  public func addCredit(
    _ credit: [Int: [String: CreditRecord]], appending more: [EpisodeRecord] = []
  ) throws {
    let lock = try FolderLock(self)
    try lock.announce("credit")
    defer { withExtendedLifetime(lock) {} }
    do {
      var lines = try Data(RegularFile.bytes(of: episodes)).split(
        separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      guard lines.last?.isEmpty ?? true else {
        throw TraceError(.cutShort, file: episodes.relativePath, line: lines.count)
      }
      for (number, credit) in credit {
        guard lines.indices.contains(number - 1) else {
          throw TraceError(
            .inconsistent("it has changed since it was read"), file: episodes.relativePath)
        }
        lines[number - 1] = try Self.adding(credit, to: lines[number - 1])[...]
      }
      lines.removeLast()
      lines += try more.map { try JSON.encode($0)[...] }
      let file = Data(lines.map { $0 + [UInt8(ascii: "\n")] }.joined())
      try lock.check()
      try DurableFile.replace(episodes, with: file)
    } catch let error as TraceError {
      throw error
    } catch {
      throw TraceError(.system(SystemReason.words(error)), file: episodes.relativePath)
    }
  }

  private static func adding(_ credit: [String: CreditRecord], to line: Data) throws -> Data {
    guard case .object(var record) = try JSONText(line).value else { return line }
    var all: [String: JSONValue] = [:]
    if case .object(let known)? = record["credit"] { all = known }
    for (name, credit) in credit { all[name] = try JSONValue(encoding: credit) }
    record["credit"] = .object(all)
    return try JSON.encode(JSONValue.object(record))
  }
}
