import Foundation
import Testing
import TurnwiseModel

/// The same weights and tokens give the same results as in PyTorch, up to rounding in single precision.
///
/// Results are compared with double precision. Their error may be a few times that of PyTorch's single
/// precision, or a few roundings.
@Suite struct `A model compared with PyTorch's` {
  private static let cases = ["T1", "grouped"]

  /// Returns the allowed error, given that of PyTorch.
  private func limit(_ error: Double) -> Double { max(3 * error, 3e-7) }

  /// Returns the root mean square of differences.
  private func distance(_ found: [Float], _ truth: [Double]) -> Double {
    let squares = zip(found, truth).map { (Double($0) - $1) * (Double($0) - $1) }
    return (squares.reduce(0, +) / Double(max(1, squares.count))).squareRoot()
  }

  /// Returns the root mean square of differences divided by that of the truth.
  private func error(_ found: [Float], _ truth: [Double]) -> Double {
    guard found.count == truth.count else { return .infinity }
    return distance(found, truth) / distance(found.map { _ in 0 }, truth)
  }

  @Test(arguments: cases) func `has the same logits`(name: String) throws {
    let parity = try ParityCase.named(name)
    let decoder = parity.transformer.decoder
    let sequences = parity.sequences
    var (found, truth): ([Float], [Double]) = ([], [])
    for number in sequences.indices {
      var caches = [SequenceCache()]
      for row in parity.logits where row.sequence == number {
        let read = sequences[number].tokens[caches[0].count...row.position]
        let logits = decoder.extend(&caches, by: [Array(read)])
        found += row.tokens.map { logits.values[$0] }
        truth += row.values
      }
    }
    #expect(error(found, truth) < limit(parity.errors.logits))
  }

  @Test(arguments: cases)
  func `has the same log-probabilities and entropies`(name: String) throws {
    let parity = try ParityCase.named(name)
    let outputs = parity.transformer.score(parity.sequences)
    #expect(
      error(outputs.flatMap(\.logProbabilities), parity.logProbabilities.flatMap(\.self))
        < limit(parity.errors.logProbabilities))
    #expect(
      error(outputs.flatMap(\.entropies), parity.entropies.flatMap(\.self))
        < limit(parity.errors.entropies))
  }

  @Test(arguments: cases) func `has the same gradient in every weight`(name: String) throws {
    let parity = try ParityCase.named(name)
    let model = parity.transformer
    let result = model.gradient(of: parity.sequences) { sequence, outputs in
      let advantages = parity.advantages(sequence)
      let gain = zip(advantages, outputs.logProbabilities).reduce(0) { $0 + Double($1.0 * $1.1) }
      let entropy = outputs.entropies.reduce(0) { $0 + Double($1) }
      return SequenceGradients(
        logProbabilities: advantages.map { -$0 },
        entropies: outputs.entropies.map { _ in -parity.entropyWeight },
        loss: -gain - Double(parity.entropyWeight) * entropy)
    }
    #expect(abs(result.loss / parity.loss - 1) < limit(parity.errors.loss))
    #expect(parity.gradients.count == model.layout.slices.count)
    for slice in model.layout.slices {
      let truth = try #require(parity.gradients[slice.name])
      let found = Array(result.gradient[slice.range])
      let norm = found.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(abs(norm / truth.norm - 1) < limit(truth.error), "\(slice.name)")
      // The size of all elements, as the chosen ones may be small.
      let size = truth.norm / Double(found.count).squareRoot()
      let gap = distance(truth.indices.map { found[$0] }, truth.values) / size
      #expect(gap < limit(truth.error), "\(slice.name): \(gap), PyTorch \(truth.error)")
    }
  }
}
