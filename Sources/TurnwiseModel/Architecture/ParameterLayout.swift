/// The place of each weight of a model in its flat array of parameters.
public struct ParameterLayout: Hashable, Sendable {
  /// A weight.
  public struct Slice: Hashable, Sendable {
    /// The name in checkpoints: Llama's name if Llama has such a weight.
    public let name: String
    /// The length of each dimension; matrices are outputs × inputs.
    public let shape: [Int]
    /// The range of the weight in the flat array.
    public let range: Range<Int>
    /// Whether weight decay applies: to matrices, but not to embeddings, norms and channel weights.
    public let isDecayed: Bool

    /// Whether the weight is a matrix of a block, whose whole gradient comes from one product in each pass.
    var isBlockMatrix: Bool { shape.count > 1 && name.hasPrefix(ParameterLayout.blockPrefix) }
    /// Whether the weight is the embedding, which is also the last layer of a policy.
    var isEmbedding: Bool { name == ParameterLayout.embeddingName }
  }

  private static let blockPrefix = "model.layers."
  private static let embeddingName = "model.embed_tokens.weight"

  /// The start of each weight of a block.
  struct Block: Hashable {
    var attentionNorm = 0
    var keyCurrent = 0
    var keyShifted = 0
    /// Queries, values and keys are adjacent, so that one product computes them all.
    var queries = 0
    var values = 0
    var keys = 0
    var output = 0
    var feedForwardNorm = 0
    /// Gates, then the values to be gated.
    var gates = 0
    var down = 0
  }

  /// All weights, in the order of the flat array.
  public private(set) var slices: [Slice] = []
  /// The length of the flat array.
  public private(set) var count = 0

  private(set) var blocks: [Block] = []
  private(set) var embedding = 0
  private(set) var embeddingCurrent = 0
  private(set) var embeddingShifted = 0
  private(set) var finalNorm = 0
  private(set) var valueWeight = 0
  private(set) var valueBias = 0

  /// Lays out the weights of a model.
  public init(_ model: ModelConfiguration) {
    let width = model.width
    let shared = model.keyValueWidth
    embedding = add(Self.embeddingName, [model.vocabulary, width], isDecayed: false)
    if model.tokenShift {
      embeddingCurrent = add("model.embed_shift.current", [width])
      embeddingShifted = add("model.embed_shift.previous", [width])
    }
    for index in 0..<model.layers {
      let prefix = "\(Self.blockPrefix)\(index)."
      var block = Block()
      block.attentionNorm = add(prefix + "input_layernorm.weight", [width])
      if model.tokenShift {
        block.keyCurrent = add(prefix + "self_attn.key_shift.current", [width])
        block.keyShifted = add(prefix + "self_attn.key_shift.previous", [width])
      }
      block.queries = add(prefix + "self_attn.q_proj.weight", [width, width])
      block.values = add(prefix + "self_attn.v_proj.weight", [shared, width])
      block.keys = add(prefix + "self_attn.k_proj.weight", [shared, width])
      block.output = add(prefix + "self_attn.o_proj.weight", [width, width])
      block.feedForwardNorm = add(prefix + "post_attention_layernorm.weight", [width])
      block.gates = add(prefix + "mlp.gate_proj.weight", [model.feedForward, width])
      _ = add(prefix + "mlp.up_proj.weight", [model.feedForward, width])
      block.down = add(prefix + "mlp.down_proj.weight", [width, model.feedForward])
      blocks.append(block)
    }
    finalNorm = add("model.norm.weight", [width])
    if model.head != .tokens {
      let count = model.head.outputCount
      valueWeight = add("value_head.weight", [count, width], isDecayed: false)
      valueBias = add("value_head.bias", [count], isDecayed: false)
    }
  }

  /// The weights before the head, which a critic takes over from a policy.
  var trunk: Range<Int> {
    0..<(slices.first { $0.name == "value_head.weight" }?.range.lowerBound ?? count)
  }

  private mutating func add(_ name: String, _ shape: [Int], isDecayed: Bool? = nil) -> Int {
    let start = count
    count += shape.reduce(1, *)
    slices.append(
      Slice(
        name: name, shape: shape, range: start..<count, isDecayed: isDecayed ?? (shape.count > 1)))
    return start
  }
}
