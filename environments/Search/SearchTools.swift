internal import TurnwiseCore

extension Search {
  /// Lists the best documents for some words.
  struct Find: Tool {
    static let name = "search"
    static let summary = """
      Lists the documents that fit some words best, each with a number such as #1.
      """
    static let help = [
      "query": "The words.", "k": "How many documents are listed, from 1 to 20.",
    ]
    static let limits = 1...20

    struct Arguments: Decodable {
      var query: String
      var k: Int?
    }

    let environment: Search

    func call(
      _ arguments: Arguments, on state: inout State, using random: inout Randomness
    ) throws -> ToolReply {
      let corpus = try environment.library.corpus
      let count = arguments.k ?? environment.results
      guard Self.limits.contains(count) else {
        throw ToolRefusal("k is \(count); it may be from 1 to \(Self.limits.upperBound).")
      }
      state.page = nil
      state.marked = environment.marks ? Set(Terms.of(arguments.query)).sorted() : []
      state.results = corpus.search(arguments.query, limit: count)
      let lines = state.results.enumerated().map { index, id in
        let heading = corpus[id]?.heading(for: arguments.query, length: environment.snippet)
        return "\(heading ?? id) #\(index + 1)"
      }
      return ToolReply(Text(lines.isEmpty ? "Nothing found." : lines.joined(separator: "\n")))
    }
  }

  /// Shows a page of a document.
  struct Open: Tool {
    static let name = "open"
    static let summary = """
      Shows a page of a document; words of the last search may stand between asterisks.
      """
    static let help = [
      "id": "A result as it is listed, its number such as #1, or the id of a document.",
      "page": "The page, from 1.",
    ]

    struct Arguments: Decodable {
      var id: String
      var page: Int?
    }

    let environment: Search

    func call(
      _ arguments: Arguments, on state: inout State, using random: inout Randomness
    ) throws -> ToolReply {
      let corpus = try environment.library.corpus
      let length = environment.pageLength
      guard let document = Self.document(arguments.id, in: corpus, state.results) else {
        throw ToolRefusal("There is no document '\(arguments.id.prefix(40))'.")
      }
      let (page, count) = (arguments.page ?? 1, document.pages(of: length))
      guard 1...count ~= page else {
        throw ToolRefusal("There is no page \(page); the last is \(count).")
      }
      state.open(document.id)
      var text = document.page(page, of: length)
      if !state.marked.isEmpty { text = Marks.text(text, marking: Set(state.marked)) }
      let ending = count > 1 ? "\n(page \(page) of \(count))" : ""
      return ToolReply(Text((text.isEmpty ? "(empty)" : text) + ending))
    }

    /// The document with an id, or the result with a number; words before the number are ignored.
    private static func document(
      _ name: String, in corpus: SearchCorpus, _ results: [String]
    ) -> SearchDocument? {
      if let document = corpus[name] { return document }
      guard let number = number(endingIn: name), number > 0, number <= results.count
      else { return nil }
      return corpus[results[number - 1]]
    }

    /// The number of a result, such as #1, with which a name ends.
    private static func number(endingIn name: String) -> Int? {
      name.lastIndex(of: "#").flatMap { Int(name[$0...].dropFirst()) }
    }

    /// Whether a name looks like a result in a list: a number such as #1, alone or after white space.
    static func isListed(_ name: String) -> Bool {
      guard number(endingIn: name) != nil, let sign = name.lastIndex(of: "#") else { return false }
      return name[..<sign].last?.isWhitespace ?? true
    }
  }

  /// Ends the episode with an answer.
  struct Answer: Tool {
    static let name = "answer"
    static let summary = "Ends the task with an answer, in a few words."
    static let help = ["text": "What was asked for."]

    struct Arguments: Decodable { var text: Text }

    func call(
      _ arguments: Arguments, on state: inout State, using random: inout Randomness
    ) -> ToolReply {
      state.answer = arguments.text
      return ToolReply("", endsEpisode: true)
    }
  }
}
