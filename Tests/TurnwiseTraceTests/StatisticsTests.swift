import Testing
import TurnwiseCore
import TurnwiseTrace

@Suite struct `The pattern of a reply` {
  @Test(
    arguments: [
      ("No bin 17.", "No bin #."), ("No bin 4.", "No bin #."),
      ("Took -3 pieces.", "Took # pieces."),
      ("Mira gave it to Otto.", "Mira gave it to #."),
      ("grep: ./ab/cd.txt: No such file", "grep: #: No such file"),
      ("No key 'colour' here.", "No key '#' here."),
      ("It isn't here, isn't it?", "It isn't here, isn't it?"),
      ("a 1 2 3 4 5 b", "a # b"), ("\n\n  Second line.\nThird.", "Second line."), ("", ""),
      ("Ok. The end.", "Ok. The end."), ("Größe 1,5 µm", "Größe # µm"),
    ])
  func `leaves out numbers, names, paths and quotes`(reply: String, pattern: String) {
    #expect(ReplyPattern.of(Text(reply)) == pattern)
  }

  @Test func `leaves out what the call itself named`() {
    for item in ["bolts", "nuts"] {
      let call = ToolCall("find", ["item": .string(item)])
      #expect(ReplyPattern.of(Text("\(item): bin 12."), to: call) == "#: bin #.")
      #expect(ReplyPattern.of(Text("No item \(item)."), to: call) == "No item #.")
    }
  }

  @Test func `has an end`() {
    let long = ReplyPattern.of(Text(String(repeating: "word and ", count: 500)))
    #expect(long.count == ReplyPattern.limit && long.hasSuffix("…"))
  }
}

@Suite struct `Frequent words` {
  @Test func `are counted exactly while they are few`() {
    var words = FrequentWords()
    for number in 0..<1000 { words.add("w\(number % 10)") }
    #expect(words.total == 1000 && words["w3"] == 100 && !words.isApproximate)
    #expect(words.all.map(\.word) == (0..<10).map { "w\($0)" })
  }

  @Test func `keep the frequent ones in bounded memory`() {
    var words = FrequentWords()
    for number in 0..<20_000 {
      words.add("rare \(number)")
      if number.isMultiple(of: 4) { words.add("frequent") }
    }
    #expect(words.isApproximate)
    #expect(words.all.count <= FrequentWords.capacity)
    #expect(words.all.first?.word == "frequent")
    #expect(words["frequent"] == 5000)
  }
}

@Suite struct `The statistics of a run` {
  /// An episode of turns, each refused or not.
  private func record(
    _ purpose: EpisodeRecord.Purpose, update: Int? = nil, refused: [Bool], success: Bool?,
    split: Split = .train
  ) throws -> EpisodeRecord {
    let session = try Session(
      Silence(), origin: EpisodeOrigin(seed: 1, split: split, scenario: 0))
    var episode = try session.episodeForTests()
    episode.turns = refused.enumerated().map { index, isRefused in
      Turn(
        observation: "Hm.", action: .call("take", ["bin": .integer(index)]),
        replies: [
          isRefused ? ToolReply("No bin \(Text("\(index)")).", isRefusal: true) : "Took it."
        ])
    }
    episode.ending = success == nil ? .truncated(.turnLimit) : .terminated
    episode.judgement = Judgement(success: success, reward: success.map { $0 ? 1 : 0 })
    return EpisodeRecord(purpose: purpose, update: update, episode: episode)
  }

  @Test func `count by purpose, split, update and outcome`() throws {
    var statistics = RunStatistics(of: .training)
    statistics.add(try record(.evaluation, refused: [false], success: true, split: .heldOut))
    statistics.add(try record(.demonstration, refused: [false], success: true))
    for update in 1...3 {
      statistics.add(
        try record(.training, update: update, refused: [true, true, false], success: false))
      statistics.add(try record(.training, update: update, refused: [false], success: true))
    }
    #expect(statistics.groups.map(\.purpose) == [.evaluation, .demonstration, .training])
    #expect(statistics.groups.map(\.split) == ["held-out", "train", "train"])
    let all = statistics.chosen
    #expect(all.episodes == 6 && all.turns == 12 && all.refusedTurns == 6)
    #expect(all.success == 0.5 && all.meanReward == 0.5 && all.meanTurns == 2)
    #expect(all.refusals["take"] == 6 && all.calls["take"] == 12)
    #expect(all.refusalReplies["take: No bin #."] == 6 && all.replies["take: Took it."] == 6)
    #expect(statistics.failed.refusedTurns == 6 && statistics.succeeded.refusedTurns == 0)
    #expect(statistics.updates.map(\.first) == [1, 2, 3])
    #expect(statistics.updates.allSatisfy { $0.tally.episodes == 2 })
  }

  @Test func `put updates together so that there are few ranges`() throws {
    var statistics = RunStatistics(of: .training)
    let one = try record(.training, update: 0, refused: [false], success: nil)
    for update in 1...1000 {
      var record = one
      record.update = update
      statistics.add(record)
    }
    #expect(statistics.updates.count <= RunStatistics.ranges)
    #expect(statistics.updates.reduce(0) { $0 + $1.tally.episodes } == 1000)
    #expect(statistics.updates.first?.first == 1 && statistics.updates.last?.last == 1000)
    #expect(
      zip(statistics.updates, statistics.updates.dropFirst()).allSatisfy { $0.last + 1 == $1.first }
    )
    #expect(statistics.chosen.success == nil)
    #expect(statistics.chosen.share(endingIn: "turn-limit") == 1)
  }

  /// A world of which only the shape of its episodes matters.
  private struct Silence: Environment {
    static let id = "silence-v1"
    var turnLimit: Int { 1 }
    var tools: Toolbox<Int> { Toolbox {} }
    func scenario(in split: Split, using random: inout Randomness) -> String { split.rawValue }
    func start(_ scenario: String, using random: inout Randomness) -> Int { 0 }
    func judge(_ state: Int) -> Judgement { Judgement(success: false) }
  }
}

extension Session {
  /// The episode as it is, ended.
  fileprivate func episodeForTests() throws -> Episode {
    var session = self
    session.fail(Failure(.policy, code: "test", message: "Ended by a test."))
    return try session.episode()
  }
}
