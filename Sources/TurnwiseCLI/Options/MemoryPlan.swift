internal import Foundation
internal import Turnwise

/// A lower bound of the memory that a training needs.
struct MemoryPlan {
  private let weights: Double
  private let activations: Double

  /// Adds up, as numbers that cannot overflow, what the models of a shape are made of.
  init(_ model: RunConfiguration.Model) {
    let width = Double(model.width)
    let layer = 4 * width * width + 3 * width * Double(model.feedForward)
    let count = Double(model.vocabulary) * width + Double(model.layers) * layer
    let float = 4.0
    // The policy and its critic: weights, gradients and two moments each.
    weights = 2 * 4 * float * count
    // The activations of one sequence of full length.
    let perToken = 6 * width + 3 * Double(model.feedForward)
    activations =
      float * Double(model.context) * Double(model.layers) * perToken
  }

  /// The error if this machine has too little memory; `nil` if it may have enough.
  var shortage: String? { lack(of: ProcessInfo.processInfo.physicalMemory) }

  /// Returns the error for a machine with too little memory; `nil` if it may have enough.
  func lack(of bytes: UInt64) -> String? {
    guard weights + activations > Double(bytes) else { return nil }
    return "a model of this shape needs at least \(Self.words(weights + activations)) of memory,"
      + " but this machine has \(Self.words(Double(bytes))):"
      + " choose a smaller --vocabulary, --width, --layers, --feed-forward or --context"
  }

  private static func words(_ bytes: Double) -> String {
    bytes < 0x1p40
      ? "\(Int((bytes / 0x1p30).rounded(.up))) GiB"
      : "\(Int(min(bytes / 0x1p40, 1e15).rounded(.up))) TiB"
  }
}
