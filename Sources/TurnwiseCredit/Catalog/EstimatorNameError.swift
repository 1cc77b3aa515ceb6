internal import TurnwiseCore

/// Why a name with options does not name an estimator.
public enum EstimatorNameError: Error, Hashable, Sendable {
  /// There is no estimator of that name.
  case unknown(String, known: [String])
  /// There is no reward shaper of that name.
  case unknownShaper(String, known: [String])
  /// The estimator or shaper has no option of that name.
  case unknownOption(String, of: String, known: [String])
  /// An option has a value that is not allowed.
  case badOption(of: String, reason: String)
  /// The text is not of the form `name=value`.
  case malformed(String)
  /// The same estimator, or the same option of one, is given twice.
  case repeated(String)
  /// The text does not name exactly one estimator.
  case notOne(String)

  /// The known name that was probably meant.
  public var suggestion: String? {
    switch self {
    case .unknown(let name, let known), .unknownShaper(let name, let known),
      .unknownOption(let name, _, let known):
      NearestName.suggestion(for: name, among: known)
    case .badOption, .malformed, .repeated, .notOne: nil
    }
  }
}

extension EstimatorNameError: CustomStringConvertible {
  /// What is wrong, what was probably meant, and which names are known.
  public var description: String {
    let meant = suggestion.map { "did you mean '\($0)'? " } ?? ""
    func list(_ known: [String]) -> String {
      "\(meant)there is \(known.isEmpty ? "none" : known.joined(separator: ", "))"
    }
    return switch self {
    case .unknown(let name, let known): "no credit estimator named '\(name)'; \(list(known))"
    case .unknownShaper(let name, let known): "no reward shaper named '\(name)'; \(list(known))"
    case .unknownOption(let name, let id, let known):
      "'\(id)' has no option '\(name)'; \(list(known))"
    case .badOption(let id, let reason): "'\(id)': \(reason)"
    case .malformed(let text): "'\(text)' is not of the form name=value"
    case .repeated(let text): "'\(text)' is given twice"
    case .notOne(let text): "'\(text)' names more than one credit estimator"
    }
  }
}
