extension ShellGrammar {
  /// A construct that has begun and not ended.
  struct Scope {
    enum Kind: Hashable {
      case singleQuote, ansiQuote, doubleQuote, backtick
      /// `${…}`; inside double quotes, an apostrophe in it is not a quote.
      case parameter(isQuoted: Bool)
      /// `(…)`, or `$(…)` and `<(…)`, which are parts of words.
      case parenthesis(isWord: Bool)
      /// The elements of an array, or of a pattern.
      case list
      /// `((…))` or `$((…))`, with the number of parentheses that are open in it.
      case arithmetic(Int)
      case brace
      /// `[[ … ]]`
      case test
      /// A block, with the word that opens it and the word that closes it.
      case block(String, closing: String)
      /// `case`, either before `in`, at a pattern, or in a command.
      case choice(Choice)
    }
    enum Choice: Hashable { case subject, pattern, command }
    var kind: Kind
    var line: Int
  }
}

extension ShellGrammar.Scope.Kind {
  /// Why the construct is not complete.
  var reason: String {
    switch self {
    case .singleQuote, .ansiQuote: "a quote ' is not closed"
    case .doubleQuote: "a quote \" is not closed"
    case .backtick: "a quote ` is not closed"
    case .parameter: "${ is not closed"
    case .parenthesis, .list: "( is not closed"
    case .arithmetic: "(( is not closed"
    case .brace: "{ is not closed"
    case .test: "[[ is not closed"
    case .block(let word, let closing): "'\(word)' has no '\(closing)'"
    case .choice: "'case' has no 'esac'"
    }
  }
}
