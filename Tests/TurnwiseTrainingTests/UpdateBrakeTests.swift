import Testing
import TurnwiseCore
import TurnwiseModel
import TurnwiseTraining

@Suite struct `The brake` {
  private func measures(
    gradient: Double = 1, drift: Double = 0.02,
    reference: (before: Double, after: Double)? = (0.1, 0.11)
  ) -> UpdateBrake.Measures {
    UpdateBrake.Measures(gradient: gradient, drift: drift, reference: reference)
  }

  /// A brake that knows the usual values.
  private func brake() -> UpdateBrake {
    var brake = UpdateBrake()
    for _ in 0..<8 { #expect(brake.judge(measures()) == nil) }
    return brake
  }

  @Test func `lets usual updates pass, and somewhat larger ones`() {
    var brake = brake()
    #expect(brake.judge(measures(gradient: 15, drift: 0.09, reference: (0.1, 0.5))) == nil)
    #expect(brake.brakedUpdates == 0)
  }

  @Test func `stops what leaves the usual by far, and says by how much`() {
    var brake = brake()
    #expect(brake.judge(measures(gradient: 27_729)) == .gradient(norm: 27_729, usual: 1))
    #expect(brake.judge(measures(drift: 0.3)) == .drift(nats: 0.3, usual: 0.02))
    #expect(
      brake.judge(measures(reference: (0.2, 40))) == .reference(nats: 40, usual: 0.11))
    #expect(brake.judge(measures(drift: .nan)) == .notFinite)
    #expect(brake.brakedUpdates == 4)
  }

  @Test func `lets an update pass that comes nearer to the reference from far away`() {
    var brake = brake()
    #expect(brake.judge(measures(reference: (60, 40))) == nil)
  }

  @Test func `measures by what is usual in the run`() {
    var brake = UpdateBrake()
    for _ in 0..<8 { _ = brake.judge(measures(gradient: 10)) }
    #expect(brake.judge(measures(gradient: 400)) == nil)
    #expect(brake.judge(measures(gradient: 600)) == .gradient(norm: 600, usual: 10))
  }

  @Test func `never stops all updates for ever because of their gradients`() {
    var brake = brake()
    let reasons = (0..<40).map { _ in brake.judge(measures(gradient: 1000)) }
    #expect(reasons[0] != nil && reasons[39] == nil)
  }

  @Test func `takes nothing for usual of an update that ended early`() {
    var brake = brake()
    for _ in 0..<3 {
      _ = brake.judge(measures(gradient: 1e6, drift: 0, reference: (0.1, 0)))
      _ = brake.judge(measures(gradient: .nan, drift: 0, reference: (0.1, 0)))
    }
    #expect(brake.judge(measures(drift: 0.09, reference: (0.1, 0.5))) == nil)
    #expect(brake.judge(measures(drift: 0.3)) == .drift(nats: 0.3, usual: 0.02))
  }

  @Test func `knows what is usual after it was saved`() throws {
    var first = brake()
    var second = try JSON.decode(UpdateBrake.self, from: JSON.encode(first))
    #expect(first == second)
    #expect(first.judge(measures(drift: 2)) == second.judge(measures(drift: 2)))
  }
}

