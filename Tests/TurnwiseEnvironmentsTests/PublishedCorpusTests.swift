import Foundation
import Testing
import TurnwiseCore
import TurnwiseEnvironments

@Suite struct `A published corpus` {
  private let folder = CorpusFixture.makeEmpty()

  private func questions(_ search: Search, _ split: Split) throws -> [SearchQuestion] {
    var random = Randomness(seed: 1)
    var found: [String: SearchQuestion] = [:]
    for _ in 0..<60 {
      let question = try search.scenario(in: split, using: &random)
      found[question.question] = question
    }
    return found.values.sorted { $0.question < $1.question }
  }

  /// The reply to opening a document.
  private func page(_ id: String, of search: Search, _ split: Split = .train) async throws
    -> String?
  {
    var session = try Session(search, origin: EpisodeOrigin(seed: 1, split: split, scenario: 0))
    await session.play(.call("open", ["id": .string(id)]))
    return session.turns.last?.replies.first?.text.string
  }

  private func beir() throws {
    try folder.write(
      "corpus.jsonl",
      [
        #"{"_id": 7, "title": "", "text": "Seine flows through Paris.", "metadata": {"url": "x"}}"#,
        #"{"_id": "b", "title": "Rhine", "text": "Through Basel.", "metadata": {}}"#,
      ])
    try folder.write(
      "queries.jsonl",
      [
        #"{"_id": 1, "text": "Which city is on the Seine?", "metadata": {"answer": "Paris"}}"#,
        #"{"_id": "2", "text": "Which city is on the Rhine?", "metadata": {"answer": ["Basel", "Basle"]}}"#,
        #"{"_id": "3", "text": "And the Rhone?", "metadata": {"answer": "Lyon"}}"#,
      ])
    try folder.write(
      "qrels/train.tsv", ["query-id\tcorpus-id\tscore", "1\t7\t1", "1\tb\t0", "9\tb\t1", ""])
    try folder.write("qrels/test.tsv", ["query-id\tcorpus-id\tscore\r", "2\tb\t2\r", ""])
  }

