import Testing
import TurnwiseCore
import TurnwiseTraining

/// Synthetic runs, each with one problem.
@Suite struct `A diagnosis of learning` {
  private let template: Episode

  init() async throws {
    template = try await WarmStart.demonstrations(
      in: Switchboard(), Tiny.configuration { $0.imitation.demonstrations = 1 }, workers: 1)[0]
  }

  /// An episode of calls, each with its reply and whether it was refused.
  private func episode(
    scenario: Int, _ calls: [(JSONValue, Text, Bool)] = [(["name": "a"], "Click.", false)],
    success: Bool, ending: Ending = .terminated, family: String = "switchboard-v1"
  ) -> Episode {
    var episode = template
    episode.origin = EpisodeOrigin(seed: 1, split: .train, iteration: 1, scenario: scenario)
    episode.scenario = .integer(scenario)
    episode.family = family
    episode.turns = calls.map { arguments, reply, isRefused in
      Turn(
        observation: "Press it.", action: .call("press", arguments),
        replies: [ToolReply(reply, isRefusal: isRefused)])
    }
    episode.ending = ending
    episode.judgement = Judgement(success: success)
    return episode
  }

  /// Groups of four of which one member succeeds, so there is something to learn.
  private func healthy(_ make: (Int, Bool) -> Episode) -> [Episode] {
    (0..<8).flatMap { scenario in (0..<4).map { make(scenario, $0 == 0) } }
  }

  private func curve(_ start: Double, _ end: Double, families: [String: Double] = [:])
    -> EvaluationCurve
  {
    var curve = EvaluationCurve()
    for (update, share) in [(0, start), (20, end)] {
      var evaluation = Evaluation([])
      (evaluation.success, evaluation.count, evaluation.families) = (share, 64, families)
      curve.points.append(
        .init(update: update, turns: update * 100, sampled: evaluation, greedy: nil))
    }
    return curve
  }

  private func findings(
    _ episodes: [Episode], families: [String: Double] = [:],
    _ change: (inout LearningObserver) -> Void = { _ in }
  ) -> [LearningDiagnosis.Finding] {
    var observer = LearningObserver()
    change(&observer)
    observer.see(episodes)
    return LearningDiagnosis(curve(0.03, 0.04, families: families), observer).findings
  }

  @Test(arguments: [(0.4, 0.8), (0.95, 0.93), (0.1, 0.16)])
  func `has nothing to say of a policy that learns`(start: Double, end: Double) {
    var observer = LearningObserver()
    observer.see(demonstrations: [episode(scenario: 0, success: false)])
    observer.see((0..<8).map { episode(scenario: $0 / 4, success: false) })
    let diagnosis = LearningDiagnosis(curve(start, end), observer)
    #expect(diagnosis.isLearning && diagnosis.findings == [])
  }

  @Test func `finds nothing wrong where nothing is`() {
    #expect(findings(healthy { episode(scenario: $0, success: $1) }) == [])
    // Nothing was observed without an update.
    let diagnosis = LearningDiagnosis(curve(0, 0), LearningObserver())
    #expect(diagnosis.isLearning)
  }

  @Test func `finds groups that earn the same`() {
    let episodes = (0..<32).map { episode(scenario: $0 / 4, success: false) }
    #expect(findings(episodes) == [.deadGroups(share: 1, success: 0)])
  }

  @Test func `finds refusals, by tool and kind`() {
    let episodes = healthy { scenario, success in
      episode(
        scenario: scenario,
        [
          (["bin": .integer(scenario)], "No bin \(Text("\(scenario)")).", true),
          (["name": "a"], "Click.", false),
        ], success: success)
    }
    #expect(
      findings(episodes) == [.refusals(share: 0.5, tool: "press", reply: "press: No bin #.")])
  }

  @Test(arguments: [
    (Ending.Truncation.contextFull, LearningDiagnosis.Finding.contextFull(share: 0.75)),
    (.turnLimit, .turnLimit(share: 0.75)),
  ])
  func `finds what cuts episodes short`(
    reason: Ending.Truncation, finding: LearningDiagnosis.Finding
  ) {
    let episodes = healthy {
      episode(scenario: $0, success: $1, ending: $1 ? .terminated : .truncated(reason))
    }
    #expect(findings(episodes) == [finding])
  }

  @Test func `finds look-ups that are never copied`() {
    func lookUp(_ scenario: Int, right: Bool, success: Bool) -> Episode {
      episode(
        scenario: scenario,
        [
          (["item": "nuts"], "It is in bin \(Text("\(100 + scenario)")).", false),
          (["bin": .integer(right ? 100 + scenario : 7)], "Took it.", false),
        ], success: success)
    }
    let shown = (0..<30).map { lookUp($0, right: true, success: true) }
    let played = healthy { lookUp($0, right: false, success: $1) }
    #expect(
      findings(played) { $0.see(demonstrations: shown) } == [.neverCopied(argument: "press.bin")])
    let copied = healthy { lookUp($0, right: true, success: $1) }
    #expect(findings(copied) { $0.see(demonstrations: shown) } == [])
  }

  @Test func `finds an expert that fails, and what it could do`() {
    let shown = (0..<10).map { episode(scenario: $0, success: $0 == 0) }
    let played = healthy { episode(scenario: $0, success: $1) }
    #expect(
      findings(played) {
        $0.see(demonstrations: shown)
        $0.expertBest = 0.9
      } == [.expertLow(success: 0.1, best: 0.9)])
  }

  @Test func `finds families that never succeed`() {
    let played = healthy { episode(scenario: $0, success: $1) }
    #expect(
      findings(played, families: ["a": 0, "b": 0.1, "c": 0]) == [.familiesAtZero(["a", "c"])])
    #expect(findings(played, families: ["a": 0]) == [])
  }

  @Test func `finds that training has hardly any scenarios`() {
    let played = healthy { number, success in
      var episode = episode(scenario: number, success: success)
      episode.scenario = "the only one"
      return episode
    }
    #expect(findings(played) == [.fewScenarios(1)])
  }

  @Test func `finds imitation that was cut short or left something out`() {
    let played = healthy { episode(scenario: $0, success: $1) }
    var report = ImitationReport()
    (report.demonstrations, report.tooLong, report.loss) = (100, 40, 0.5)
    #expect(
      findings(played) { $0.imitation = report }
        == [.demonstrationsTooLong(count: 40, of: 100)])
    report.tooLong = 0
    report.heldOutLosses = [4, 3.5, 3, 2.5, 2, 1.5, 1, 0.5]
    #expect(findings(played) { $0.imitation = report } == [.imitationUnfinished(loss: 0.5)])
    report.heldOutLosses = [4, 3, 2, 1, 0.6, 0.5, 0.5, 0.49]
    #expect(findings(played) { $0.imitation = report } == [])
  }

  @Test func `forgets what the first updates showed`() {
    var observer = LearningObserver()
    observer.see((0..<32).map { episode(scenario: $0 / 4, success: false) })
    for _ in 0..<5 { observer.see(healthy { episode(scenario: $0, success: $1) }) }
    #expect(LearningDiagnosis(curve(0.3, 0.3), observer).findings == [])
  }
}
