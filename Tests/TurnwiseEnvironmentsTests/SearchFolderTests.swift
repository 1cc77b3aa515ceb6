import Foundation
import Testing
import TurnwiseCore
import TurnwiseEnvironments

@Suite struct `A corpus from a folder` {
  private let folder: CorpusFixture

  init() throws { folder = try CorpusFixture() }

  private func sessions(_ split: Split, count: Int) throws -> [Session<Search>] {
    let search = try folder.search()
    return try (0..<count).map {
      try Session(search, origin: EpisodeOrigin(seed: 5, split: split, scenario: $0))
    }
  }

  @Test func `keeps every law of environments`() async throws {
    let report = await EnvironmentChecker(try folder.search(), scenarios: 6).check()
    #expect(report.violations.isEmpty, "\(report)")
  }

  @Test func `is searched by an expert that makes up its queries`() async throws {
    let played = await Rollout(.expert(.none), workers: 1).play(try sessions(.train, count: 12))
    #expect(Set(played.map { $0.environment.family(of: $0.scenario) }) == ["1 hop", "2 hops"])
    for session in played {
      #expect(session.judgement?.success == true)
      // It searches only words that it has read.
      let question = session.state.question
      for turn in session.turns where turn.action.text.string.hasPrefix("search ") {
        let words = turn.action.text.string.dropFirst("search ".count).split(separator: " ")
        let read = question.question + session.turns.flatMap(\.replies).map(\.text.string).joined()
        #expect(words.allSatisfy { read.localizedCaseInsensitiveContains($0) })
      }
    }
  }

