internal import Foundation
internal import TurnwiseCore

/// The report of a check, which it may write to the file that its second argument names.
struct TaskReport: Hashable {
  /// The reward of an episode that failed, from 0 to less than 1; nil means 0.
  ///
  /// Success is worth 1, so a failure is always worth less.
  var score: Double?
  /// What the trace records, hidden from the agent.
  var gold: JSONValue?

  /// What is wrong with a report.
  enum Problem: Error, Hashable {
    case notAnObject
    case unknownField(String)
    case badScore(isSuccess: Bool)
  }

  private enum Field: String, CaseIterable { case score, gold }

  /// Reads a report; an empty file is an empty report.
  ///
  /// - Parameters:
  ///   - bytes: The contents of the file.
  ///   - isSuccess: Whether the check accepted the task.
  /// - Throws: What is wrong with the report.
  init(_ bytes: [UInt8], isSuccess: Bool) throws(Problem) {
    guard bytes.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return }
    guard let value = try? JSON.decode(JSONValue.self, from: Data(bytes)),
      case .object(let members) = value
    else { throw .notAnObject }
    if let unknown = members.keys.sorted().first(where: { Field(rawValue: $0) == nil }) {
      throw .unknownField(unknown)
    }
    gold = members[Field.gold.rawValue]
    guard let score = members[Field.score.rawValue] else { return }
    guard let number = try? score.decode(Double.self),
      isSuccess ? number == 1 : 0 <= number && number < 1
    else { throw .badScore(isSuccess: isSuccess) }
    self.score = number
  }
}

extension TaskReport.Problem {
  /// What is wrong, in a clause.
  var words: String {
    switch self {
    case .notAnObject: "it is not a JSON object"
    case .unknownField(let name): "'\(name)' is neither 'score' nor 'gold'"
    case .badScore(isSuccess: true): "'score' is not 1, which is the reward of success"
    case .badScore(isSuccess: false): "'score' is not a number from 0 to less than 1"
    }
  }
}
