/// Plays an environment and reports which laws it violates.
///
/// Run it in the tests of your own environment:
///
///     let report = await EnvironmentChecker(Lockbox()).check()
///     #expect(report.violations.isEmpty)
///
/// Each law is checked independently, so that one mistake violates one law.
public struct EnvironmentChecker<E: Environment>: Sendable {
  /// The environment.
  public var environment: E
  /// The seed of scenarios and random actions.
  public var seed: UInt64
  /// How many scenarios are played for each law.
  public var scenarios: Int
  /// How many environment steps run at the same time.
  public var workers: Int
  /// Computes the keys of states, given as JSON, in another process.
  ///
  /// The command line starts a second copy of itself for this. Without it, ``EnvironmentLaw/keysAgree``
  /// remains open.
  public var keysInSecondProcess: (@Sendable ([JSONValue]) async throws -> [String])?

  /// Creates a checker.
  ///
  /// `file` and `line` are named in the message if `scenarios` or `workers` is not positive.
  public init(
    _ environment: E, seed: UInt64 = 1, scenarios: Int = 12, workers: Int = 2,
    keysInSecondProcess: (@Sendable ([JSONValue]) async throws -> [String])? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    require(
      scenarios > 0 && workers > 0,
      "A check plays at least one scenario with one worker, not \(scenarios) with \(workers).",
      file: file, line: line)
    self.environment = environment
    self.seed = seed
    self.scenarios = scenarios
    self.workers = workers
    self.keysInSecondProcess = keysInSecondProcess
  }

  /// Checks every law.
  ///
  /// A law whose check throws an error is reported as broken.
  public func check() async -> EnvironmentReport {
    var verdicts: [LawVerdict<EnvironmentLaw>] = []
    for law in EnvironmentLaw.allCases {
      do {
        verdicts.append(LawVerdict(law, try await outcome(of: law)))
      } catch {
        let failure = Failure.wrapping(error, at: .environment)
        verdicts.append(LawVerdict(law, .broken("\(failure)")))
      }
    }
    return EnvironmentReport(environment: E.id, verdicts: verdicts)
  }

  /// Returns the keys of states that are given as JSON; the second process calls this.
  ///
  /// - Throws: A `DecodingError` if a value is not a state of the environment.
  public func keys(of states: [JSONValue]) throws -> [String] {
    try states.map { try StateKey(of: $0.decode(E.State.self)).hexadecimal }
  }

  private func outcome(of law: EnvironmentLaw) async throws -> LawOutcome {
    switch law {
    case .reproducible: try await reproducible()
    case .forkIsolated: try await forkIsolated()
    case .encodable: try await encodable()
    case .keysAgree: try await keysAgree()
    case .observationPure: try await observationPure()
    case .callsAnswered: try await callsAnswered()
    case .truncationJudged: try await truncationJudged()
    case .sharesNamed: try await sharesNamed()
    case .splitsDisjoint: try splitsDisjoint()
    case .expertSucceeds: try await expertSucceeds()
    case .idleFails: try await idleFails()
    }
  }

  // MARK: - Scenarios and episodes

  /// Draws the scenario of an index.
  func scenario(_ index: Int, _ split: Split = .train) throws -> E.Scenario {
    var random = Randomness(seed: seed).stream("check-" + split.rawValue, index)
    return try environment.scenario(in: split, using: &random)
  }

  /// Starts an episode on the training scenario of an index.
  package func session(_ index: Int) throws -> Session<E> {
    try Session(
      environment, scenario: try scenario(index),
      origin: EpisodeOrigin(seed: seed, split: .train, scenario: index))
  }

  /// Plays up to `count` turns with a mixture of expert and random actions, to visit both common and rare
  /// states.
  func wander(_ session: inout Session<E>, turns count: Int) async throws {
    let policy = RandomPolicy()
    for _ in 0..<count where session.ending == nil {
      let situation = session.situation
      var random = situation.random.stream("wander")
      let expert = random.chance(0.6) ? try session.expertAction() : nil
      await session.play(expert ?? policy.decide(situation, using: &random))
    }
  }

  /// Starts an episode and plays up to four turns of ``wander(_:turns:)``.
  func wandered(_ index: Int) async throws -> Session<E> {
    var session = try session(index)
    try await wander(&session, turns: 1 + index % 4)
    return session
  }

  /// Runs a test on each scenario; the test returns what is wrong, or `nil`.
  func eachScenario(
    _ test: (Int) async throws -> String?
  ) async rethrows -> LawOutcome {
    for index in 0..<scenarios {
      if let problem = try await test(index) { return .broken("scenario \(index): \(problem)") }
    }
    return .kept
  }
}
