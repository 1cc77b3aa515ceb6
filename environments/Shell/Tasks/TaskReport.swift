internal import Foundation
internal import TurnwiseCore

/// What a check may write to the file that its second argument names.
struct TaskReport: Hashable {
  /// The reward of an episode that did not succeed, from 0 to less than 1; nil is 0.
  ///
  /// Success is worth 1, so that no failure is ever worth as much.
  var score: Double?
  /// What is kept in the trace, hidden from the agent.
  var gold: JSONValue?

  /// What is wrong with a report.
  enum Problem: Error, Hashable {
    case notAnObject
    case unknownField(String)
    case badScore(isSuccess: Bool)
  }

  private enum Field: String, CaseIterable { case score, gold }

  /// Reads a report; none is an empty one.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - isSuccess: Whether the check accepted the task.
  /// - Throws: What is wrong with it.
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
  /// What is wrong, behind the words that it is no report.
  var words: String {
    switch self {
    case .notAnObject: "it is no JSON object"
    case .unknownField(let name): "'\(name)' is neither 'score' nor 'gold'"
    case .badScore(isSuccess: true): "'score' is not 1, which success is worth"
    case .badScore(isSuccess: false): "'score' is no number from 0 to less than 1"
    }
  }
}
