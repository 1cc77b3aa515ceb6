import Testing
import TurnwiseCore
import TurnwiseCredit
import TurnwiseModel
import TurnwiseTrace
import TurnwiseTraining

/// A switchboard whose judge cannot score some episodes.
private struct Reticent: Environment {
  static let id = "reticent-v1"
  /// The episodes that cannot be scored.
  enum Silence: String, Codable { case failures, successes, everything }
  var silence = Silence.failures
  /// The reward of each turn, if there is one.
  var wage: Double?

  typealias Scenario = Switchboard.Scenario
  typealias State = Switchboard.State
  private var board: Switchboard { Switchboard() }

  init(_ silence: Silence = .failures, wage: Double? = nil) {
    (self.silence, self.wage) = (silence, wage)
  }

  var turnLimit: Int { 4 }
  var tools: Toolbox<State> { board.tools }
  func scenario(in split: Split, using random: inout Randomness) -> Scenario {
    board.scenario(in: split, using: &random)
  }
  func start(_ scenario: Scenario, using random: inout Randomness) -> State {
    board.start(scenario, using: &random)
  }
  nonisolated(nonsending) func step(
    _ state: inout State, _ action: Action, using random: inout Randomness
  ) async throws -> Outcome {
    var outcome = try await board.step(&state, action, using: &random)
    outcome.reward = wage
    return outcome
  }
  func judge(_ state: State) -> Judgement {
    let isSilent =
      switch silence {
      case .failures: !state.isOn
      case .successes: state.isOn
      case .everything: true
      }
    return isSilent ? Judgement(success: nil, reward: nil) : Judgement(success: state.isOn)
  }
  func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) -> Action? { board.expert(state, after: turns, noise: noise, using: &random) }
}

@Suite struct `An episode that nobody scored` {
  private func configuration(_ credit: String) -> RunConfiguration {
    Tiny.configuration {
      ($0.credit, $0.budget.groups, $0.budget.groupSize, $0.cloning.steps) = (credit, 6, 4, 300)
    }
  }

  private func trainer(_ environment: Reticent, _ credit: String) async throws -> Trainer<Reticent>
  {
    let configuration = configuration(credit)
    // Episodes of the demonstrating expert are judged.
    let episodes = try await WarmStart.demonstrations(in: Switchboard(), configuration, workers: 2)
    return try Trainer(
      environment, from: WarmStart(cloning: episodes, configuration, workers: 2), configuration,
      workers: 2)
  }

  @Test(arguments: ["rloo", "token", "fork:k=2", "process=delta+turn"])
  func `is left out of its group and counted, and training goes on`(credit: String) async throws {
    for (silence, wage) in [(Reticent.Silence.failures, nil), (.successes, nil), (.failures, 0.1)] {
      var trainer = try await trainer(Reticent(silence, wage: wage), credit)
      var unjudged = 0
      while let update = try await trainer.step() {
        let silent = update.episodes.filter { $0.episode.judgement?.saysNothing ?? false }
        #expect(update.metrics["train/unjudged"] == Double(silent.count))
        unjudged += silent.count
        for entry in silent { #expect(entry.credit.isEmpty) }
        let credited = update.episodes.filter { !$0.credit.isEmpty }
        for entry in credited {
          #expect(!(entry.episode.judgement?.saysNothing ?? true))
          for credit in entry.credit.values {
            let isFinite = credit.turns.allSatisfy { $0.isFinite }
            #expect(isFinite)
          }
        }
        // No episode is credited alone.
        let sizes = Dictionary(grouping: credited, by: \.episode.origin.scenario).mapValues(\.count)
        #expect(sizes.values.allSatisfy { $0 > 1 })
        #expect(update.metrics["groups/credited"] == Double(sizes.count))
      }
      #expect(unjudged > 0 && trainer.state.spending.unjudgedEpisodes == unjudged)
      #expect(trainer.state.iteration == 2)
    }
  }

  @Test func `is no episode that earned 0`() async throws {
    var trainer = try await trainer(Reticent(.failures), "rloo")
    // All scored episodes succeeded, so there is nothing to compare, and the policy does not
    // change.
    let start = trainer.state.policy.model
    while let update = try await trainer.step() { #expect(update.metrics["train/reward"] == 1) }
    let isUntouched = trainer.state.policy.model == start
    #expect(isUntouched)
  }

  @Test func `says so where there is no other one`() async throws {
    var trainer = try await trainer(Reticent(.everything), "rloo")
    let error = await #expect(throws: TrainingError.self) { _ = try await trainer.step() }
    guard case .everyEpisodeFailed(let failure)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(failure.boundary == .judge && failure.code == "unjudged")
    #expect(failure.message.contains("neither success nor reward"))
    let policy = trainer.state.policy
    await #expect(throws: TrainingError.self) {
      _ = try await Evaluation.play(
        policy, greedily: false, in: Reticent(.everything), episodes: 4, seed: 1, workers: 1)
    }
  }

  @Test func `needs no judge where turns are paid and no judge ever speaks`() async throws {
    var trainer = try await trainer(Reticent(.everything, wage: 0.5), "rloo")
    let update = try #require(try await trainer.step())
    #expect(update.metrics["train/unjudged"] == 0 && update.metrics["groups/credited"] == 6)
  }

  @Test func `is left out of an audit and counted`() async throws {
    var trainer = try await trainer(Reticent(.failures), "rloo")
    _ = try await trainer.step()
    var options = AuditOptions()
    (options.scenarios, options.groups, options.groupSize) = (4, 2, 4)
    (options.points, options.forks, options.goldEvery) = (6, 4, 0)
    let audit = CreditAudit(
      Reticent(.failures), models: trainer.state, options, workers: 2)
    let played = try await audit.play()
    #expect(played.unjudgedEpisodes > 0)
    #expect(played.groups.joined().allSatisfy { $0.judgement?.success == true })
    #expect(
      played.groups.allSatisfy { $0.count > 1 } && played.groups.count + played.droppedGroups == 8)
    let truth = try await audit.truth(of: played)
    #expect(truth.known.allSatisfy { $0.advantage.isFinite && $0.standardError.isFinite })
    let rloo = try CreditedEstimator(RLOO(), in: .standard)
    let result = try await audit.scores(of: [rloo], on: played, against: truth)
    #expect(result.rows.count == 4)
  }

  @Test func `is left out of recorded groups, and what is missing is counted`() async throws {
    var trainer = try await trainer(Reticent(.failures), "rloo")
    let update = try #require(try await trainer.step())
    let records = update.episodes.map {
      EpisodeRecord(purpose: .training, update: 1, episode: $0.episode)
    }
    let gathered = RecordedGroups(records, purpose: .training)
    #expect(gathered.unjudgedEpisodes == Int(update.metrics["train/unjudged"] ?? 0))
    #expect(gathered.remarks == [])
    #expect(gathered.groups.count + gathered.droppedGroups == 6)
    _ = try await RecordedCredit(
      gathered.groups.map(\.episodes), [CreditedEstimator(RLOO(), in: .standard)], models: nil
    ).credit()
    // One record lacks an episode, and one group has an episode twice.
    let short = RecordedGroups(Array(records.dropFirst()), purpose: .training)
    #expect(short.remarks.count == 1 && short.remarks[0].hasSuffix("members"))
    let group = try #require(gathered.groups.first)
    let twice = try await RecordedCredit(
      [group.episodes + [group.episodes[0]]], [CreditedEstimator(RLOO(), in: .standard)],
      models: nil)
    #expect(throws: CreditError.sameEpisode(group.episodes[0].name)) { _ = try twice.credit() }
  }
}
