import Foundation
import TurnwiseModel

/// A model with weights that any program can compute, and PyTorch's results for it: see
/// `Parity/parity.py`.
///
/// Each error is a root mean square divided by that of the values.
struct ParityCase: Decodable {
  struct Shape: Decodable {
    var vocabulary, width, layers, heads, keyValueHeads, feedForward, context: Int
  }

  /// Some of the logits after a token.
  struct Row: Decodable {
    var sequence, position: Int
    var tokens: [Int]
    var values: [Double]
  }

  /// The gradient of one weight: its norm, some of its elements, and the error of PyTorch's single
  /// precision.
  struct Gradient: Decodable {
    var norm: Double
    var indices: [Int]
    var values: [Double]
    var error: Double
  }

  /// The errors of PyTorch's single precision, compared with double precision.
  struct Errors: Decodable {
    var logits, logProbabilities, entropies, loss: Double
  }

  var shape: Shape
  /// The number of tokens of each sequence.
  var lengths: [Int]
  /// The weight of the entropy in the loss.
  var entropyWeight: Float
  var errors: Errors
  var loss: Double
  var logits: [Row]
  /// Results by sequence and token, from the second token on.
  var logProbabilities, entropies: [[Double]]
  var gradients: [String: Gradient]

  /// Reads the results of a case.
  static func named(_ name: String) throws -> ParityCase {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Parity/\(name).json")
    return try JSONDecoder().decode(ParityCase.self, from: Data(contentsOf: file))
  }

  /// The model.
  var transformer: Transformer {
    let configuration = ModelConfiguration(
      vocabulary: shape.vocabulary, width: shape.width, layers: shape.layers, heads: shape.heads,
      keyValueHeads: shape.keyValueHeads, feedForward: shape.feedForward, context: shape.context,
      tokenShift: false)
    return Transformer(
      configuration, parameters: ParameterLayout(configuration).slices.flatMap(Self.weight))
  }

  /// The sequences; all tokens but the first are scored.
  var sequences: [TrainingSequence] {
    lengths.enumerated().map { number, length in
      TrainingSequence(
        tokens: Self.hashes("tokens \(number)", length).map {
          Int32($0 % UInt32(shape.vocabulary))
        },
        scored: Array(1..<length))
    }
  }

  /// Returns the weight of the log-probability of each scored token of a sequence.
  func advantages(_ sequence: Int) -> [Float] {
    Self.fractions("advantages \(sequence)", lengths[sequence] - 1)
  }

  private static func weight(_ slice: ParameterLayout.Slice) -> [Float] {
    let values = fractions(slice.name, slice.range.count)
    guard slice.shape.count > 1 else { return values.map { 1 + $0 / 4 } }
    var scale: Float = 1
    // The spread of a matrix decreases with its inputs.
    while Float(slice.shape[1]) * scale * scale > 3 { scale /= 2 }
    return values.map { $0 * scale }
  }

  /// Returns multiples of 1/32768 of at least -1 and below 1.
  private static func fractions(_ name: String, _ count: Int) -> [Float] {
    hashes(name, count).map { Float(Int($0 >> 16) - 32768) / 32768 }
  }

  /// Returns hashes of a name with the numbers below `count`.
  private static func hashes(_ name: String, _ count: Int) -> [UInt32] {
    // FNV-1a.
    let seed = name.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    return (0..<count).map { index in
      var x = UInt32(truncatingIfNeeded: index) &* 0x9E37_79B9 &+ seed
      x = (x ^ (x >> 16)) &* 0x7FEB_352D
      x = (x ^ (x >> 15)) &* 0x846C_A68B
      return x ^ (x >> 16)
    }
  }
}
