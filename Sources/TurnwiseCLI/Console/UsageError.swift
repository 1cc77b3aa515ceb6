internal import Turnwise

/// An error in a command line; its text is in `Words.swift`.
enum UsageError: Error, Hashable {
  case unknownCommand(String, known: [String])
  case unknownFlag(String, known: [String])
  case missingValue(flag: String, expected: String)
  case needlessValue(flag: String)
  case badValue(flag: String, text: String, expected: String)
  case missingOperand(String)
  case extraOperand(String)
  case badOperand(String, expected: String)
  case unknownEnvironment(String, known: [String])
  case noTaskFolders(String, others: [String])
  case noExpert(String, families: [String], taskNeed: String?)
  case nothingToImitate(String, environment: String, episodes: Int, heldOut: Int)
  case unknownPart(String, known: [String])
  case unknownPolicy(String, known: [String])
  case untrainedPolicy(String, command: String)
  case badParameter(Parameters.Problem)
  /// `Environment.trainingFlags` has a flag that training does not have, or whose value is not allowed.
  case badTrainingFlag(of: String, Parameters.Problem)
  case badOptionFile(String, Parameters.Problem)
  case setByRun(String)
  case notResumable(String, writtenBy: String, command: String)
  case partOfComparison(String)
  case earlierState(String)
  case conflict(String)
}

/// Returns the known name that a mistyped one probably means; an environment's version may be left out.
func nearestName(to name: String, among names: [String]) -> String? {
  if let nearest = NearestName.suggestion(for: name, among: names) { return nearest }
  let stems = names.map { String($0.prefix { $0 != "-" }) }
  guard let stem = stems.contains(name) ? name : NearestName.suggestion(for: name, among: stems)
  else { return nil }
  return zip(stems, names).first { $0.0 == stem }?.1
}