  @Test func `in the layout of BEIR is read with its judgements as evidence`() async throws {
    try beir()
    let search = try folder.search()
    let train = try questions(search, .train)
    #expect(train.map(\.question) == ["Which city is on the Seine?"])
    #expect(train.map(\.evidence) == [["7"]] && train.map(\.answers) == [["Paris"]])
    let heldOut = try questions(search, .heldOut)
    #expect(heldOut.map(\.evidence) == [["b"]] && heldOut.map(\.answers) == [["Basel", "Basle"]])
    #expect(try await page("7", of: search) == "Seine flows through Paris.")
    let path = folder.path
    #expect(
      search.taskWarnings == [
        "\(path)/corpus.jsonl: ignored unknown fields: 'metadata'",
        "\(path)/queries.jsonl: ignored line 3, because no file in qrels names the query",
        "\(path)/qrels/train.tsv: ignored line 4, because there is no such query",
      ])
  }

  @Test func `in the layout of BEIR is recorded with its judgements`() throws {
    try beir()
    let blobs = BlobStore()
    let search = try folder.search()
    let recorded = try Parameters.settings(of: search, blobs: blobs)
    try FileManager.default.removeItem(at: folder.url)
    let again = try Parameters.setting(recorded, of: Search(), blobs: blobs)
    for split in Split.allCases {
      #expect(try questions(again, split) == questions(search, split))
    }
  }

  @Test func `in the layout of BEIR is refused with the lines of wrong judgements`() throws {
    try beir()
    try folder.write(
      "qrels/train.tsv", ["query-id\tcorpus-id\tscore", "1\tc\t1", "1\t7", "1\td\t1"])
    let error = try #require(throws: TaskFileError.self) { try folder.search() }
    #expect(
      error.description == """
        \(folder.path)/qrels/train.tsv:2: 'c' is not a document of the corpus; the same in line 4
        \(folder.path)/qrels/train.tsv:3: is not a judgement
        """)
  }

  @Test func `in the layout of Search-R1 is read with titles from contents`() async throws {
    try folder.write(
      "corpus.jsonl",
      [
        #"{"id": "0", "contents": "\"Seine\"\nA river through \"Paris\"."}"#,
        #"{"id": 1, "contents": "No title here.\nSecond line."}"#,
        #"{"id": 2, "contents": "\"A quotation\" begins this.\nSecond line."}"#,
      ])
    try folder.write(
      "questions.jsonl",
      [
        #"{"id": "train_0", "question": "which city?", "golden_answers": ["Paris", 75000]}"#,
        #"{"id": "test_0", "question": "which river?", "target": "Seine", "split": "held-out"}"#,
        #"{"question": "and?", "reward_model": {"ground_truth": {"target": ["line"]}}, "split": "held-out"}"#,
      ])
    let search = try folder.search()
    #expect(try questions(search, .train).map(\.answers) == [["Paris", "75000"]])
    #expect(try questions(search, .heldOut).map(\.answers) == [["line"], ["Seine"]])
    #expect(try await page("0", of: search) == "A river through \"Paris\".")
    #expect(try await page("1", of: search) == "No title here.\nSecond line.")
    #expect(try await page("2", of: search) == "\"A quotation\" begins this.\nSecond line.")
    var session = try Session(search, origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0))
    await session.play(.call("search", ["query": "seine"]))
    #expect(session.turns.last?.replies.first?.text == "Seine #1")
    #expect(search.taskWarnings == [])
  }

  @Test func `may have numbers as texts, empty titles and unknown fields`() async throws {
    try folder.write(
      "corpus.jsonl",
      [
        #"{"id": 12345678901234567890, "title": " ", "text": 3.10, "url": "x", "Txt": 1}"#,
        #"{"id": 1.0, "title": null, "text": "", "url": [1, {"a": null}]}"#,
      ])
    try folder.write(
      "questions.jsonl",
      [
        #"{"question": "How much?", "answer": [3.1, "x"], "evidence": 12345678901234567890, "evidnce": 1}"#
      ])
    let search = try folder.search()
    let question = try #require(try questions(search, .train).first)
    #expect(question.answers == ["3.1", "x"] && question.evidence == ["12345678901234567890"])
    #expect(try await page("12345678901234567890", of: search) == "3.10")
    #expect(try await page("1.0", of: search) == "(empty)")
    #expect(
      search.taskWarnings == [
        "\(folder.path)/corpus.jsonl: ignored unknown fields: 'Txt' (did you mean "
          + "'text'?), 'url'",
        "\(folder.path)/questions.jsonl: ignored unknown fields: 'evidnce' (did you "
          + "mean 'evidence'?)",
      ])
  }

  @Test func `gets U+FFFD for characters that no text can contain, and a warning`() async throws {
    try folder.write(
      corpus: [
        #"{"id": "a", "text": "x \ud83d y"}"#, #"{"id": "b", "text": "\udef6\ud83d\ude00\u0000"}"#,
        "{\"id\": \"c\", \"text\": \"x\u{0}y \\ud83dA\"}", #"{"id": "d", "text": "\ud83d\ude00"}"#,
      ])
    let search = try folder.search()
    #expect(try await page("a", of: search) == "x \u{FFFD} y")
    #expect(try await page("b", of: search) == "\u{FFFD}😀\u{FFFD}")
    #expect(try await page("c", of: search) == "x\u{FFFD}y \u{FFFD}A")
    #expect(try await page("d", of: search) == "😀")
    #expect(
      search.taskWarnings == [
        "\(folder.path)/corpus.jsonl: halves of surrogate pairs, or NUL, were replaced by U+FFFD in lines 1, 2 and 3"
      ])
  }

  @Test func `may have a line of megabytes, and blank lines`() async throws {
    let long = String(repeating: "stone ", count: 400_000)
    try folder.write(corpus: [
      "\u{FEFF}" + #"{"id": "a", "text": "\#(long)end"}"# + "\r", "  \r", "\t", "",
    ])
    var search = try folder.search()
    search.pageLength = 100_000
    #expect(try await page("a", of: search)?.hasSuffix("(page 1 of 25)") == true)
  }

  @Test func `gives a warning if no document contains an answer`() throws {
    try folder.write(
      corpus: [
        #"{"id": "a", "title": "Seine", "text": "777 km, 1,000 ships; 서울은 1.50 m. The Ha’penny Bridge."}"#,
        #"{"id": "b", "text": "Straße"}"#,
      ],
      questions: [
        #"{"question": "1?", "answer": "Seine"}"#,
        #"{"question": "2?", "answer": "Rhine", "evidence": "a"}"#,
        #"{"question": "3?", "answer": ["Rhine", "1000"], "evidence": "b"}"#,
        #"{"question": "4?", "answer": "STRASSE", "evidence": "a"}"#,
        #"{"question": "5?", "answer": "서울"}"#,
        #"{"question": "6?", "answer": "77 km"}"#, #"{"question": "7?", "answer": "1.5 m"}"#,
        #"{"question": "8?", "answer": "the Ha'penny Bridge"}"#,
      ])
    #expect(
      try folder.search().taskWarnings == [
        "\(folder.path)/questions.jsonl: no document contains an answer of lines 2 and 6"
      ])
  }

  @Test func `is judged by SQuAD's rule if asked to, also from the record`()
    async throws
  {
    try folder.write(
      corpus: [#"{"id": "a", "text": "3.14"}"#],
      questions: [#"{"question": "Q?", "answer": "3.14"}"#])
    for (rule, success) in [("standard", false), ("codes", false), ("squad", true)] {
      let search = try Parameters.setting([("answers", rule)], of: Search())
        .playing(tasksIn: folder.url)
      let blobs = BlobStore()
      let recorded = try Parameters.settings(of: search, blobs: blobs)
      #expect(recorded["answers"] == .string(rule))
      for search in [search, try Parameters.setting(recorded, of: Search(), blobs: blobs)] {
        var session = try Session(
          search, origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0))
        await session.play(.call("answer", ["text": "314"]))
        #expect(session.judgement?.success == success)
      }
    }
    #expect(throws: Parameters.Problem.self) {
      try Parameters.setting([("answers", "loose")], of: Search())
    }
  }
}
