internal import Foundation
internal import TurnwiseCore

extension TraceLayout {
  /// Adds credit to recorded episodes, and appends episodes that were played for it.
  ///
  /// What else a record holds stays as it is, including fields of later writers; credit of the same name is
  /// replaced. Lines without a record stay as they are. The new file takes the place of the old one by a
  /// rename, while nobody else writes into the folder.
  ///
  /// - Parameters:
  ///   - credit: The credit by estimator, by the line of the record, from 1.
  ///   - more: Records to append.
  /// - Throws: A ``TraceError``, in which case nothing is changed; also if the file ends inside a
  ///   record, or another process writes into the folder.
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
