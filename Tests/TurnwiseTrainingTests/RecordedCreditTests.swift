import Foundation
import Testing
import TurnwiseCore
import TurnwiseCredit
import TurnwiseModel
import TurnwiseTrace
import TurnwiseTraining

@Suite struct `Credit of recorded episodes` {
  private static let catalog = EstimatorCatalog.standard

  private func estimators(_ list: String) throws -> [CreditedEstimator] {
    try Self.catalog.estimators(list).map { try CreditedEstimator($0, in: Self.catalog) }
  }

  /// Returns the credit of each episode by its number, computed again.
  private func credit(
    _ groups: [RecordedGroup], _ list: String, models: TrainerState?, workers: Int = 1
  ) async throws -> [Int: [String: EpisodeCredit]] {
    let recorded = try await RecordedCredit(
      groups.map(\.episodes), estimators(list), models: models, workers: workers)
    return try byNumber(recorded, groups)
  }

  private func byNumber(
    _ recorded: RecordedCredit, _ groups: [RecordedGroup]
  ) throws -> [Int: [String: EpisodeCredit]] {
    var found: [Int: [String: EpisodeCredit]] = [:]
    for (group, credit) in zip(groups, try recorded.credit()) {
      for (place, number) in group.numbers.enumerated() {
        found[number] = credit.mapValues { $0.episodes[place] }
      }
    }
    return found
  }

  private func written(_ credit: EpisodeCredit?) -> CreditRecord? {
    credit.map { CreditRecord($0) }
  }