  @Test func `is listed by titles, or by the words around the searched one`() async throws {
    var session = try #require(try sessions(.train, count: 1).first)
    await session.play(.call("search", ["query": "глубина"]))
    #expect(
      session.turns.last?.replies.first?.text
        == "Иран; его глубина — 1025 м. #1")
    await session.play(.call("search", ["query": "волга"]))
    #expect(session.turns.last?.replies.first?.text == "Волга #1")
  }

  @Test func `is read page by page, and the pages together are the text`() async throws {
    var search = try folder.search()
    (search.turnLimit, search.pageLength) = (40, 18_000)
    var session = try Session(
      search, origin: EpisodeOrigin(seed: 5, split: .heldOut, scenario: 0))
    await session.play(.call("open", ["id": "пусто"]))
    #expect(session.turns.last?.replies.first?.text == "(empty)")
    let text = String(repeating: "вода и камень\n", count: 20_000)
    let count = text.utf8.count / 18_000 + 1
    var read = ""
    for page in 1...count {
      await session.play(.call("open", ["id": "много", "page": .integer(page)]))
      let reply = try #require(session.turns.last?.replies.first?.text.string)
      let ending = "\n(page \(page) of \(count))"
      #expect(reply.hasSuffix(ending))
      let part = String(reply.dropLast(ending.count))
      #expect(part.utf8.count <= 19_802 && !part.contains("\u{FFFD}"))
      read += part
    }
    #expect(count == 28 && read == text)
  }

  @Test func `has an expert that knows only the first pages`() throws {
    let long = String(repeating: "water and stone, ", count: 40) + "through Paris to Rouen"
    try folder.write(
      "corpus.jsonl",
      [
        #"{"id": "a", "title": "Seine", "text": "\#(long)"}"#,
        #"{"id": "b", "title": "Paris", "text": "Mayor: Hidalgo"}"#,
      ])
    let lines = [
      #""Who leads what lies by Seine?", "answer": "Hidalgo", "evidence": ["a", "b"]"#,
      #""Who leads what lies by Seine?", "answer": "Hidalgo", "evidence": ["a", "b"], "queries": ["Seine", "Paris"]"#,
      #""Where does Seine end?", "answer": "Rouen", "evidence": ["a"]"#,
    ]
    for line in lines {
      try folder.write("questions.jsonl", [#"{"question": \#(line)}"#])
      var search = try folder.search()
      var random = Randomness(seed: 1)
      let state = Search.State(try search.scenario(in: .train, using: &random))
      let onTwoPages = try search.expert(state, after: [], noise: .none, using: &random)
      #expect(onTwoPages == nil, "\(line)")
      search.pageLength = 1000
      let onOnePage = try search.expert(state, after: [], noise: .none, using: &random)
      #expect(onOnePage == Action.call("search", ["query": "Seine"]), "\(line)")
    }
  }

  @Test func `distinguishes questions by their punctuation`() throws {
    try folder.write(
      "questions.jsonl",
      [
        #"{"question": "Who made C++?", "answer": "Stroustrup"}"#,
        #"{"question": "Who made C#?", "answer": "Hejlsberg"}"#,
      ])
    _ = try folder.search()
  }

  @Test func `is recorded byte for byte, and read again from the record`() throws {
    let blobs = BlobStore()
    let recorded = try Parameters.settings(of: try folder.search(), blobs: blobs)
    try FileManager.default.removeItem(at: folder.url)
    let again = try Parameters.setting(recorded, of: Search(), blobs: blobs)
    var random = Randomness(seed: 1)
    let question = try again.scenario(in: .heldOut, using: &random)
    #expect(question.question == "Сколько там воды?")
    #expect(throws: Failure.self) { try Search().start(question, using: &random) }
  }

  /// A wrong line, the line that it replaces, and the error.
  struct Broken: Sendable, CustomTestStringConvertible {
    var file: String
    var line: Int
    var text: String
    var words: String
    var hint: String?

    var testDescription: String { "\(file):\(line) \(words)" }

    static func document(_ text: String, _ words: String, _ hint: String? = nil) -> Broken {
      Broken(file: "corpus.jsonl", line: 3, text: text, words: words, hint: hint)
    }
    static func question(_ text: String, _ words: String, _ hint: String? = nil) -> Broken {
      Broken(file: "questions.jsonl", line: 2, text: text, words: words, hint: hint)
    }
  }

  @Test(arguments: [
    Broken.document(#"["a"]"#, "is not a JSON object", "each line is one JSON object"),
    .document(
      #"{"title": "A", "text": "B"}"#, "'id' is missing",
      #"a document is {"id": "paris", "title": "Paris", "text": "The capital of …"}; the title is optional"#
    ),
    .document(#"{"id": true, "text": "B"}"#, "'id' is true; expected a text that is not empty"),
    .document(#"{"id": " ", "text": "B"}"#, "'id' is \" \"; expected a text that is not empty"),
    .document(
      #"{"id": "2", "text": "B"}"#, "'id' '2' is already in line 2", "give one of them another id"),
    .document(
      ##"{"id": "#1", "text": "B"}"##, "'id' '#1' looks like the number of a result",
      "agents open results by numbers such as #1; give it another id"),
    .document(
      #"{"id": "Волга #12", "text": "B"}"#, "'id' 'Волга #12' looks like the number of a result",
      "agents open results by numbers such as #1; give it another id"),
    .document(#"{"id": "x", "text": null}"#, "'text' is null; expected a text"),
    .document(
      #"{"id": "x", "txt": "B"}"#, "'text' is missing", "is 'txt' meant to be 'text'?"),
    .question(
      #"{"question": "Q?"}"#, "'answer' is missing",
      #"a question is {"question": "…", "answer": "…", "evidence": ["id"]}; the evidence is optional"#
    ),
    .question(
      #"{"question": "", "answer": "B"}"#,
      "'question' is \"\"; expected a text that is not empty"),
    .question(
      #"{"question": "Q?", "answer": []}"#,
      "'answer' is []; expected a text, or a list of texts, none of them empty"),
    .question(
      #"{"question": "Q?", "answer": "\u2060"}"#, "'answer' '\u{2060}' contains nothing to compare",
      "white space and invisible characters do not count in an answer"),
    .question(
      #"{"question": "Q?", "answer": "B", "evidence": ["2", "3"]}"#,
      "'evidence' '3' is not a document of the corpus",
      "evidence names documents of corpus.jsonl by their ids"),
    .question(
      #"{"question": "Q?", "answer": "B", "evidence": ["2"], "queries": ["a", "b"]}"#,
      "'queries' has 2 texts; expected 1",
      "write one query for each document of the evidence, in its order"),
    .question(
      #"{"question": "Q?", "answer": "B", "split": "test"}"#,
      #"'split' is "test"; expected "train" or "held-out""#),
    .question(
      #"{"question": "куда  впадает волга?", "answer": "B", "split": "held-out"}"#,
      "'question' 'куда  впадает волга?' is already in line 1",
      "remove one of them; the answer can be a list of several texts"),
  ])
  func `with a wrong line is refused with file, line and field`(broken: Broken) throws {
    let file = folder.url.appending(path: broken.file)
    var lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    lines[broken.line - 1] = broken.text
    try folder.write(broken.file, lines)
    let error = try #require(throws: TaskFileError.self) { try folder.search() }
    #expect(error.description == "\(folder.path)/\(broken.file):\(broken.line): \(broken.words)")
    #expect(error.hint == broken.hint)
  }

  @Test func `with a line that is not JSON or not UTF-8 is refused with the line`() throws {
    try folder.write("questions.jsonl", ["", #"{"question": "Q?", "answer": "#])
    var error = try #require(throws: TaskFileError.self) { try folder.search() }
    #expect(
      error.description.hasPrefix("\(folder.path)/questions.jsonl:2: is not JSON: "))
    #expect(error.hint == "each line is one JSON object")
    try folder.write(
      "corpus.jsonl",
      bytes: Array("{\"id\": \"a\", \"text\": \"b\"}\r\n{\"id\": \"".utf8) + [0xE4]
        + Array("\", \"text\": \"\"}".utf8))
    error = try #require(throws: TaskFileError.self) { try folder.search() }
    #expect(error.description == "\(folder.path)/corpus.jsonl:2: is not UTF-8")
  }

  @Test func `with missing or empty files, or folders in their place, is refused`() throws {
    func words() throws -> String {
      try #require(throws: TaskFileError.self) { try folder.search() }.description
    }
    try folder.write("questions.jsonl", [" ", ""])
    #expect(try words() == "\(folder.path)/questions.jsonl: contains no question")
    try folder.write("corpus.jsonl", [])
    #expect(try words() == "\(folder.path)/corpus.jsonl: contains no document")
    try FileManager.default.removeItem(at: folder.url.appending(path: "corpus.jsonl"))
    #expect(try words() == "\(folder.path)/corpus.jsonl: no such file")
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "corpus.jsonl"), withIntermediateDirectories: true)
    #expect(try words() == "\(folder.path)/corpus.jsonl: is not a file")
    try FileManager.default.removeItem(at: folder.url)
    #expect(try words() == "\(folder.path): no such folder")
  }

  @Test func `of one split can be played in that split only`() throws {
    try folder.write("questions.jsonl", [#"{"question": "Q?", "answer": "B"}"#])
    let search = try folder.search()
    var random = Randomness(seed: 1)
    let question = try search.scenario(in: .train, using: &random)
    #expect(question.family == "question" && search.potential(.init(question)) == nil)
    let error = try #require(throws: TaskFileError.self) {
      try search.scenario(in: .heldOut, using: &random)
    }
    #expect(error.description == "\(folder.path)/questions.jsonl: no question is for held-out")
  }

  @Test func `may have a byte order mark and Windows line ends`() throws {
    try folder.write(
      "corpus.jsonl", bytes: [0xEF, 0xBB, 0xBF] + Array("{\"id\":\"2\",\"text\":\"x\"}\r\n".utf8))
    try folder.write(
      "questions.jsonl", bytes: Array("{\"question\":\"Q?\",\"answer\":\"x\"}\r\n\r\n".utf8))
    _ = try folder.search()
  }
}