@Suite struct `The scale of credit` {
  @Test func `is its root mean square as long as that is near the usual`() {
    var scale = CreditScale()
    for size in [0.5, 0.3, 0.4, 0.6, 0.2, 0.17] { #expect(scale.scale(size) == size) }
  }

  @Test func `does not fall with credit that is far smaller than usual`() {
    var scale = CreditScale()
    for _ in 0..<6 { #expect(scale.scale(0.5) == 0.5) }
    #expect(scale.scale(0.001) == 0.5 * CreditScale.floor)
  }

  @Test func `fits rewards of any unit`() {
    for unit in [1e-6, 1, 1e6] {
      var scale = CreditScale()
      for size in [0.5, 0.5, 0.5, 0.5] { #expect(scale.scale(unit * size) == unit * size) }
      #expect(scale.scale(unit * 0.01) == unit * 0.5 * CreditScale.floor)
    }
  }
}

/// A switchboard on which all switches have the same result.
private struct Foregone: Environment {
  static let id = "foregone-v1"
  var success = true

  typealias Scenario = Switchboard.Scenario
  typealias State = Switchboard.State
  private var board: Switchboard { Switchboard() }

  init(success: Bool) { self.success = success }

  var turnLimit: Int { 4 }
  var tools: Toolbox<State> { board.tools }
  func scenario(in split: Split, using random: inout Randomness) -> Scenario {
    board.scenario(in: split, using: &random)
  }
  func start(_ scenario: Scenario, using random: inout Randomness) -> State {
    board.start(scenario, using: &random)
  }
  func judge(_ state: State) -> Judgement { Judgement(success: success) }
  func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) -> Action? { board.expert(state, after: turns, noise: noise, using: &random) }
}

@Suite struct `A trainer's guard` {
  private func trainer<E: Environment>(
    _ environment: E, _ change: (inout RunConfiguration) -> Void
  ) async throws -> Trainer<E> {
    let configuration = Tiny.configuration(change)
    let episodes = try await WarmStart.demonstrations(in: environment, configuration, workers: 2)
    return try Trainer(
      environment, from: WarmStart(cloning: episodes, configuration, workers: 2), configuration,
      workers: 2)
  }

  @Test(arguments: ["token", "turn-gae", "process=delta+turn"])
  func `learns nothing from groups that are solved, whatever a critic says`(credit: String)
    async throws
  {
    var trainer = try await trainer(Foregone(success: true)) {
      ($0.credit, $0.budget.updates, $0.critic.episodes) = (credit, 3, 0)
    }
    let start = trainer.state.policy
    var critics: [Critic?] = []
    while let update = try await trainer.step() {
      #expect(update.metrics["groups/solved"] == 3)
      #expect(update.metrics["policy/skipped"] == 1)
      critics.append(trainer.state.evidence[Critic.self])
    }
    let isUntouched = trainer.state.policy.model == start.model
    #expect(isUntouched)
    // The critic learns the value of such groups.
    if credit == "token" {
      let learns = critics[0] != critics[2]
      #expect(learns)
    }
  }

  @Test func `learns from groups that failed alike, since they may be better`() async throws {
    var trainer = try await trainer(Foregone(success: false)) {
      ($0.credit, $0.budget.updates) = ("token", 2)
    }
    while let update = try await trainer.step() { #expect(update.metrics["groups/solved"] == 0) }
  }

  @Test func `takes back an update that throws the policy far away, and goes on`() async throws {
    var trainer = try await trainer(Switchboard()) {
      ($0.budget.updates, $0.budget.groups, $0.budget.groupSize, $0.optimizer.learningRate) = (
        3, 8, 8, 3
      )
      // The warm start is long enough that some presses are right and others wrong.
      ($0.imitation.demonstrations, $0.cloning.steps) = (200, 400)
    }
    let start = trainer.state.policy.model
    let update = try #require(try await trainer.step())
    #expect(update.metrics["policy/braked"] == 1 && update.brake != nil)
    let isUntouched = trainer.state.policy.model == start
    #expect(isUntouched)
    #expect(trainer.state.brake.brakedUpdates == 1 && trainer.state.iteration == 1)
    // The results are the same in a resumed run.
    var resumed = try Trainer(
      Switchboard(), resuming: TrainerState(trainer.state.saved),
      trainer.configuration)
    let (next, again) = (try await trainer.step(), try await resumed.step())
    /// Leaves out metrics that are not a number, because these do not equal themselves.
    func numbers(_ update: TrainingUpdate?) -> [String: Double]? {
      update?.metrics.filter { !$0.value.isNaN }
    }
    #expect(numbers(next) == numbers(again) && next?.brake == again?.brake)
  }
}