  private func example() throws -> [EpisodeRecord] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "traces/examples/group")
    var reader = try RecordReader<EpisodeRecord>(TraceLayout(folder).episodes)
    return try reader.readAll()
  }

  @Test func `is what the trainer recorded where episodes alone decide it`() async throws {
    let records = try example()
    let groups = RecordedGroups(records, purpose: .training).groups
    #expect(groups.map(\.numbers) == [[1, 2, 3, 4], [5, 6, 7, 8]])
    let found = try await credit(groups, "rloo,turn,process", models: nil)
    #expect(found.count == 8)
    for (number, credit) in found {
      for name in ["rloo", "turn", "process"] {
        #expect(written(credit[name]) == records[number - 1].credit?[name])
      }
    }
  }

  @Test func `is what the trainer recorded where its saved critic decides it`() async throws {
    let run = try await TracedRun("token", workers: [1]) {
      ($0.budget.updates, $0.critic.epochs) = (1, 0)
    }
    let groups = RecordedGroups(run.records, purpose: .training).groups
    #expect(groups.map(\.numbers.count) == [4, 4, 4])
    for workers in [1, 4] {
      let found = try await credit(groups, "token", models: run.state, workers: workers)
      for (number, credit) in found {
        let recorded = try #require(run.records[number - 1].credit?["token"])
        #expect(recorded.tokens?.joined().contains { $0.value != 0 } == true)
        #expect(written(credit["token"]) == recorded)
      }
    }
  }

  @Test func `is what the trainer recorded where forks by its saved policy decide it`()
    async throws
  {
    let run = try await TracedRun("fork:k=1", workers: [1]) {
      ($0.budget.updates, $0.optimizer.learningRate) = (1, 0)
    }
    let groups = RecordedGroups(run.records, purpose: .training).groups
    var recorded = try await RecordedCredit(
      groups.map(\.episodes), estimators("fork:k=1"), models: run.state, workers: 3)
    #expect(recorded.needsForks)
    #expect(throws: CreditError.self) { try recorded.credit() }
    try await recorded.playForks(in: Tiny.game, purpose: "credit")
    // The saved policy has the weights of the one that played, but its update count is higher by
    // one.
    func unversioned(_ episodes: [Episode]) -> [Episode] {
      episodes.map { episode in
        var episode = episode
        episode.policy?.version = nil
        return episode
      }
    }
    #expect(unversioned(recorded.forks) == unversioned(run.episodes(.fork)))
    #expect(recorded.forkTurns == run.state.spending.forkTurns && recorded.forkTurns > 0)
    for (number, credit) in try byNumber(recorded, groups) {
      #expect(written(credit["fork:k=1"]) == run.records[number - 1].credit?["fork:k=1"])
    }
  }

  @Test(arguments: [
    "token", "turn-gae", "fork", "otb", "process=delta+turn", "process=implicit+istar",
  ])
  func `is refused where the run did not save what is needed`(name: String) async throws {
    let groups = RecordedGroups(try example(), purpose: .training).groups.map(\.episodes)
    let error = await #expect(throws: TrainingError.self) {
      try await RecordedCredit(groups, estimators("rloo,\(name)"), models: nil)
    }
    guard case .refusedCredit(let reasons)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let spelling = try Self.catalog.spelling(of: Self.catalog.estimator(name))
    #expect(reasons.count == 1)
    #expect(reasons[0].hasPrefix("'\(spelling)' cannot be used here: the run saved no "))
  }

  @Test func `is refused where records lack what is needed, with every reason`() async throws {
    var records = try example()
    for turn in records[0].episode.turns.indices {
      records[0].episode.turns[turn].potential = nil
      records[0].episode.turns[turn].stateKey = nil
      records[0].episode.turns[turn].span = nil
    }
    let groups = RecordedGroups(records, purpose: .training).groups.map(\.episodes)
    let error = await #expect(throws: TrainingError.self) {
      try await RecordedCredit(
        groups, estimators("turn,process,gigpo,process=implicit+prime"), models: nil)
    }
    guard case .refusedCredit(let reasons)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(
      reasons == [
        "'process' cannot be used here: no potential was recorded",
        "'gigpo' cannot be used here: no state keys were recorded",
        "'process=implicit+prime' cannot be used here: the run saved no implicit process reward"
          + " model",
        "'process=implicit+prime' cannot be used here: not all turns were sampled as tokens",
      ])
  }

  // MARK: - Groups

  @Test func `is given to training episodes of one update and scenario together`() async throws {
    let run = try await TracedRun.of("fork:k=1")
    let groups = RecordedGroups(run.records, purpose: .training).groups
    #expect(groups.count == 6)
    for group in groups {
      let records = group.numbers.map { run.records[$0 - 1] }
      #expect(records.map(\.episode) == group.episodes)
      #expect(records.allSatisfy { $0.purpose == .training })
      #expect(Set(records.map(\.update)).count == 1)
      #expect(Set(records.map(\.episode.origin.scenario)).count == 1)
      #expect(records.map(\.episode.origin.member) == [0, 1, 2, 3])
    }
    #expect(RecordedGroups(run.records, purpose: .fork).groups.isEmpty)
    // Two evaluations of two scenarios; the first and the last evaluation are also greedy.
    let evaluated = RecordedGroups(run.records, purpose: .evaluation).groups.flatMap(\.episodes)
    #expect(evaluated.count == 4 && evaluated.allSatisfy { $0.origin.member == 0 })
    #expect(run.episodes(.evaluation).count > evaluated.count)
  }

  @Test func `leaves out episodes that failed`() throws {
    var records = try example()
    records[1].episode.ending = .failed(Failure(.policy, code: "x", message: "It broke."))
    records[4].episode.turns = []
    let groups = RecordedGroups(records, purpose: .training).groups
    #expect(groups.map(\.numbers) == [[1, 3, 4], [6, 7, 8]])
  }

  @Test func `is refused where the tape does not belong to the saved models`() async throws {
    let run = try await TracedRun("token", workers: [1]) { $0.budget.updates = 1 }
    let groups = RecordedGroups(run.records, purpose: .training).groups.map(\.episodes)
    var other = run.state
    #expect(other.flaw(of: groups[0][0]) == nil)
    let shape = other.policy.model.configuration
    for change in [\ModelConfiguration.vocabulary, \.context] {
      var small = shape
      small[keyPath: change] = change == \.vocabulary ? 2 : 3
      var random = Randomness(seed: 1)
      other.policy.model = Transformer(small, using: &random)
      await #expect(throws: UnreadableEpisode.self) {
        try await RecordedCredit(groups, estimators("rloo"), models: other)
      }
    }
  }

  @Test func `needs models that belong together`() async throws {
    let run = try await TracedRun("token", workers: [1]) { $0.budget.updates = 1 }
    let saved = try run.state.saved
    func reason(_ change: (inout SavedTrainer) -> Void) throws -> String? {
      var saved = saved
      change(&saved)
      do {
        _ = try TrainerState(saved)
        return nil
      } catch let error as SavedStateError {
        return error.description
      }
    }
    func setting(_ name: String, _ value: JSONValue) throws -> String? {
      try reason { saved in
        guard case .object(var members) = saved.state else { return }
        members[name] = value
        saved.state = .object(members)
      }
    }
    func policy(_ name: String, _ value: JSONValue) throws -> String? {
      guard case .object(var members)? = saved.state["policy"] else { return nil }
      members[name] = value
      return try setting("policy", .object(members))
    }
    #expect(try reason { _ in } == nil)
    #expect(try policy("actionLimit", -1)?.contains("'policy.actionLimit': is -1") == true)
    #expect(try setting("iteration", .integer(.max)) == "'iteration': is \(Int.max)")
    #expect(
      try policy("prompt", ["merges": [], "special": ["act", "end"]])
        == "'tokenizer': does not belong to the policy")
    #expect(
      try reason { $0.tensors["critic"] = $0.tensors["policy"] }
        == "'critic': is a model with the head 'tokens', not one with 'categorical' or 'scalar'")
    #expect(try reason { $0.tensors["critic"] = nil } == "'critic': is missing")
    var short = run.state.policy.model.configuration
    short.context -= 1
    var random = Randomness(seed: 1)
    let critic = try Checkpoint(Transformer(critic: Transformer(short, using: &random))).encoded()
    #expect(
      try reason { $0.tensors["critic"] = critic }?.contains("has a context of") == true)
  }
}
