public import Foundation

/// A model as it is saved, with its optimiser if training is to continue.
public struct Checkpoint: Sendable, Equatable {
  /// The model.
  public var model: Transformer
  /// The optimiser, if its state was kept.
  public var optimizer: AdamW?
  /// Text of the caller, such as JSON that describes the run.
  public var metadata: [String: String]

  /// Collects what is saved.
  public init(_ model: Transformer, optimizer: AdamW? = nil, metadata: [String: String] = [:]) {
    (self.model, self.optimizer, self.metadata) = (model, optimizer, metadata)
  }

  /// The optimiser without its moments, which are tensors.
  private struct Settings: Codable {
    var firstDecay, secondDecay, epsilon, weightDecay: Float
    var step: Int

    /// Whether an optimiser can have these settings.
    var isSound: Bool {
      (0..<1).contains(firstDecay) && (0..<1).contains(secondDecay) && epsilon.isFinite
        && epsilon >= 0 && weightDecay.isFinite && weightDecay >= 0 && 0...(1 << 53) ~= step
    }
  }

  private static let modelKey = "turnwise.model"
  private static let optimizerKey = "turnwise.optimizer"
  private static let moments = (first: "optimizer.first.", second: "optimizer.second.")

  /// Encodes the checkpoint as a safetensors file whose tensors have the names of Llama.
  ///
  /// - Returns: The file.
  /// - Throws: What Foundation reports if the configuration cannot be written as JSON.
  public func encoded() throws -> Safetensors {
    var tensors: [Safetensors.Tensor] = []
    func add(_ prefix: String, _ values: [Float]) {
      for slice in model.layout.slices {
        tensors.append(
          .init(name: prefix + slice.name, shape: slice.shape, values: Array(values[slice.range])))
      }
    }
    var metadata = metadata
    metadata[Self.modelKey] = try Self.json(model.configuration)
    metadata["format"] = "pt"  // Readers in Python expect it.
    add("", model.parameters)
    if let optimizer {
      add(Self.moments.first, optimizer.firstMoments)
      add(Self.moments.second, optimizer.secondMoments)
      metadata[Self.optimizerKey] = try Self.json(
        Settings(
          firstDecay: optimizer.firstDecay, secondDecay: optimizer.secondDecay,
          epsilon: optimizer.epsilon, weightDecay: optimizer.weightDecay, step: optimizer.step))
    }
    return Safetensors(tensors: tensors, metadata: metadata)
  }

  /// Reads a checkpoint from a safetensors file.
  ///
  /// - Parameter file: The file.
  /// - Throws: A ``CheckpointError`` or ``SafetensorsError`` that says what is missing or wrong.
  public init(decoding file: Safetensors) throws {
    guard let text = file.metadata[Self.modelKey] else { throw CheckpointError.noConfiguration }
    let configuration: ModelConfiguration
    do {
      configuration = try JSONDecoder().decode(ModelConfiguration.self, from: Data(text.utf8))
    } catch { throw CheckpointError.unreadable(Self.modelKey) }
    if let flaw = configuration.flaw { throw CheckpointError.impossibleModel(flaw) }
    // Checked before anything is allocated: sizes in a few digits can ask for any amount of memory.
    let held = file.tensors.reduce(0) { $0 + $1.values.count }
    guard configuration.layers <= file.tensors.count, configuration.weightCount <= 2 * Double(held)
    else {
      throw CheckpointError.tooFewWeights
    }
    let layout = ParameterLayout(configuration)
    func read(_ prefix: String) throws -> [Float] {
      try layout.slices.flatMap { try file.tensor(prefix + $0.name, shape: $0.shape) }
    }
    let parameters = try read("")
    guard parameters.allSatisfy(\.isFinite) else { throw CheckpointError.notFinite("A weight") }
    model = Transformer(configuration, parameters: parameters)
    if let text = file.metadata[Self.optimizerKey] {
      guard let settings = try? JSONDecoder().decode(Settings.self, from: Data(text.utf8)) else {
        throw CheckpointError.unreadable(Self.optimizerKey)
      }
      guard settings.isSound else { throw CheckpointError.impossibleOptimizer }
      var optimizer = AdamW(
        for: model, firstDecay: settings.firstDecay, secondDecay: settings.secondDecay,
        epsilon: settings.epsilon, weightDecay: settings.weightDecay)
      optimizer.step = settings.step
      optimizer.firstMoments = try read(Self.moments.first)
      optimizer.secondMoments = try read(Self.moments.second)
      guard optimizer.firstMoments.allSatisfy(\.isFinite),
        optimizer.secondMoments.allSatisfy({ $0.isFinite && $0 >= 0 })
      else { throw CheckpointError.notFinite("A moment of the optimiser") }
      self.optimizer = optimizer
    }
    metadata = file.metadata
    for key in [Self.modelKey, Self.optimizerKey, "format"] { metadata[key] = nil }
  }

  /// Writes the checkpoint under a temporary name, then renames it.
  ///
  /// - Parameter url: Where the file is to be.
  /// - Throws: What Foundation reports when it cannot be written.
  public func write(to url: URL) throws { try encoded().write(to: url) }

  /// Reads a checkpoint.
  ///
  /// - Parameter url: The file.
  /// - Throws: ``CheckpointError``, ``SafetensorsError``, or what Foundation reports.
  public init(contentsOf url: URL) throws {
    try self.init(decoding: Safetensors(contentsOf: url))
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

/// Why a safetensors file is not a checkpoint.
public enum CheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file does not say what shape its model has.
  case noConfiguration
  /// A metadata entry cannot be read.
  case unreadable(String)
  /// The shape is impossible.
  case impossibleModel(String)
  /// The shape has more weights than the file holds.
  case tooFewWeights
  /// The optimiser's settings are out of range.
  case impossibleOptimizer
  /// A number that must be finite is not.
  case notFinite(String)

  /// One sentence that says what is wrong with the file.
  public var description: String {
    switch self {
    case .noConfiguration: "The file does not say what shape its model has."
    case .unreadable(let key): "The metadata entry \(key) cannot be read."
    case .impossibleModel(let flaw): "The file's model is impossible: \(flaw)"
    case .tooFewWeights: "The shape of the model has more weights than the file holds."
    case .impossibleOptimizer: "The optimiser's settings are out of range."
    case .notFinite(let what): "\(what) is infinite, not a number, or out of range."
    }
  }
}
