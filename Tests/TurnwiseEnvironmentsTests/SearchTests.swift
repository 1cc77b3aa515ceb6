import Testing
import TurnwiseCore
import TurnwiseEnvironments

@Suite struct `The search environment` {
  /// Shared by all tests, so that the world is generated once.
  private static let search = Search()

  private func questions(
    _ split: Split, count: Int, of search: Search = search
  ) throws -> [SearchQuestion] {
    try (0..<count).map { index in
      var random = Randomness(seed: 3).stream(split.rawValue, index)
      return try search.scenario(in: split, using: &random)
    }
  }

  private func session(_ question: SearchQuestion, _ search: Search) throws -> Session<Search> {
    try Session(
      search, scenario: question, origin: EpisodeOrigin(seed: 3, split: .train, scenario: 0))
  }

  private func play(_ player: Player, episodes: Int) async throws -> [Session<Search>] {
    let search = Self.search
    let sessions = try (0..<episodes).map {
      try Session(search, origin: EpisodeOrigin(seed: 3, split: .heldOut, scenario: $0))
    }
    return await Rollout(player, workers: 2).play(sessions)
  }

  @Test func `keeps every law of environments`() async {
    let report = await EnvironmentChecker(Self.search).check()
    #expect(report.violations.isEmpty, "\(report)")
  }

  @Test func `is solved by the expert, and not by chance`() async throws {
    #expect(try await play(.expert(.none), episodes: 200).successRate() == 1)
    #expect(try await play(.policy(RandomPolicy()), episodes: 200).successRate() <= 0.01)
    #expect(try await play(.policy(NullPolicy()), episodes: 50).successRate() == 0)
    // With the habit it loses most episodes, but not all, so there is something to learn from.
    let habit = try await play(
      .expert(ExpertNoise(habit: 0.65, slip: 0.02)), episodes: 200)
    #expect(0.2...0.5 ~= habit.successRate())
  }

