/// A kind of bug: a change of a line that makes it wrong in a typical way.
///
/// As in mutation testing (DeMillo, Lipton and Sayward, 1978). Each change stays within a line, so
/// replacing one line undoes it.
public enum MutationOperator: String, Codable, Hashable, Sendable, CaseIterable {
  /// `+` for `-`, `*` for `+`, `%` for `//`.
  case arithmetic
  /// `-=` for `+=`, `=` for `+=`.
  case assignment
  /// `<=` for `<`.
  case boundary
  /// `>` for `<`.
  case direction
  /// `!=` for `==`, `not in` for `in`, a condition with or without `not`.
  case negation
  /// `or` for `and`.
  case connective
  /// A number that is one too large.
  case increment
  /// A number that is one too small.
  case decrement
  /// Another variable of the same function, which is next to the right one.
  case wrongVariable = "wrong-variable"
  /// An expression that is computed and not returned.
  case missingReturn = "missing-return"
  /// A condition after which nothing happens.
  case droppedGuard = "dropped-guard"
  /// `None` for the default of a parameter or a lookup.
  case wrongDefault = "wrong-default"
  /// Two arguments in the wrong order.
  case swappedArguments = "swapped-arguments"
  /// Another word of the program in place of a key.
  case wrongKey = "wrong-key"
  /// `min` for `max`, `upper` for `lower`, `list` for `sorted`.
  case wrongCall = "wrong-call"
  /// `x[i:]` for `x[:i]`.
  case wrongSlice = "wrong-slice"
}

extension MutationOperator {
  /// Returns the changes that the operator can make to a line.
  func edits(of line: SourceLine) -> [SourceLine.Edit] {
    line.tokens.indices.flatMap { edits(at: $0, of: line) }
  }

  /// Returns the changes that the operator can make at a token.
  private func edits(at index: Int, of line: SourceLine) -> [SourceLine.Edit] {
    let token = line.tokens[index]
    func exchanged(_ table: [String: [String]]) -> [SourceLine.Edit] {
      (table[token.text] ?? []).map { line.exchange(index, by: $0) }
    }
    switch self {
    case .arithmetic:
      return line.isOperand(index - 1)
        ? exchanged([
          "+": ["-", "*"], "-": ["+"], "*": ["+"], "//": ["%"], "%": ["//"], "/": ["//"],
        ])
        : []
    case .assignment: return exchanged(["+=": ["-=", "="], "-=": ["+=", "="]])
    case .boundary: return exchanged(["<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"]])
    case .direction: return exchanged(["<": [">"], "<=": [">="], ">": ["<"], ">=": ["<="]])
    case .negation: return line.negations(index)
    case .connective: return exchanged(["and": ["or"], "or": ["and"]])
    case .increment:
      return token.kind == .number
        ? Int(token.text).map { [line.exchange(index, by: "\($0 + 1)")] } ?? [] : []
    case .decrement:
      return token.kind == .number
        ? Int(token.text).map { [line.exchange(index, by: "\($0 - 1)")] } ?? [] : []
    case .wrongVariable: return line.otherVariables(index)
    case .missingReturn: return token.text == "return" && index == 0 ? [line.drop(0)] : []
    case .droppedGuard: return line.isGuarded && index == 0 ? [line.replaceAll(by: "pass")] : []
    case .wrongDefault: return line.isDefault(index) ? [line.exchange(index, by: "None")] : []
    case .swappedArguments: return line.swap(index).map { [$0] } ?? []
    case .wrongKey: return line.otherWord(index).map { [$0] } ?? []
    case .wrongCall:
      return line.token(index + 1) == "("
        ? exchanged([
          "min": ["max"], "max": ["min"], "lower": ["upper"], "sorted": ["list"], "sum": ["max"],
          "range": ["set"], "len": ["sum"], "append": ["extend"], "islower": ["isupper"],
        ]) : []
    case .wrongSlice: return line.otherSlice(index).map { [$0] } ?? []
    }
  }
}
