internal import TurnwiseCore
internal import TurnwiseKernels
internal import TurnwiseNumerics

extension Transformer {
  /// A snapshot of a model that extends many sequences at the same time.
  ///
  ///     let decoder = policy.decoder
  ///     var caches = [SequenceCache(), SequenceCache()]
  ///     let logits = decoder.extend(&caches, by: [[1, 2, 3], [4]], workers: 2)
  ///     let next = logits.sample(row: 0, temperature: 1, uniform: uniform)
  ///
  /// The logits of a sequence have the same bits whether it is extended alone or with others, by many
  /// tokens or one by one, and whatever the number of workers.
  public struct Decoder: Sendable {
    /// The model.
    public let model: Transformer
    let attention: PagedAttention
    let weights: PackedWeights
    let scratch = DecodingScratchPool()

    init(_ model: Transformer) {
      require(
        model.configuration.head == .tokens, "A decoder needs a model of tokens, not a critic.")
      self.model = model
      attention = PagedAttention(model.configuration)
      weights = model.packed(workers: 1)
    }

    /// Appends tokens to sequences, and returns the logits after the last token of each.
    ///
    /// - Parameters:
    ///   - caches: The sequences so far. Each must have room for the tokens; see ``SequenceCache/count``.
    ///   - tokens: At least one token for each cache.
    ///   - workers: The maximum number of threads. The result does not depend on it.
    /// - Returns: A row of logits for each cache.
    public func extend(
      _ caches: inout [SequenceCache], by tokens: [[Int32]], workers: Int = 1
    ) -> Logits {
      require(
        caches.count == tokens.count,
        "Each cache needs tokens: there are \(caches.count) caches and \(tokens.count) texts.")
      let configuration = model.configuration
      var sequences: [DecodingPass.Sequence] = []
      for index in caches.indices {
        let added = tokens[index]
        require(!added.isEmpty, "Sequence \(index) must be extended by at least one token.")
        require(
          added.allSatisfy { $0 >= 0 && $0 < configuration.vocabulary },
          "Sequence \(index) has a token outside the vocabulary.")
        let memory = caches[index].grow(
          by: added, model: configuration, from: model.cachePages)
        sequences.append(DecodingPass.Sequence(tokens: added, memory: memory))
      }
      let (extended, shares) = (sequences, DecodingPass.share(sequences, among: workers))
      let vocabulary = configuration.vocabulary
      let count = sequences.count * vocabulary
      let values = [Float](unsafeUninitializedCapacity: count) { values, initialized in
        initialized = count
        guard let base = values.baseAddress else { return }
        // Each share writes to different rows.
        nonisolated(unsafe) let logits = base
        _ = Parallel.map(shares.count, workers: workers, workspace: {}) { share, _ in
          DecodingPass.run(
            self, extended[shares[share]],
            logits: logits + shares[share].lowerBound * vocabulary)
        }
      }
      return Logits(vocabulary: vocabulary, values: values)
    }
  }

  /// A snapshot that extends sequences.
  public var decoder: Decoder { Decoder(self) }
}