  @Test func `has questions of one to four hops with as many documents`() throws {
    let questions = try questions(.train, count: 200)
    #expect(Set(questions.map(\.family)) == ["1 hop", "2 hops", "3 hops", "4 hops"])
    for question in questions {
      #expect(question.family.hasPrefix("\(question.evidence.count) hop"))
      #expect(Set(question.evidence).count == question.evidence.count)
    }
    var short = Search()
    short.hops = [2]
    #expect(
      Set(try self.questions(.heldOut, count: 20, of: short).map(\.family)) == ["2 hops"])
  }

  @Test func `never reveals the answer in the question`() throws {
    for question in try questions(.heldOut, count: 500) {
      let words = question.question.split { !$0.isLetter && !$0.isNumber }.map(String.init)
      #expect(Set(words).isDisjoint(with: question.answers))
    }
  }

  @Test func `shows no name of one split in the other`() async throws {
    func names(_ split: Split) async throws -> Set<String> {
      var names: Set<String> = []
      for question in try questions(split, count: 150) {
        let played = await Rollout(.expert(ExpertNoise(habit: 0.3, slip: 0)), workers: 1)
          .play([try session(question, Self.search)])
        let turns = try #require(played.first).turns
        // What was searched, opened and answered; a list of results may end with anything.
        let texts = turns.flatMap { turn in
          [turn.action.text.string]
            + (turn.action.text.string.hasPrefix("open")
              ? turn.replies.map(\.text.string) : [])
        }
        names.formUnion(texts.flatMap { $0.split { !$0.isLetter }.map(String.init) })
      }
      return names
    }
    let (train, heldOut) = (try await names(.train), try await names(.heldOut))
    let shared = train.intersection(heldOut)
    #expect(train.count > 250 && heldOut.count > 100)
    #expect(shared.count < 60 && shared.isSuperset(of: ["person", "search", "open", "answer"]))
    let syllables = Set("fghjvyz".flatMap { c in "aeiu".map { "\(c)\($0)" } })
    let made = shared.filter { word in
      word.count == 4 && syllables.contains("\(word.prefix(2))")
        && syllables.contains("\(word.suffix(2))")
    }
    #expect(made.isEmpty, "\(made)")
  }

  @Test func `has no wording that divides the syllables of made-up names`() async throws {
    let (vowels, consonants) = (Set("aeiu"), Set("fghjvyz"))
    var wording: Set<String> = []
    for question in try questions(.train, count: 60) {
      let played = await Rollout(.expert(ExpertNoise(habit: 0.3, slip: 0)), workers: 1)
        .play([try session(question, Self.search)])
      let turns = try #require(played.first).turns
      let texts = turns.flatMap { [$0.action.text] + $0.replies.map(\.text) }.map(\.string)
      wording.formUnion(texts.flatMap { $0.split { !$0.isLetter }.map(String.init) })
    }
    wording = wording.filter { word in
      !word.enumerated().allSatisfy {
        ($0.isMultiple(of: 2) ? consonants : vowels).contains($1)
      }
    }
    #expect(wording.count > 25)
    for word in wording.sorted() { #expect(!dividesSyllables(word), "\(word)") }
  }

  @Test func `opens results by number and documents by id, and says what cannot be opened`()
    async throws
  {
    let question = try #require(try questions(.train, count: 1).first)
    var session = try session(question, Self.search)
    let id = try #require(question.evidence.first)
    await session.play(.call("open", ["id": "#1"]))
    #expect(session.turns.last?.replies.first?.text == "There is no document '#1'.")
    await session.play(.call("open", ["id": .string("#\(Int.min)")]))
    #expect(
      session.turns.last?.replies.first?.text == "There is no document '#-9223372036854775808'.")
    await session.play(.call("search", ["query": .string(question.queries[0])]))
    let place = try #require(session.state.results.firstIndex(of: id))
    #expect(session.state.results.count == 4)
    var other = session
    await session.play(.call("open", ["id": .string("#\(place + 1)")]))
    await other.play(.call("open", ["id": .string(id)]))
    var listed = session.forked("listed")
    await listed.play(.call("open", ["id": .string("whatever it is #\(place + 1)")]))
    #expect(listed.turns.last?.replies == other.turns.last?.replies)
    #expect(session.turns.last?.replies == other.turns.last?.replies)
    #expect(try session.stateKey == other.stateKey)
    await session.play(.call("open", ["id": .string(id), "page": 2]))
    #expect(session.turns.last?.replies.first?.text == "There is no page 2; the last is 1.")
    await session.play(.call("search", ["query": "yuzi", "k": 0]))
    #expect(session.turns.last?.replies.first?.text == "k is 0; it may be from 1 to 20.")
    await session.play(.call("search", ["query": "qqq"]))
    #expect(session.turns.last?.replies.first?.text == "Nothing found.")
  }

  @Test(arguments: [
    (
      "gavu is a firm, FOUNDER  hizu,\nseat jifi", "gavu founder",
      "*gavu* is a firm, *FOUNDER*  hizu,\nseat jifi"
    ),
    ("„Fluss“ – der (Rhein)!", "rhein fluss", "„*Fluss*“ – der (*Rhein*)!"),
    ("well-known, well known", "known", "well-known, well *known*"),
    ("東京は日本の首都", "首 都", "東京は日本の首都"), ("a b", "", "a b"), ("", "a", ""), (" \n", "a", " \n"),
  ])
  func `marks searched words with asterisks`(text: String, query: String, shown: String) {
    let terms = query.split(separator: " ").map(String.init)
    #expect(Marks.text(text, marking: Set(terms)) == shown)
  }

  @Test func `marks pages after a search, unless told otherwise`()
    async throws
  {
    for (marks, start) in [(true, "*"), (false, "")] {
      var search = Search()
      search.marks = marks
      let question = try #require(try questions(.train, count: 1, of: search).first)
      var session = try session(question, search)
      let id = question.evidence[0]
      func page() -> String? { session.turns.last?.replies.first?.text.string }
      await session.play(.call("open", ["id": .string(id)]))
      #expect(page()?.contains("*") == false)
      await session.play(.call("search", ["query": .string(question.queries[0])]))
      await session.play(.call("open", ["id": .string(id)]))
      let name = question.queries[0].prefix { $0 != " " }
      #expect(page()?.hasPrefix("\(start)\(name)\(start) is a ") == true)
      // Case and order do not matter.
      let before = session.state
      let words = question.queries[0].split(separator: " ").reversed().joined(separator: "  ")
      await session.play(.call("search", ["query": .string(words.uppercased())]))
      await session.play(.call("open", ["id": .string(id)]))
      #expect(session.state == before)
    }
  }

  @Test func `has the share of opened evidence as its potential`() async throws {
    var search = Search()
    search.hops = [3]
    let question = try #require(try questions(.train, count: 1, of: search).first)
    var session = try session(question, search)
    var shares: [Double?] = [search.potential(session.state)]
    for id in question.evidence + [question.evidence[0]] {
      await session.play(.call("open", ["id": .string(id)]))
      shares.append(search.potential(session.state))
    }
    #expect(shares == [0, 1.0 / 3, 2.0 / 3, 1, 1])
  }

  @Test func `generates worlds of other sizes, and checks parameters`() throws {
    for size in ["60", "9000"] {
      let search = try Parameters.setting([("documents", size)], of: Search())
      for split in Split.allCases {
        #expect(try questions(split, count: 20, of: search).count == 20)
      }
    }
    for wrong in [
      ("documents", "10"), ("hops", "0,1"), ("hops", "5"), ("b", "1.5"), ("k1", "-1"),
      ("results", "21"), ("distractors", "5"), ("synonyms", "2"), ("turnLimit", "0"),
    ] {
      #expect(throws: Parameters.Problem.self) {
        try Parameters.setting([(name: wrong.0, value: wrong.1)], of: Search())
      }
    }
  }

  @Test func `asks only questions whose documents are among the results`() async throws {
    var search = Search()
    search.results = 2
    for question in try questions(.heldOut, count: 40, of: search) {
      var session = try session(question, search)
      for (query, id) in zip(question.queries, question.evidence) {
        await session.play(.call("search", ["query": .string(query)]))
        #expect(session.state.results.contains(id))
      }
    }
  }

  @Test func `says which parameters to raise if no question can be answered`() throws {
    var search = Search()
    // Pages about something named after a thing contain its name more often than its own page.
    (search.results, search.distractors, search.synonyms, search.hops) = (1, 4, 1, [4])
    let narrow = search
    let failure = try #require(throws: Failure.self) {
      try questions(.train, count: 1, of: narrow)
    }
    #expect(failure.code == "no-question")
    #expect(failure.message.hasSuffix("raise 'documents' or 'results'."))
  }

  @Test func `refuses a question about another corpus`() throws {
    var other = Search()
    other.worldSeed = 2
    let question = try #require(try questions(.train, count: 1).first)
    #expect(throws: Failure.self) { try session(question, other) }
  }
}
