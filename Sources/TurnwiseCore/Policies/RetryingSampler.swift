/// Asks a sampler for decisions, and asks again after retryable failures.
struct RetryingSampler: Sendable {
  /// A decision and the number of its retries.
  struct Answer: Sendable {
    var decision: Result<Decision, Failure>
    var retries = 0

    init(_ decision: Result<Decision, Failure>) { self.decision = decision }

    var mayBeRetried: Bool {
      if case .failure(let failure) = decision { failure.isRetryable } else { false }
    }
  }

  private let sampler: any Sampler
  private let rule: RetryRule

  init(_ sampler: any Sampler, _ rule: RetryRule) { (self.sampler, self.rule) = (sampler, rule) }

  /// Decides on a batch: one answer for each situation, in order.
  func decide(_ batch: [Situation]) async -> [Answer] {
    var answers = await ask(batch).map { Answer($0) }
    for retry in 0..<rule.limit {
      let failed = answers.indices.filter { answers[$0].mayBeRetried }
      guard !failed.isEmpty else { break }
      do {
        try await Task.sleep(for: rule.delay(beforeRetry: retry))
      } catch {
        // What may pass is not known, as the run was stopped.
        for index in failed { answers[index].decision = .failure(.cancelled) }
        break
      }
      for (index, decision) in zip(failed, await ask(failed.map { batch[$0] })) {
        answers[index].decision = decision
        answers[index].retries += 1
      }
    }
    return answers
  }

  /// Returns one answer for each situation, even if the sampler returns too few or too many.
  private func ask(_ batch: [Situation]) async -> [Result<Decision, Failure>] {
    let answers = Array(await sampler.decide(batch).prefix(batch.count))
    return answers
      + repeatElement(.failure(.missingAnswer), count: batch.count - answers.count)
  }

  /// Removes what is cached of an episode that has ended.
  func forget(_ episode: String) async { await sampler.forget(episode) }
}
